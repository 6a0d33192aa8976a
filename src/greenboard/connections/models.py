"""Connections: configured uses of integrations, with what they need to sign in sealed."""

from __future__ import annotations

from typing import Any

from django.db import models

from greenboard.access.sealing import Sealed


class Connection(models.Model):
    """One configured use of an integration. Its name is that of the source of its facts.

    `secrets` holds all secrets by name, as JSON. `every` is the length of time between two collections in
    seconds; None only when somebody asks. Of several that say different things the one with the higher
    `priority` is believed. `tested` is what the last test found, see `service.Tested`.
    """

    name = models.CharField(max_length=64, unique=True)
    integration = models.CharField(max_length=64)
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)
    secrets = Sealed(blank=True)
    scope: models.JSONField[Any, Any] = models.JSONField(default=dict)
    every = models.IntegerField(null=True)
    priority = models.SmallIntegerField(default=0)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    tested: models.JSONField[Any, Any] = models.JSONField(null=True)
    tested_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="connections_due")]

    def __str__(self) -> str:
        return self.name
