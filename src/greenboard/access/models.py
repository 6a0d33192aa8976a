"""Accounts, and who may do what. Teams and persons of the catalog are entities; these are the ones who sign in.

`access` lies below the catalog, so teams, domains and entities are named by the text of their
reference; renaming one renames it here (`access.renaming`).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

_REFERENCE = 320


class Person(AbstractUser):
    """Someone who can sign in. An own model from the start, because it cannot be exchanged later.

    `is_superuser` is the way in that no grant can close: such a person may do everything.
    """

    class Meta:
        db_table = "access_person"


class Service(models.Model):
    """A service account: it cannot sign in, only its tokens can ask."""

    name = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named list of permissions. Those that ship are rewritten at each migration, see `access.roles`."""

    name = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200, blank=True)
    permissions: models.JSONField[Any, Any] = models.JSONField(default=list)
    shipped = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


_TO: dict[str, Q] = {
    "person": Q(person__isnull=False),
    "service": Q(service__isnull=False),
    "team": ~Q(team=""),
    "everyone": Q(everyone=True),
}
"""The ways to say to whom something is granted."""
_ONCE = [(name, () if name == "everyone" else (name,), condition) for name, condition in _TO.items()]


def _to_one() -> Q:
    """Exactly one of the ways is taken."""
    found = Q()
    for chosen in _TO:
        only = Q()
        for name, condition in _TO.items():
            only &= condition if name == chosen else ~condition
        found |= only
    return found


class Grant(models.Model):
    """That somebody has a role: a person, a service account, the members of a team, or everyone who is signed in.

    `scope` is "" for everything, else the reference of an entity: it covers that entity, what it
    contains (a domain, a system) and what it owns (a team). With `nested`, one to a team reaches the members
    of the teams within it, too. `source` is "" where a person granted
    it, else the identity provider that did.
    """

    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="grants")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="grants")
    team = models.CharField(max_length=_REFERENCE, blank=True, db_index=True)
    everyone = models.BooleanField(default=False)
    nested = models.BooleanField(default=False, db_default=False)
    scope = models.CharField(max_length=_REFERENCE, blank=True)
    source = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_to_one(), name="access_grant_to_one"),
            *(
                models.UniqueConstraint(
                    fields=["role", *to, "scope", "source"], condition=condition, name=f"access_grant_once_{name}"
                )
                for name, to, condition in _ONCE
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} in {self.scope or 'everything'}"


class Membership(models.Model):
    """That a person belongs to a team, as an identity provider (`synced`) or a person (`manual`) said."""

    class Source(models.TextChoices):
        SYNCED = "synced"
        MANUAL = "manual"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    team = models.CharField(max_length=_REFERENCE, db_index=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.MANUAL)
    provider = models.CharField(max_length=128, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "team", "source", "provider"], name="access_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team}"


class Token(models.Model):
    """A key of a person or of a service account. Only its digest is kept; `prefix` finds it.

    It can do what its `permissions` say and its owner may, within `scope` where there is one.
    """

    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="tokens")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="tokens")
    permissions: models.JSONField[Any, Any] = models.JSONField(default=list)
    scope = models.CharField(max_length=_REFERENCE, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, service__isnull=True) | Q(person__isnull=True, service__isnull=False),
                name="access_token_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class Entry(models.Model):
    """One line of the audit log. It is written by `access.audit` only, and never changed or deleted.

    `digest` is over the whole line and `previous`, the digest of the line before; `number` has no gaps.
    `before` and `after` are JSON as it was written, because a database may write numbers anew.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=10)
    actor = models.CharField(max_length=200, db_index=True)
    via = models.CharField(max_length=10)
    address = models.CharField(max_length=64, blank=True)
    request = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=64, db_index=True)
    target = models.CharField(max_length=400, blank=True, db_index=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.target}"
