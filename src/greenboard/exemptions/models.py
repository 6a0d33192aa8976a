"""Exemptions, and a log of what happened to each that is only added to.

When an exemption holds is an interval of its own (`holds_from`, `holds_to`), written as it is approved and cut
short as it is revoked: so what held at any moment is one question, whoever was late to note that it ended.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from greenboard.exemptions.types import Category, Did, State


def _within(values: type[State | Category | Did]) -> list[str]:
    return [one.value for one in values]


class Exemption(models.Model):
    """Permission for an entity not to meet a rule, or the wish for it.

    The scorecard and the rule are named, since they are files. `environment` or `path` say how far it reaches; both
    empty is everything. `version` rises with each change. `told` is how many days before its end it was last told
    that it ends. `renews` is the one that it follows. Who asked, decided and revoked are names of accounts;
    `decision` and `ending` are their reasons. `source` is where the wish stands, where it stands in a file.
    """

    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, related_name="+", db_index=False)
    scorecard = models.CharField(max_length=128)
    rule = models.CharField(max_length=128)
    environment = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=400, blank=True)
    category = models.CharField(max_length=16)
    reason = models.TextField()
    control = models.TextField(blank=True)
    state = models.CharField(max_length=16, default=State.REQUESTED.value)
    version = models.IntegerField(default=1)
    requested_by = models.CharField(max_length=200)
    requested_at = models.DateTimeField()
    source = models.CharField(max_length=400, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ending = models.TextField(blank=True)
    starts = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)
    holds_from = models.DateTimeField(null=True)
    holds_to = models.DateTimeField(null=True)
    told = models.SmallIntegerField(null=True)
    renews = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="renewals", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=_within(State)), name="exemptions_state"),
            models.CheckConstraint(condition=Q(category__in=_within(Category)), name="exemptions_category"),
            models.CheckConstraint(condition=Q(environment="") | Q(path=""), name="exemptions_one_scope"),
            models.CheckConstraint(
                condition=Q(holds_to__isnull=True) | Q(holds_to__gte=F("holds_from")), name="exemptions_forward"
            ),
            models.UniqueConstraint(
                fields=["entity", "scorecard", "rule", "environment", "path"],
                condition=Q(state=State.REQUESTED.value),
                name="exemptions_asked_once",
            ),
            models.UniqueConstraint(
                fields=["renews"],
                condition=Q(renews__isnull=False, state__in=[State.REQUESTED.value, State.APPROVED.value]),
                name="exemptions_renewed_once",
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "scorecard", "holds_to"], name="exemptions_of_entity"),
            models.Index(fields=["scorecard", "holds_to"], name="exemptions_holding"),
            models.Index(fields=["scorecard", "holds_from"], name="exemptions_beginning"),
            models.Index(fields=["state", "ends"], name="exemptions_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.entity_id} from {self.rule}, {self.state}"


class Refusal(models.Model):
    """Why a wish in a descriptor is not taken; kept while it stands there so. `place` is `path:line:column`."""

    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, related_name="+")
    scorecard = models.CharField(max_length=128)
    rule = models.CharField(max_length=128)
    place = models.CharField(max_length=400)
    reason = models.TextField()
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class Event(models.Model):
    """One thing that happened to an exemption. Lines are only added. `by` is empty where time did it."""

    exemption = models.ForeignKey(Exemption, on_delete=models.PROTECT, related_name="events")
    did = models.CharField(max_length=16)
    by = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(did__in=_within(Did)), name="exemptions_did")]

    def __str__(self) -> str:
        return f"{self.did} {self.exemption_id} at {self.at}"
