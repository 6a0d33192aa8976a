"""The catalog as intervals: what was said of each entity, and when it began and ended to be so.

`valid_to` is NULL while a row is current; a row covers [valid_from, valid_to). An `Entity` is only
an identity: it exists at a moment when it has a version then. One without a version is a name that
a relation mentions and nobody has declared.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

CURRENT = Q(valid_to__isnull=True)
FORWARD = CURRENT | Q(valid_to__gt=F("valid_from"))


class Entity(models.Model):
    """The identity behind a reference. It keeps its id when it is renamed."""

    kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=63)
    name = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "namespace", "name"], name="catalog_reference")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}"


class EntityVersion(models.Model):
    """What was said of an entity from `valid_from` to `valid_to`, with the reference that it had then.

    `data` holds what is not asked for in queries; `tag_text` is `|tag|tag|`, `search_text` all words
    in lower case. `place` is where the descriptor said it when it was last read.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="versions", db_index=False)
    kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=63)
    name = models.CharField(max_length=128)
    title = models.TextField(blank=True)
    tier = models.SmallIntegerField(null=True)
    lifecycle = models.CharField(max_length=20, blank=True)
    tag_text = models.TextField(blank=True)
    search_text = models.TextField(blank=True)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict)
    place = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity"], condition=CURRENT, name="catalog_one_current"),
            models.UniqueConstraint(
                fields=["kind", "namespace", "name"], condition=CURRENT, name="catalog_one_current_name"
            ),
            models.UniqueConstraint(fields=["entity", "valid_from"], name="catalog_one_start"),
            models.CheckConstraint(condition=FORWARD, name="catalog_forward"),
            models.CheckConstraint(condition=Q(tier__isnull=True) | Q(tier__range=(0, 4)), name="catalog_tier"),
        ]
        indexes = [
            models.Index(fields=["kind", "namespace", "name"], name="catalog_by_name"),
            models.Index(fields=["valid_to"], name="catalog_version_end", condition=~CURRENT),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name} since {self.valid_from}"


class RelationInterval(models.Model):
    """That one entity stood to another so, from `valid_from` to `valid_to`, as `declared_by` said."""

    kind = models.CharField(max_length=20)
    source = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False)
    declared_by = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False)
    path = models.TextField(blank=True)
    place = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target", "kind", "declared_by"], condition=CURRENT, name="catalog_relation_once"
            ),
            models.UniqueConstraint(
                fields=["target"], condition=CURRENT & Q(kind="owns"), name="catalog_relation_one_owner"
            ),
            models.UniqueConstraint(
                fields=["source"], condition=CURRENT & Q(kind="lives-in"), name="catalog_relation_one_repository"
            ),
            models.CheckConstraint(condition=FORWARD, name="catalog_relation_forward"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="catalog_relation_other"),
        ]
        indexes = [
            models.Index(fields=["source", "kind"], name="catalog_relation_from"),
            models.Index(fields=["target", "kind"], name="catalog_relation_to"),
            models.Index(fields=["declared_by"], name="catalog_relation_said", condition=CURRENT),
            models.Index(fields=["kind"], name="catalog_relation_kind", condition=CURRENT),
            models.Index(fields=["valid_to"], name="catalog_relation_end", condition=~CURRENT),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class CustomKind(models.Model):
    """A kind that a descriptor defined, with the JSON Schema for the properties of its entities."""

    name = models.CharField(max_length=63, unique=True)
    title = models.TextField(blank=True)
    description = models.TextField(blank=True)
    properties: models.JSONField[Any, Any] = models.JSONField(default=dict)
    place = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
