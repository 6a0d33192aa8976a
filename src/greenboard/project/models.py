"""What the processes of an installation tell of themselves, each in a row of its own."""

from __future__ import annotations

from typing import Any

from django.db import models


class Heartbeat(models.Model):
    """A worker that is at work: when it last said so, and what it did since it began.

    `spread` counts its turns by their length, a number for each of `beating.BOUNDS` and one for those beyond.
    """

    worker = models.CharField(max_length=200, primary_key=True)
    began_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    turns = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    marks = models.BigIntegerField(default=0)
    results_changed = models.BigIntegerField(default=0)
    levels_changed = models.BigIntegerField(default=0)
    refusals = models.BigIntegerField(default=0)
    spread: models.JSONField[Any, Any] = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.worker} at {self.beat_at}"
