"""Rule quality: which rules always or never pass, flap, are never fixed, often exempt, mostly undecided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greenboard.reports import counting, history
from greenboard.reports.counting import FAILED, PARDONED, PASSED, UNDECIDED
from greenboard.reports.ground import Ground
from greenboard.reports.types import Report, Row, Table, Told, columns, rounded
from greenboard.results.changes import LEVEL, Changes
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule

FLAPS = 4
"""So many turns between pass and fail of one entity, within the span, are flapping."""
FLAWS = ("always passing", "never passing", "flapping", "never fixed", "often exempt", "mostly undecided")
_OFTEN = 0.1
"""The share of results that makes a rule often exempt."""


@dataclass(frozen=True)
class Quality:
    """A rule with what its results say of it. `fixed` counts fixes within the span, `days` is their median length."""

    rule: Rule
    passed: int
    failed: int
    undecided: int
    exempt: int
    flapping: int
    fixed: int
    days: float | None
    flaws: tuple[str, ...]

    @property
    def asked(self) -> int:
        return self.passed + self.failed + self.undecided


@dataclass(frozen=True)
class RuleQuality:
    """All rules that count, those with flaws first."""

    rules: tuple[Quality, ...]
    days: float | None

    def flawed(self, flaw: str) -> int:
        """How many rules have a flaw."""
        return sum(flaw in one.flaws for one in self.rules)


def build(ground: Ground) -> RuleQuality:
    """Results of now, and what changed of them since."""
    counts = counting.together(ground, ground.columns)
    changed = history.results(history.within(ground))
    wanted = ground.wanted
    fixed = history.fixes(changed, wanted.since, wanted.now)
    ids = [ground.matrix.rules[line] for line in ground.lines.tolist()]
    flaps = _flapping(changed.where(_turned(changed.before, changed.after)))
    failing = _seen(changed, history.FAIL)
    passing = _seen(changed, history.PASS)
    found = []
    for at, (rule, number) in enumerate(zip(ground.rules, ids, strict=True)):
        passed, failed, undecided, exempt = (int(counts[of, at]) for of in (PASSED, FAILED, UNDECIDED, PARDONED))
        days = fixed.days[fixed.rule == number]
        flaws = {
            "always passing": bool(passed) and not failed and number not in failing,
            "never passing": bool(failed) and not passed and number not in passing,
            "flapping": flaps.get(number, 0) > 0,
            "never fixed": bool(failed) and not len(days),
            "often exempt": exempt > 0 and exempt >= _OFTEN * (passed + failed + undecided + exempt),
            "mostly undecided": undecided > passed + failed,
        }
        named = tuple(flaw for flaw in FLAWS if flaws[flaw])
        median = float(np.median(days)) if len(days) else None
        one = Quality(rule, passed, failed, undecided, exempt, flaps.get(number, 0), len(days), median, named)
        found.append(one)
    found.sort(key=lambda one: (-len(one.flaws), one.rule.item, one.rule.id))
    every = fixed.days[np.isin(fixed.rule, ids)]
    return RuleQuality(tuple(found), float(np.median(every)) if len(every) else None)


def _turned(before: Array, after: Array) -> Array:
    """Turns between pass and fail."""
    found: Array = ((before == history.PASS) & (after == history.FAIL)) | (
        (before == history.FAIL) & (after == history.PASS)
    )
    return found


def _flapping(turned: Changes) -> dict[int, int]:
    """For each rule, by surrogate id, for how many entities it flaps."""
    several, first, count = np.unique(history.pairs(turned), return_index=True, return_counts=True)
    del several
    rules, entities = np.unique(turned.rule[first[count >= FLAPS]], return_counts=True)
    return dict(zip(rules.tolist(), entities.tolist(), strict=True))


def _seen(changed: Changes, number: int) -> set[int]:
    """The rules of which any result was so within the span, before or after a change."""
    own = (changed.rule != LEVEL) & ((changed.before == number) | (changed.after == number))
    return set(np.unique(changed.rule[own]).tolist())


def told(found: RuleQuality) -> Told:
    """A row for each rule."""
    facts = (
        ("Rules", f"{len(found.rules):,}"),
        ("Median days to fix", "–" if found.days is None else f"{found.days:.1f}"),
        *((flaw.capitalize(), f"{found.flawed(flaw):,}") for flaw in FLAWS),
    )
    names = ("rule", "title", "level", "dimension", "passed", "failed", "undecided", "exempt")
    more = ("flapping", "fixed", "median_days_to_fix", "flaws")
    note = "Flapping: entities that turned between pass and fail four times or more. Fixed: within the span."
    table = Table("rules", "Rules", columns(*names, *more), lambda: [_row(one) for one in found.rules], note)
    return Told(facts, (table,))


def _row(one: Quality) -> Row:
    rule = one.rule
    counts = (one.passed, one.failed, one.undecided, one.exempt, one.flapping, one.fixed, rounded(one.days))
    return (rule.id, rule.title, rule.level, rule.dimension, *counts, ", ".join(one.flaws))


REPORT = Report(
    name="rule-quality",
    title="Rule quality",
    question="Which rules tell nothing, tell too much, or are never acted upon?",
    order=40,
    build=build,
    told=told,
)
