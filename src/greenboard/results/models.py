"""Results and levels as intervals, the rule versions that made them, and why each changed.

As in `facts`, `valid_to` is NULL while a row is current and rows are written only on change. One
`Cause` serves all rows that it explains; evidence is not stored but rebuilt from the facts as they
were. Outcomes and kinds of causes are small numbers here (`codes.py`), because result rows are by
far the most.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

CURRENT = Q(valid_to__isnull=True)
ENDED = ~CURRENT
"""To be asked in these very words: SQLite uses an index of a part of the rows only then."""
FORWARD = CURRENT | Q(valid_to__gt=F("valid_from"))


class Scorecard(models.Model):
    """The identity of a scorecard, by its name.

    `looked_at` is the latest moment at which every result was known to be right: that of a full run,
    or of a look at the clock after all marks had been worked off, whether or not it changed anything.
    `opened_at` is when a version of it was last divided into parts; `parts` counts those that were judged.
    """

    name = models.CharField(max_length=128, unique=True)
    looked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    parts = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return self.name


class ScorecardVersion(models.Model):
    """What a scorecard asked, by which rule versions, from when to when. `text` is its JSON without rules."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=64)
    text = models.TextField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scorecard"], condition=CURRENT, name="results_scorecard_current"),
            models.CheckConstraint(condition=FORWARD, name="results_scorecard_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.scorecard_id} {self.digest}"


class Rule(models.Model):
    """The identity of a rule in a scorecard."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="rules", db_index=False)
    name = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scorecard", "name"], name="results_rule_name")]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """What a rule asked from when to when; `text` is the whole rule as JSON, so that it can be run again."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions", db_index=False)
    digest = models.CharField(max_length=64)
    text = models.TextField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=CURRENT, name="results_rule_current"),
            models.UniqueConstraint(fields=["rule", "valid_from"], name="results_rule_start"),
            models.CheckConstraint(condition=FORWARD, name="results_rule_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.digest}"


class Run(models.Model):
    """One evaluation: the frozen moment that its rules read as now, and what it changed.

    After a `full` one all results were right as of the moment: it judged all entities, or as many as
    could have changed since the last. Runs that changed nothing are kept only where all were judged.

    `note` is for the caller, who can so commit how far it came together with the results.
    """

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    full = models.BooleanField()
    entities = models.IntegerField()
    results_changed = models.IntegerField()
    levels_changed = models.IntegerField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["scorecard", "at"], name="results_run_at"),
            models.Index(fields=["note"], name="results_run_note", condition=~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.scorecard_id} at {self.at}"


class Part(models.Model):
    """Some entities, by a range of their surrogate ids, that are to be judged by a new version of a scorecard.

    `digest` tells the version, as in `ScorecardVersion`. `number` is None until the part was judged; then it
    counts the parts of the scorecard in the order in which they were committed.
    """

    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    opened_at = models.DateTimeField()
    number = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.first} to {self.last} of {self.scorecard_id}"


class Mark(models.Model):
    """That something about an entity changed at a moment, written in the transaction that changed it.

    `paths` are the fact types and fields, a line each; `*` is anything. A mark is worked off by an
    evaluation, and kept for a while so that other processes learn of the change, too.
    """

    # A name that was only mentioned may go when something is renamed to it: then its marks mean nothing.
    entity = models.ForeignKey("catalog.Entity", on_delete=models.CASCADE, related_name="+", db_index=False)
    paths = models.TextField()
    at = models.DateTimeField()
    done = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["id"], name="results_mark_pending", condition=Q(done=False))]

    def __str__(self) -> str:
        return f"{self.entity_id} at {self.at}"


class Cause(models.Model):
    """Why results changed in a run. `rule_version` is set where a rule's own change is the cause."""

    kind = models.SmallIntegerField()
    text = models.TextField(blank=True)
    fact_type = models.CharField(max_length=64, blank=True)
    source = models.TextField(blank=True)
    link = models.TextField(blank=True)
    commit = models.CharField(max_length=64, blank=True)
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="causes", db_index=False)

    def __str__(self) -> str:
        return self.text


class ResultInterval(models.Model):
    """What a rule came to for an entity, from `valid_from` to `valid_to`.

    `before` is the outcome until then, None at first. `undecided_since` is when the outcome was last
    decided, where it is not: no data and error are one stretch. `outcome_since` is set where only `exempt` changed:
    since when it came to this outcome. `ended_by` says why nothing follows. Rules, versions and causes are written
    in the transaction that names them and never deleted, so PostgreSQL does not look each of them up again: for
    the rows of a new version that took a quarter of the time.
    """

    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    version = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    outcome = models.SmallIntegerField()
    before = models.SmallIntegerField(null=True)
    exempt = models.BooleanField(default=False)
    undecided_since = models.DateTimeField(null=True)
    outcome_since = models.DateTimeField(null=True)
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    ended_by = models.ForeignKey(
        Cause, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "rule"], condition=CURRENT, name="results_one_current"),
            models.CheckConstraint(condition=FORWARD, name="results_forward"),
        ]
        indexes = [
            models.Index(fields=["rule", "valid_from"], name="results_by_rule"),
            models.Index(fields=["entity", "valid_from"], name="results_by_entity"),
            models.Index(fields=["valid_to"], name="results_by_end", condition=ENDED),
            models.Index(
                fields=["undecided_since"],
                name="results_undecided",
                condition=CURRENT & Q(undecided_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} of {self.entity_id}"


class LevelInterval(models.Model):
    """Where an entity stood, from `valid_from` to `valid_to`. `rank` 0 is no level, 1 the lowest.

    A row also starts where only score or counts change; `level_since` and `cause` are then carried
    over, so that they always speak of the level. `rank_before` is None at first. `evaluated_at` is
    when a run of this entity alone last looked; full runs are in `Run`. Where rules are exempt, the three
    `bare` ones say where it would stand without exemptions; they are None where none is.
    """

    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, related_name="+", db_index=False)
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.CharField(max_length=128, blank=True)
    rank = models.SmallIntegerField()
    level_before = models.CharField(max_length=128, blank=True)
    rank_before = models.SmallIntegerField(null=True)
    score = models.FloatField(null=True)
    passed = models.IntegerField()
    decided = models.IntegerField()
    undecided = models.IntegerField()
    exempt = models.IntegerField(default=0)
    bare_level = models.CharField(max_length=128, null=True)  # noqa: DJ001 - no level is not the same as no exemption
    bare_rank = models.SmallIntegerField(null=True)
    bare_score = models.FloatField(null=True)
    held_since = models.DateTimeField(null=True)
    level_since = models.DateTimeField()
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="+", db_index=False)
    ended_by = models.ForeignKey(Cause, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    evaluated_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "entity"], condition=CURRENT, name="results_level_current"),
            models.CheckConstraint(condition=FORWARD, name="results_level_forward"),
        ]
        indexes = [
            models.Index(fields=["scorecard", "valid_from"], name="results_level_start"),
            models.Index(fields=["entity", "valid_from"], name="results_level_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.level or 'no level'} of {self.entity_id}"
