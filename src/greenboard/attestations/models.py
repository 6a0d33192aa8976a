"""Attestations, what became of each, their evidence, and for which items the register is open.

What happened is told by steps, which are only added; an attestation's own columns say where it stands now.
People are named by their accounts, in text that outlives them.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from greenboard.attestations.types import LIVE, Cause, Done, Proof, State

_NAME = 150
_LIVE = Q(state__in=[one.value for one in LIVE])


class File(models.Model):
    """A file of evidence, kept once however often it is given. `media` is what its bytes are, not its name."""

    digest = models.CharField(max_length=64, unique=True)
    size = models.IntegerField()
    media = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.media} {self.digest[:12]}"


class Upload(models.Model):
    """That somebody handed in a file, by which name; only they can make it evidence of something."""

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField(max_length=200)
    by = models.CharField(max_length=_NAME)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.name} by {self.by}"


class Attestation(models.Model):
    """That a person states that an item holds for an entity, and where that stands.

    `basis` is what it rests on, in the words of `basis.Basis`; `deployed` counts deployments since. `settled_at` is
    when it began to hold: at once, or when a second person confirmed it. `next_at` is when the clock has to
    look at it next, and `reminded` the smallest number of days before the end for which that was done. `place` and
    `commit` are there where a descriptor says it. `version` counts its changes.
    """

    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.CharField(max_length=64)
    environment = models.CharField(max_length=63, blank=True)
    release = models.CharField(max_length=64, blank=True)
    statement = models.TextField()
    answers: models.JSONField[Any, Any] = models.JSONField(default=dict)
    role = models.CharField(max_length=100, blank=True)
    given_by = models.CharField(max_length=_NAME, db_index=True)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in State])
    confirmed_by = models.CharField(max_length=_NAME, blank=True)
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=32, blank=True, choices=[(one.value, one.value) for one in Cause])
    reason = models.TextField(blank=True)
    renews = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="renewals")
    basis: models.JSONField[Any, Any] = models.JSONField(default=dict)
    deployed = models.IntegerField(default=0)
    reminded = models.SmallIntegerField(null=True)
    next_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=1000, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "item", "environment"], condition=Q(state=State.HOLDS.value), name="attestation_one"
            ),
            models.CheckConstraint(
                condition=(_LIVE & Q(ended_at__isnull=True)) | (~_LIVE & Q(ended_at__isnull=False)),
                name="attestation_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "item"], name="attestation_of_entity"),
            models.Index(fields=["next_at"], name="attestation_next", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.item} of {self.entity_id} by {self.given_by}"


class Step(models.Model):
    """Something that was done with an attestation. Only added, never changed."""

    attestation = models.ForeignKey(Attestation, on_delete=models.PROTECT, related_name="steps")
    done = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Done])
    at = models.DateTimeField()
    by = models.CharField(max_length=_NAME, blank=True)
    said = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.done} {self.attestation_id}"


class Evidence(models.Model):
    """What an attestation leans on: an address, words, a path in the repository, or a file that is kept here."""

    attestation = models.ForeignKey(Attestation, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Proof])
    text = models.TextField(blank=True)
    file = models.ForeignKey(File, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Proof.FILE.value, file__isnull=False)
                | (~Q(kind=Proof.FILE.value) & Q(file__isnull=True)),
                name="attestation_evidence_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.attestation_id}"


class Opening(models.Model):
    """That the register is open for an item, or with "" for all: who does not have one is known to lack it."""

    item = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=_NAME)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=_NAME, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(closed_at__isnull=True), name="attestation_open_once")
        ]

    def __str__(self) -> str:
        return f"register open for {self.item or 'everything'}"


class Refusal(models.Model):
    """That a descriptor states an attestation that is not taken, and why; until it is mended or gone."""

    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.CharField(max_length=64)
    place = models.CharField(max_length=1000)
    commit = models.CharField(max_length=64, blank=True)
    by = models.CharField(max_length=320, blank=True)
    reason = models.TextField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["entity"], name="attestation_refusals")]

    def __str__(self) -> str:
        return f"{self.item} at {self.place}"
