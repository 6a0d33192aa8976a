"""Collections, what tools showed in them, what is gone, what is to be looked at again, and the calls that it took.

Observations are what a connection says; facts are made of them, entity by entity. An observation
of a subject that no entity is known for stays here until somebody says which it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from greenboard.collection.observing import Moments, moments
from greenboard.collection.types import OPEN, Kind, RemovalState, Standing, State
from greenboard.connections.models import Connection
from greenboard.facts.models import Look


class Collection(models.Model):
    """One pull through a connection.

    `now` is the moment that it stands at throughout, and `run` names its durable work. `progress` is
    `[done, total]` by stream; the last word of the runtime is in `streams` (calls and more) and `complete`.
    `faults` sums up what could not be looked at, `outcome` what came of it; of a trial that is what would.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="collections")
    kind = models.CharField(max_length=8, default=Kind.WHOLE.value)
    state = models.CharField(max_length=8, default=State.WAITING.value)
    asked_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    run = models.CharField(max_length=64, blank=True)
    now = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stop = models.BooleanField(default=False)
    progress: models.JSONField[Any, Any] = models.JSONField(default=dict)
    streams: models.JSONField[Any, Any] = models.JSONField(default=dict)
    complete: models.JSONField[Any, Any] = models.JSONField(default=dict)
    faults: models.JSONField[Any, Any] = models.JSONField(default=list)
    outcome: models.JSONField[Any, Any] = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(state__in=[one.value for one in OPEN]), name="collection_one_open"
            )
        ]
        indexes = [models.Index(fields=["connection", "-id"], name="collection_newest")]

    def __str__(self) -> str:
        return f"{self.kind} collection {self.pk} of {self.connection_id}"


class Subject(models.Model):
    """Something that a tool shows and that facts are about.

    `decided` says that a person named the entity, or had it ignored; else it follows from `matches`, in the
    order of their strength. `why` is the match that named it. `candidates` are the references it may be, where
    that is not clear. `seen_at` is when it was last seen and that was written here; what goes with a `look`
    was seen by each since.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="subjects")
    stream = models.CharField(max_length=64)
    subject = models.CharField(max_length=400)
    kinds: models.JSONField[Any, Any] = models.JSONField(default=list)
    title = models.TextField(blank=True)
    link = models.TextField(blank=True)
    matches: models.JSONField[Any, Any] = models.JSONField(default=list)
    standing = models.CharField(max_length=10, default=Standing.MISSING.value)
    decided = models.BooleanField(default=False)
    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, null=True, related_name="+")
    why = models.TextField(blank=True)
    candidates: models.JSONField[Any, Any] = models.JSONField(default=list)
    first_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    look = models.ForeignKey(Look, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    gone = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "stream", "subject"], name="collection_one_subject")
        ]
        indexes = [models.Index(fields=["connection", "standing"], name="collection_by_standing")]

    def __str__(self) -> str:
        return f"{self.stream} {self.subject}"

    @property
    def seen(self) -> datetime:
        """When the tool last showed it. Select `look` with it."""
        return moments(self.seen_at, self.seen_at, self.look.seen_at if self.look else None).seen


class Removal(models.Model):
    """That a tool no longer shows what it showed before, of one fact type: how much of how much."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="removals")
    type = models.CharField(max_length=64)
    state = models.CharField(max_length=8, default=RemovalState.WAITING.value)
    at = models.DateTimeField()
    count = models.IntegerField()
    total = models.IntegerField()
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["connection", "-id"], name="collection_removals")]

    def __str__(self) -> str:
        return f"{self.count} of {self.total} {self.type} gone"


class Observation(models.Model):
    """What a tool says of a subject, of one fact type: a fact as JSON, or the list of all its items.

    `value` is what counts; NULL is nothing any more. `fresh` is what the tool shows instead, where that is less
    and it is not decided whether to believe it; "" is nothing. `before` is what counted before a removal.
    `seen_at` is when the tool last spoke of it, `observed_at` the moment that `value` is of; what goes with a `look`
    was seen by each since, see `observing.moments`.
    """

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="observations", db_index=False)
    type = models.CharField(max_length=64)
    value = models.TextField(null=True)  # noqa: DJ001 - "" is no JSON, and nothing is something else
    fresh = models.TextField(null=True)  # noqa: DJ001 - as above
    before = models.TextField(null=True)  # noqa: DJ001 - as above
    link = models.TextField(blank=True)
    observed_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    look = models.ForeignKey(Look, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    removal = models.ForeignKey(Removal, on_delete=models.SET_NULL, null=True, related_name="observations")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "type"], name="collection_one_observation")]

    def __str__(self) -> str:
        return f"{self.type} of {self.subject_id}"

    @property
    def moments(self) -> Moments:
        """When it was seen, and of which moment it is. Select `look` with it."""
        return moments(self.seen_at, self.observed_at, self.look.seen_at if self.look else None)


class Miss(models.Model):
    """That the tool could not be looked at: for a whole fact type, or for it and one subject; and why.

    `fields` names those that are unknown for this reason; none named is the whole fact. `at` is the moment of the
    collection that missed it: those of before go when it ends.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="misses")
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, null=True, related_name="misses")
    type = models.CharField(max_length=64)
    fields: models.JSONField[Any, Any] = models.JSONField(default=list)
    fault = models.CharField(max_length=12)
    text = models.TextField()
    status = models.IntegerField(null=True)
    what = models.TextField(blank=True)
    missing = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "misses"

    def __str__(self) -> str:
        return f"{self.type}: {self.text}"


class Refresh(models.Model):
    """That one thing of a tool is to be looked at again at once. Whoever does so has it until `due_at`.

    Without stream and subject nothing is looked at: all that the tool showed is matched to the catalog again.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="refreshes", db_index=False)
    stream = models.CharField(max_length=64)
    subject = models.CharField(max_length=400)
    attempts = models.IntegerField(default=0)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "refreshes"
        constraints = [
            models.UniqueConstraint(fields=["connection", "stream", "subject"], name="collection_one_refresh")
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.subject}"


class Heard(models.Model):
    """A message of a tool that was taken in, so that it is not taken in again."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.CharField(max_length=200)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "heard"
        constraints = [models.UniqueConstraint(fields=["connection", "message"], name="collection_heard_once")]

    def __str__(self) -> str:
        return self.message


class Bucket(models.Model):
    """What is left of how much may be asked of a tool, shared by all processes."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    tokens = models.FloatField()
    at = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "name"], name="collection_one_bucket")]

    def __str__(self) -> str:
        return self.name


class Calls(models.Model):
    """The calls through a connection in an hour."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="calls", db_index=False)
    hour = models.DateTimeField()
    count = models.IntegerField(default=0)
    bytes = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "calls"
        constraints = [models.UniqueConstraint(fields=["connection", "hour"], name="collection_one_hour")]

    def __str__(self) -> str:
        return f"{self.count} calls in {self.hour}"
