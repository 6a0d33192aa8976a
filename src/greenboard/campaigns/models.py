"""Campaigns as they were at every moment, what was told of them, their progress by day, and their tickets."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

CURRENT = Q(valid_to__isnull=True)


class Campaign(models.Model):
    """The identity of a campaign. What it asks is in its editions.

    `version` rises with each change and with its end; whoever changes it names the one that they saw. `run` is the
    durable run that brings its tickets up to date, `beat_at` when that will have shown at the latest that it lives;
    `dirty`: something changed since it last looked. At `enforce_at` its rules become what `enforcing` says.
    """

    name = models.CharField(max_length=64, unique=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)
    close_tickets = models.BooleanField(default=False)
    run = models.CharField(max_length=64, blank=True)
    beat_at = models.DateTimeField(null=True)
    dirty = models.BooleanField(default=False)
    enforcing: models.JSONField[Any, Any] = models.JSONField(null=True)
    enforce_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """What a campaign asked from when to when: `definition.Definition` as JSON."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="editions")
    definition: models.JSONField[Any, Any] = models.JSONField()
    author = models.CharField(max_length=150)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign"], condition=CURRENT, name="campaigns_one_current")]

    def __str__(self) -> str:
        return f"{self.campaign_id} from {self.valid_from}"


class Told(models.Model):
    """That something was told, or let pass because a later one was told: each once."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="told", db_index=False)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()
    passed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="campaigns_told_once")]

    def __str__(self) -> str:
        return self.key


class Point(models.Model):
    """What was asked and met at the end of a day that is over, as the results of then say."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="points", db_index=False)
    day = models.DateField()
    done = models.IntegerField()
    failing = models.IntegerField()
    undecided = models.IntegerField()
    exempt = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "day"], name="campaigns_one_point")]

    def __str__(self) -> str:
        return f"{self.campaign_id} on {self.day}"


class Ticket(models.Model):
    """The one ticket for an entity and a rule of a campaign, or for an entity where they are grouped (no rule).

    `wanted` is what it shall be, `state` what it is at the tool as far as we know. `issue` is its id there. `said` is
    what it shall say, of `said_digest`, `text_digest` that of what it says. `tried_at`: a call that would make it is
    under way, or nobody knows how it ended. `turn` rises each time that something is done at the tool. After a failure
    it is tried again at `next_at`. What people did to it there, `assignee` among it, was seen at `looked_at`.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tickets", db_index=False)
    entity = models.ForeignKey("catalog.Entity", on_delete=models.CASCADE, related_name="+")
    scorecard = models.CharField(max_length=128, blank=True)
    rule = models.CharField(max_length=128, blank=True)
    wanted = models.CharField(max_length=8)
    state = models.CharField(max_length=8)
    connection = models.CharField(max_length=64, blank=True)
    place = models.CharField(max_length=200, blank=True)
    issue = models.CharField(max_length=200, blank=True)
    link = models.TextField(blank=True)
    said: models.JSONField[Any, Any] = models.JSONField(default=dict)
    said_digest = models.CharField(max_length=32, blank=True)
    text_digest = models.CharField(max_length=32, blank=True)
    turn = models.IntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    assignee = models.CharField(max_length=200, blank=True, db_default="")
    looked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "entity", "scorecard", "rule"], name="campaigns_one_ticket")
        ]

    def __str__(self) -> str:
        return self.issue or f"{self.rule} of {self.entity_id}"


class TicketEvent(models.Model):
    """What was done to a ticket at the tool, by us or by people there, and when."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=16)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.what} at {self.at}"
