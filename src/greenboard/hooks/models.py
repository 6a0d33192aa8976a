"""Hooks, what happened that they are told of, and how each telling went."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from greenboard.access.models import Service
from greenboard.access.sealing import Sealed
from greenboard.hooks.types import State


class Hook(models.Model):
    """Somebody else's address that is told of events. `events` are those of `types.Happening`; empty is all."""

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=2000)
    secret = Sealed()
    events: models.JSONField[Any, Any] = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something that happened, as it is sent: written in the transaction in which it happened."""

    kind = models.CharField(max_length=32)
    body = models.TextField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


class Delivery(models.Model):
    """One event for one hook. `next_at` is when it is tried, or tried again should whoever tries it die."""

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=10, default=State.WAITING.value)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    status = models.IntegerField(null=True)
    answer = models.TextField(blank=True)
    milliseconds = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="hooks_delivery_due", condition=Q(state=State.WAITING.value))]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.hook_id}: {self.state}"


class Inlet(models.Model):
    """A name under which another system sends signed messages; it acts as a service account."""

    name = models.CharField(max_length=64, unique=True)
    secret = Sealed()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Received(models.Model):
    """A message that was taken in, so that it is not taken in again."""

    inlet = models.ForeignKey(Inlet, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.CharField(max_length=200)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inlet", "message"], name="hooks_received_once")]

    def __str__(self) -> str:
        return f"{self.message} by {self.inlet_id}"
