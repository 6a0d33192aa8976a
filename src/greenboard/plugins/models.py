"""What an installation keeps of its plugins: the switch, what was filled in, what they brought, what went wrong."""

from __future__ import annotations

from typing import Any

from django.db import models

from greenboard.access.sealing import Sealed


class Kept(models.Model):
    """A plugin by its name. `words` are what rules can say because of it."""

    name = models.CharField(max_length=64, unique=True)
    enabled = models.BooleanField(default=True)
    words: models.JSONField[Any, Any] = models.JSONField(default=dict)
    fault = models.TextField(blank=True)
    fault_in = models.CharField(max_length=200, blank=True)
    fault_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Value(models.Model):
    """What was filled in for a setting of a plugin. All of them are sealed: some are secrets."""

    plugin = models.ForeignKey(Kept, on_delete=models.CASCADE, related_name="values_kept")
    name = models.CharField(max_length=64)
    text = Sealed()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plugin", "name"], name="plugins_value_once")]

    def __str__(self) -> str:
        return f"{self.plugin_id} {self.name}"
