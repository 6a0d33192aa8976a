"""Where scaffolds come from, what was made from them, and how far that is. The past is kept."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from greenboard.access.sealing import Sealed
from greenboard.catalog.models import Entity
from greenboard.scaffolds.types import Purpose, State


class Source(models.Model):
    """A git repository with scaffolds. One that is `trusted` may run code of its own while it renders.

    `connection` is whose credentials it is read with, "" for a public one; `commit` and `error` are of the last look.
    """

    name = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=500)
    branch = models.CharField(max_length=200, blank=True)
    folder = models.CharField(max_length=200, blank=True)
    connection = models.CharField(max_length=64, blank=True)
    trusted = models.BooleanField(default=False)
    commit = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    looked_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Packed(models.Model):
    """A scaffold of a source as it was once, as a zip file. The one that is `current` is offered."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="scaffolds")
    name = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    current = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "name", "digest"], name="scaffolds_packed_once")]

    def __str__(self) -> str:
        return f"{self.source_id}.{self.name} {self.version}"


class Reserved(models.Model):
    """A connection that scaffolds reach a forge through only for some: `who` are teams and roles, by reference."""

    connection = models.CharField(max_length=64, unique=True)
    who: models.JSONField[Any, Any] = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.connection


class Making(models.Model):
    """Something that is made from a scaffold. `turn` is the durable work that goes on with it, "" when none does.

    `first` is what an update brings up to date. `answers` are without secrets, which stand in `secrets` until it is
    over. `tree` is what came of rendering, as a zip file, for as long as it is of use. What is pushed is `commit` on
    `branch`; `base` is the branch that it is for. `left` are the files that an update could not bring up to date. It is
    in force since `landed_at`; a pull request that was closed without that has `closed_at`. `told` is the newest
    version that people were told of.
    """

    scaffold = models.CharField(max_length=110)
    title = models.CharField(max_length=200)
    version = models.CharField(max_length=32)
    packed = models.ForeignKey(Packed, on_delete=models.SET_NULL, related_name="+", null=True)
    purpose = models.CharField(max_length=10, default=Purpose.START.value)
    first = models.ForeignKey("self", on_delete=models.PROTECT, related_name="updates", null=True)
    key = models.UUIDField(unique=True)
    by = models.CharField(max_length=200)
    answers: models.JSONField[Any, Any] = models.JSONField(default=dict)
    secrets = Sealed(blank=True)
    way = models.CharField(max_length=12)
    connection = models.CharField(max_length=64, blank=True)
    repository = models.CharField(max_length=200, blank=True)
    private = models.BooleanField(default=True)
    reviewed = models.BooleanField(default=True)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", null=True)
    rule = models.CharField(max_length=260, blank=True)

    state = models.CharField(max_length=10, default=State.UNDERWAY.value)
    turn = models.CharField(max_length=64, blank=True)
    turned_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    tree = models.BinaryField(null=True)
    files = models.IntegerField(default=0)
    left: models.JSONField[Any, Any] = models.JSONField(default=list)
    url = models.CharField(max_length=500, blank=True)
    clone_url = models.CharField(max_length=500, blank=True)
    base = models.CharField(max_length=200, blank=True)
    branch = models.CharField(max_length=200, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    number = models.IntegerField(null=True)
    pull_url = models.CharField(max_length=500, blank=True)
    registered: models.JSONField[Any, Any] = models.JSONField(null=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    landed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    watched_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=32, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["scaffold", "-id"], name="scaffolds_making_of"),
            models.Index(fields=["state"], name="scaffolds_making_open", condition=Q(ended_at__isnull=True)),
            models.Index(
                fields=["number"],
                name="scaffolds_making_pull",
                condition=Q(landed_at__isnull=True, closed_at__isnull=True, number__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"making {self.pk}"
