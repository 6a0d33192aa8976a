"""Channels and routes, what happened, what each is told of it, and how that went.

A message gathers cases until its time has come; then its letter is written, and it is sent until it arrives.
"""

from __future__ import annotations

from datetime import time
from typing import Any

from django.db import models
from django.db.models import Q

from greenboard.access.models import Person
from greenboard.access.sealing import Sealed
from greenboard.catalog.models import Entity
from greenboard.core.happened import Severity
from greenboard.notifications.types import Digest, State

_REFERENCE = 320


class Channel(models.Model):
    """A way to tell people. `kind` names a module of `channels`; `secret` is JSON of its secret fields."""

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=32)
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)
    secret = Sealed(blank=True)
    active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Route(models.Model):
    """Who hears what besides owners and those who must act.

    What is empty asks for nothing: `kinds`, `teams` (references of owners), `scope` (an entity, a system, a
    domain), `tags`. Told are a channel at an address, the channel of the owning team, and people.
    """

    name = models.CharField(max_length=100, unique=True)
    kinds: models.JSONField[Any, Any] = models.JSONField(default=list)
    teams: models.JSONField[Any, Any] = models.JSONField(default=list)
    scope = models.CharField(max_length=_REFERENCE, blank=True)
    tags: models.JSONField[Any, Any] = models.JSONField(default=list)
    severity = models.CharField(max_length=10, default=Severity.INFO.value)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, null=True, related_name="routes")
    address = models.CharField(max_length=200, blank=True)
    team_channel = models.BooleanField(default=False)
    people: models.JSONField[Any, Any] = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """How a person or a team wants to hear. `ways` is by kind; a kind that is not in it is told as is usual.

    A person without `channel` hears by mail, a team without one not at all.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, null=True, related_name="+")
    team = models.CharField(max_length=_REFERENCE, blank=True)
    channel = models.ForeignKey(Channel, on_delete=models.SET_NULL, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    digest = models.CharField(max_length=10, default=Digest.DAILY.value)
    digest_at = models.TimeField(default=time(9))
    digest_day = models.IntegerField(default=0)
    ways: models.JSONField[Any, Any] = models.JSONField(default=dict)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, team="") | Q(person__isnull=True) & ~Q(team=""),
                name="notifications_preference_of_one",
            ),
            models.UniqueConstraint(fields=["team"], condition=~Q(team=""), name="notifications_preference_of_team"),
        ]

    def __str__(self) -> str:
        return self.team or str(self.person_id)


class Notice(models.Model):
    """Something that happened, written in its transaction; spread to whom it concerns once (`spread_at`).

    `once` is the digest of what it is told once for. `about` is the reference as it was then, `entity` who
    that is. `late` is that it was long past when it was written: it goes to inboxes only. `answer` names what it asks.
    """

    once = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=32)
    at = models.DateTimeField(db_index=True)
    title = models.TextField()
    why = models.TextField(blank=True)
    todo = models.TextField(blank=True)
    path = models.TextField(blank=True)
    about = models.CharField(max_length=_REFERENCE, blank=True)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, related_name="+")
    severity = models.CharField(max_length=10, default=Severity.INFO.value)
    key = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=200, blank=True, db_default="")
    teams: models.JSONField[Any, Any] = models.JSONField(default=list)
    people: models.JSONField[Any, Any] = models.JSONField(default=list)
    glyph = models.CharField(max_length=4, blank=True)
    word = models.CharField(max_length=32, blank=True)
    late = models.BooleanField(default=False)
    spread_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="notifications_notice_fresh", condition=Q(spread_at__isnull=True))]

    def __str__(self) -> str:
        return self.title


class Turn(models.Model):
    """That results of a scorecard changed at a moment, written in that transaction; read and removed thereafter."""

    scorecard = models.CharField(max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.scorecard} at {self.at}"


class Line(models.Model):
    """A line of somebody's inbox: cases of one key, the newest named. `cases` are numbers of notices."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200, blank=True)
    cases: models.JSONField[Any, Any] = models.JSONField(default=list)
    count = models.IntegerField(default=1)
    at = models.DateTimeField(db_index=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="notifications_line_newest"),
            models.Index(fields=["person"], name="notifications_line_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} for {self.person_id}"


class Message(models.Model):
    """What is sent by a channel to one receiver. `until` ends its gathering; `letter` is what was written then.

    `receiver` tells who gathers together: `person:NUMBER`, `team:REF`, or `channel`. `next_at` is when it is tried,
    or tried again should whoever tries it die. `reason` says why it is sent at all.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages")
    receiver = models.CharField(max_length=_REFERENCE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    address = models.CharField(max_length=320, blank=True)
    gathers = models.CharField(max_length=10)
    key = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    cases: models.JSONField[Any, Any] = models.JSONField(default=list)
    count = models.IntegerField(default=0)
    until = models.DateTimeField()
    state = models.CharField(max_length=10, default=State.GATHERING.value)
    letter: models.JSONField[Any, Any] = models.JSONField(null=True)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    status = models.IntegerField(null=True)
    answer = models.TextField(blank=True)
    milliseconds = models.FloatField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "receiver", "address", "gathers", "key"],
                condition=Q(state=State.GATHERING.value) & ~(Q(gathers="cases") & Q(key="")),
                name="notifications_message_gathering",
            )
        ]
        indexes = [
            models.Index(fields=["until"], name="notifications_message_full", condition=Q(state=State.GATHERING.value)),
            models.Index(fields=["next_at"], name="notifications_message_due", condition=Q(state=State.WAITING.value)),
            models.Index(fields=["channel", "receiver", "-created_at"], name="notifications_message_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.gathers} to {self.receiver}: {self.state}"
