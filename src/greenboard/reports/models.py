"""Saved views of reports, when they are mailed to whom, and keys that open badges to strangers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from greenboard.access.models import Person
from greenboard.catalog.models import Entity

_REFERENCE = 320


class Shared(models.TextChoices):
    """Who else finds a view. What they see in it is what they may see anyway."""

    OWN = "own", "Only me"
    TEAM = "team", "A team"
    ALL = "all", "Everybody"


class Every(models.TextChoices):
    """How often a view is mailed."""

    WEEK = "week", "Every week"
    MONTH = "month", "Every month"


class State(models.TextChoices):
    """How far a mail is."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class View(models.Model):
    """A report as somebody arranged it: `query` is that of its address. `team` is a reference where it is shared so."""

    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    report = models.CharField(max_length=64)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.CharField(max_length=10, choices=Shared.choices, default=Shared.OWN)
    team = models.CharField(max_length=_REFERENCE, blank=True)
    version = models.IntegerField(default=1)
    changed_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="reports_view_once")]

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """That a view is mailed: on a weekday (0 is Monday) or a day of the month, at an hour in UTC.

    `people` are names of accounts, each of whom gets what they may see; `addresses` are mail addresses, which get
    what `owner` may see. `next_at` is when it is due.
    """

    view = models.ForeignKey(View, on_delete=models.CASCADE, related_name="schedules")
    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    every = models.CharField(max_length=10, choices=Every.choices)
    day = models.SmallIntegerField()
    hour = models.SmallIntegerField()
    format = models.CharField(max_length=10)
    people: models.JSONField[Any, Any] = models.JSONField(default=list)
    addresses: models.JSONField[Any, Any] = models.JSONField(default=list)
    next_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.view_id} every {self.every}"


class Sending(models.Model):
    """One mail of a schedule that was due at a moment. `next_at` is when it is tried, or tried again."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="sendings")
    due_at = models.DateTimeField()
    person = models.CharField(max_length=150, blank=True)
    address = models.CharField(max_length=320, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_at", "person", "address"], name="reports_sending_once")
        ]
        indexes = [models.Index(fields=["next_at"], name="reports_sending_due", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.schedule_id} to {self.person or self.address}: {self.state}"


class BadgeKey(models.Model):
    """A key that shows the badges of one entity to whoever has the address. Its text is worked out, not stored."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=150, blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity"], condition=Q(revoked_at__isnull=True), name="reports_badge_key")
        ]

    def __str__(self) -> str:
        return f"badges of {self.entity_id}"
