"""Facts and gaps as intervals: a row is written when something changes, and never otherwise.

`valid_to` is NULL while a row is current. A statement is told apart by entity, fact type, source
(kind and name) and slot: the path of the file that said it, so that two reports of one tool stand
beside each other and a shifted line number is no new statement.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

CURRENT = Q(valid_to__isnull=True)


class Look(models.Model):
    """What a source looks at again and again, of one fact type: so a look that finds nothing new is one row, not many.

    Facts that go with it are as old as `at`. `seen_at` is later while facts of a look are being made. The row of a
    source without a type is of the things themselves that it shows. Rows stay: there are few.
    """

    source_kind = models.CharField(max_length=16)
    source = models.CharField(max_length=200)
    type = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source_kind", "source", "type"], name="facts_one_look")]

    def __str__(self) -> str:
        return f"{self.source} at {self.type or 'what there is'}"


class FactInterval(models.Model):
    """What one source said, unchanged from `valid_from` to `valid_to`.

    `digest` is that of value, location and places, so that a look is compared without decoding.
    `commit`, `location` and `places` belong together: the commit is the one at which the interval
    began. `observed_at` and `seen_at` are those of the latest look that said the same and was written here; what goes
    with a `look` was confirmed by each since, see `observed`.
    """

    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, related_name="+", db_index=False)
    type = models.CharField(max_length=64)
    source_kind = models.CharField(max_length=16)
    source = models.CharField(max_length=200)
    slot = models.CharField(max_length=1024, blank=True)
    location = models.TextField(blank=True)
    commit = models.CharField(max_length=64, blank=True)
    link = models.TextField(blank=True)
    value = models.TextField()
    places = models.TextField(blank=True)
    digest = models.BinaryField(max_length=16)
    observed_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    look = models.ForeignKey(Look, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "type", "source_kind", "source", "slot"],
                condition=CURRENT,
                name="facts_one_current",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="facts_forward"
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "valid_from"], name="facts_by_entity"),
            models.Index(fields=["type"], name="facts_by_type"),
            models.Index(fields=["type"], name="facts_current_type", condition=CURRENT),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.entity_id} by {self.source}"

    @property
    def observed(self) -> datetime:
        """The moment that it is of. Select `look` with it."""
        return max(self.observed_at, self.look.at) if self.look else self.observed_at


class DefinedType(models.Model):
    """A fact type that somebody defined in the browser or by API, as a JSON Schema, from when to when.

    The row that holds is the current one; one that is retired still holds, and says so. `author` is the name of
    whoever saved it: it outlives the account. Rows are never deleted.
    """

    name = models.CharField(max_length=64)
    text = models.TextField()
    retired = models.BooleanField(default=False)
    author = models.CharField(max_length=150)
    note = models.CharField(max_length=500, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=CURRENT, name="facts_one_definition"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="facts_definition_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} by {self.author}"


class GapInterval(models.Model):
    """A look that failed, and kept failing for the same reason, from `valid_from` to `valid_to`.

    `unclear` marks a look that worked at something which cannot be judged from there.
    """

    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, related_name="+", db_index=False)
    type = models.CharField(max_length=64)
    source_kind = models.CharField(max_length=16)
    source = models.CharField(max_length=200)
    slot = models.CharField(max_length=1024, blank=True)
    location = models.TextField(blank=True)
    commit = models.CharField(max_length=64, blank=True)
    link = models.TextField(blank=True)
    reason = models.TextField()
    unclear = models.BooleanField(default=False)
    seen_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "type", "source_kind", "source", "slot"],
                condition=CURRENT,
                name="gaps_one_current",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="gaps_forward"
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "valid_from"], name="gaps_by_entity"),
            models.Index(fields=["type"], name="gaps_by_type"),
            models.Index(fields=["type"], name="gaps_current_type", condition=CURRENT),
        ]

    def __str__(self) -> str:
        return f"gap in {self.type} of {self.entity_id} by {self.source}"
