"""What is wished for in a transaction, and handed to the engine after it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class Wish(models.Model):
    """That a workflow shall run. Its id is the run's, so that handing it over twice is handing it over once."""

    id = models.CharField(max_length=64, primary_key=True)
    workflow = models.CharField(max_length=100)
    input: models.JSONField[Any, Any] = models.JSONField(null=True)
    at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "wishes"
        indexes = [models.Index(fields=["at"], name="durable_wish_waiting", condition=Q(dispatched_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.workflow} {self.id}"
