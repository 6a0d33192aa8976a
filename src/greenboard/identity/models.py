"""What providers say of people: by which names they know them, and in which groups they are."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from greenboard.access.models import Person


class Handle(models.Model):
    """A name by which a provider or tool knows a person: a login, an address, an id.

    Without `confirmed_at` it is a suggestion, `why` says whose idea it was; a rejected one is kept, so
    that it is not suggested again.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="handles")
    tool = models.CharField(max_length=64)
    name = models.CharField(max_length=320)
    why = models.CharField(max_length=200, blank=True)
    suggested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=200, blank=True)
    rejected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tool", "name"], condition=Q(confirmed_at__isnull=False), name="identity_handle_of_one"
            ),
            models.UniqueConstraint(fields=["person", "tool", "name"], name="identity_handle_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(rejected_at__isnull=True), name="identity_handle_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.tool}"


class Reading(models.Model):
    """When a provider last said who is there, to the hour; `whole` where everybody was read, and not what changed."""

    provider = models.CharField(max_length=128, unique=True)
    at = models.DateTimeField()
    whole = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.provider} at {self.at}"


class Provisioned(models.Model):
    """What the provisioning keeps beside a person. `data` holds what it told and we do not use.

    `gone_at` is set when it deleted the person: the account stays, closed, and the provisioning does
    not see it any more.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="provisioned")
    external_id = models.CharField(max_length=320, blank=True, db_index=True)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person} ({self.external_id})"


class Group(models.Model):
    """A group as the provisioning has it. Which team or role it means, identity.yaml says."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=320, unique=True)
    external_id = models.CharField(max_length=320, blank=True, db_index=True)
    members: models.ManyToManyField[Person, Any] = models.ManyToManyField(Person, related_name="provided_groups")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
