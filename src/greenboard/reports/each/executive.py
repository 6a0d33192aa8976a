"""The executive summary: levels, trend, risk by dimension, exemption debt, and what other packages add. One page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from greenboard.core.discovery import modules
from greenboard.reports import counting, history
from greenboard.reports.bare import bare as bare_of
from greenboard.reports.counting import FAILED, PASSED, UNDECIDED
from greenboard.reports.ground import Ground
from greenboard.reports.history import Pardoned
from greenboard.reports.trend import trend
from greenboard.reports.types import Part, Report, Row, Table, Told, columns, rounded
from greenboard.results.rows import TrendPoint
from greenboard.results.tallies import Standing, standing
from greenboard.rules.vectors import Array

PARTS = "greenboard.reports.summary"
AGES = (
    (timedelta(days=30), "under 30 days"),
    (timedelta(days=90), "30 to 90 days"),
    (timedelta(days=365), "90 days to a year"),
)
_OLDER = "over a year"
CRITICAL = ("0", "1")
"""The tiers that count as critical."""


@dataclass(frozen=True)
class Risk:
    """A dimension: results, and how many critical entities fail any rule of it, of how many."""

    name: str
    title: str
    passed: int
    failed: int
    undecided: int
    critical: int

    @property
    def rate(self) -> float | None:
        """The percentage that passed of what was decided."""
        decided = self.passed + self.failed
        return 100 * self.passed / decided if decided else None


@dataclass(frozen=True)
class Executive:
    """The summary. `debt` counts failing results that are exempt, by age; `critical` entities of the highest tiers."""

    standing: Standing
    bare: float | None
    trend: tuple[TrendPoint, ...]
    risks: tuple[Risk, ...]
    critical: int
    debt: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...]

    @property
    def moved(self) -> float | None:
        """How the mean score moved over the span; None where it was not known at both ends."""
        known = [point.score for point in self.trend if point.score is not None]
        return known[-1] - known[0] if len(known) > 1 else None


def build(ground: Ground) -> Executive:
    """The summary of what is shown."""
    bare = bare_of(ground).score[ground.columns]
    known = bare[~np.isnan(bare)]
    tiers = ground.index.matching(ground.shown, {"tier": ",".join(CRITICAL)})
    several = [module.part(ground) for module in modules(PARTS)]
    return Executive(
        standing=standing(ground.matrix, ground.columns),
        bare=float(known.mean()) if len(known) else None,
        trend=tuple(trend(ground)),
        risks=_risks(ground, ground.seen.column[tiers]),
        critical=int(tiers.sum()),
        debt=aged(history.debt(ground), ground.wanted.now),
        parts=tuple(sorted((part for part in several if part is not None), key=lambda part: part.order)),
    )


def _risks(ground: Ground, critical: Array) -> tuple[Risk, ...]:
    counts = counting.together(ground, ground.columns)
    failing = ground.matrix.classes(ground.lines, critical) == FAILED
    found = []
    for name, title in ground.scorecard.dimensions.items():
        own = np.array([rule.dimension == name for rule in ground.rules], dtype=np.bool_)
        if own.any():
            summed = counts[:, own].sum(axis=1)
            hit = int(failing[own].any(axis=0).sum())
            found.append(Risk(name, title, int(summed[PASSED]), int(summed[FAILED]), int(summed[UNDECIDED]), hit))
    return tuple(found)


def aged(debt: Sequence[Pardoned], now: datetime) -> tuple[tuple[str, int], ...]:
    """How many exempt failures are how old."""
    counts = {name: 0 for _, name in AGES} | {_OLDER: 0}
    for one in debt:
        counts[next((name for most, name in AGES if now - one.since < most), _OLDER)] += 1
    return tuple(counts.items())


def told(found: Executive) -> Told:
    """Levels, risk, debt, trend, and the parts of others."""
    moved = found.moved
    facts = (
        ("Entities", f"{found.standing.entities:,}"),
        ("Mean score", _said(found.standing.score)),
        ("Moved over the span", "–" if moved is None else f"{moved:+.1f}"),
        ("Without exemptions", _said(found.bare)),
        ("Critical entities (tier 0 and 1)", f"{found.critical:,}"),
        ("Exempt failures", f"{sum(count for _, count in found.debt):,}"),
    )
    risk = ("dimension", "passed", "failed", "undecided", "pass_rate", "critical_entities_failing")
    tables = (
        Table("levels", "Levels", columns("level", "entities_then", "entities_now"), lambda: _levels(found)),
        Table("risk", "Risk by dimension", columns(*risk), lambda: _rows(found)),
        Table("debt", "Exemption debt by age", columns("age", "exempt_failures"), lambda: list(found.debt)),
        *(part.table for part in found.parts),
        Table("trend", "Trend", columns("day", "mean_score"), lambda: _points(found)),
    )
    return Told(facts, tables)


def _said(score: float | None) -> str:
    return "–" if score is None else f"{score:.1f}"


def _levels(found: Executive) -> list[Row]:
    known = [point for point in found.trend if point.by_level]
    then = known[0].by_level if known else {}
    names = dict.fromkeys((*found.standing.levels, *then))
    return [(name or "none", then.get(name, 0), found.standing.levels.get(name, 0)) for name in names]


def _rows(found: Executive) -> list[Row]:
    return [(one.title, one.passed, one.failed, one.undecided, rounded(one.rate), one.critical) for one in found.risks]


def _points(found: Executive) -> list[Row]:
    return [(f"{point.at:%Y-%m-%d}", rounded(point.score)) for point in found.trend]


REPORT = Report(
    name="executive-summary",
    title="Executive summary",
    question="Are we ready, where is the risk, and is it getting better?",
    order=30,
    build=build,
    told=told,
)
