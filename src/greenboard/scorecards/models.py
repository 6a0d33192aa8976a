"""Rules that were edited in the browser, as intervals. What was asked by which run is kept by `results`."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

CURRENT = Q(valid_to__isnull=True)
FORWARD = CURRENT | Q(valid_to__gte=F("valid_from"))


class RuleEdit(models.Model):
    """A whole rule as YAML that goes before the one of its id in the scorecard's file, from when to when.

    `author` is the name of whoever saved it: it outlives the account. Rows are never deleted.
    """

    scorecard = models.CharField(max_length=128)
    rule = models.CharField(max_length=128)
    text = models.TextField()
    author = models.CharField(max_length=150)
    note = models.CharField(max_length=500, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "rule"], condition=CURRENT, name="scorecards_edit_current"),
            models.CheckConstraint(condition=FORWARD, name="scorecards_edit_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.scorecard}/{self.rule} by {self.author}"
