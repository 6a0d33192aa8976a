"""The report card of a team, or of whatever the filters let through, beside the company's median."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import numpy as np

from greenboard.catalog import store as catalog
from greenboard.catalog.columns import NONE
from greenboard.catalog.crews import crews
from greenboard.catalog.ownership import Hole, hole
from greenboard.core.refs import Ref
from greenboard.reports import counting
from greenboard.reports.bare import Bare
from greenboard.reports.bare import bare as bare_of
from greenboard.reports.counting import FAILED, PASSED, UNDECIDED
from greenboard.reports.gains import Gain, gains
from greenboard.reports.ground import Ground
from greenboard.reports.groups import USUAL, of
from greenboard.reports.trend import trend
from greenboard.reports.types import Report, Row, Table, Told, columns, rounded
from greenboard.results.rows import TrendPoint
from greenboard.results.tallies import Standing, standing
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule

WORST = 10
"""So many rules and gains are shown; the files have all."""


@dataclass(frozen=True)
class Failing:
    """A rule that fails for some, beside the rate at which the whole company passes it."""

    rule: Rule
    failed: int
    undecided: int
    rate: float | None
    company: float | None


@dataclass(frozen=True)
class Team:
    """A team among the others."""

    name: str
    home: Ref | None
    standing: Standing
    bare: float | None


@dataclass(frozen=True)
class ReportCard:
    """Figures of what is shown. `bare` is the mean score without exemptions; `median` that of the teams' scores.

    `teams` are all teams in sight, best first. `hole` says why nobody answers, where one team is shown.
    """

    standing: Standing
    bare: float | None
    bare_levels: dict[str, int]
    median: float | None
    place: int | None
    trend: tuple[TrendPoint, ...]
    worst: tuple[Failing, ...]
    gains: tuple[Gain, ...]
    teams: tuple[Team, ...]
    hole: Hole | None
    ownerless: int


def build(ground: Ground) -> ReportCard:
    """What is shown against everything in sight."""
    bare = bare_of(ground)
    teams = _teams(ground, bare)
    scores = [one.standing.score for one in teams if one.standing.score is not None and one.name != NONE]
    own = ground.wanted.filters.get("team", "")
    place = next((at for at, one in enumerate(teams, start=1) if one.name == own), None)
    home = next((one.home for one in teams if one.name == own), None)
    levels = ["", *(level.name for level in ground.scorecard.levels)]
    counts = np.bincount(bare.rank[ground.columns], minlength=len(levels)).tolist()
    return ReportCard(
        standing=standing(ground.matrix, ground.columns),
        bare=_mean(bare.score[ground.columns]),
        bare_levels=dict(zip(levels, counts, strict=True)),
        median=median(scores) if scores else None,
        place=place,
        trend=tuple(trend(ground)),
        worst=_worst(ground),
        gains=gains(ground),
        teams=teams,
        hole=_hole(ground, home) if home else None,
        ownerless=sum(one.standing.entities for one in teams if one.name == NONE),
    )


def _teams(ground: Ground, bare: Bare) -> tuple[Team, ...]:
    groups = of(USUAL, ground.seen, ground.seen.judged, ground.wanted.as_of)
    stood = counting.standing_of(ground, groups)
    at = ground.seen.column[groups.entity]
    score = bare.score[at]
    known = ~np.isnan(score)
    total = np.bincount(groups.group[known], score[known], minlength=len(groups))
    count = np.bincount(groups.group[known], minlength=len(groups))
    means = np.divide(total, count, out=np.full(len(groups), np.nan), where=count > 0).tolist()
    found = [
        Team(name, home, one, rounded(mean, 6))
        for name, home, one, mean in zip(groups.names, groups.homes, stood, means, strict=True)
    ]
    return tuple(
        sorted(found, key=lambda one: (-(one.standing.score if one.standing.score is not None else -1), one.name))
    )


def _mean(scores: Array) -> float | None:
    known = scores[~np.isnan(scores)]
    return float(known.mean()) if len(known) else None


def _worst(ground: Ground) -> tuple[Failing, ...]:
    own = counting.together(ground, ground.columns)
    company = counting.together(ground, ground.seen.columns(ground.seen.visible))
    rates, others = (counting.rate(counts[PASSED], counts[FAILED]).tolist() for counts in (own, company))
    found = [
        Failing(rule, int(own[FAILED, at]), int(own[UNDECIDED, at]), rounded(rates[at], 6), rounded(others[at], 6))
        for at, rule in enumerate(ground.rules)
        if own[FAILED, at]
    ]
    return tuple(sorted(found, key=lambda one: (-one.failed, one.rule.item, one.rule.id)))


def _hole(ground: Ground, team: Ref) -> Hole | None:
    relations = catalog.relations(ground.wanted.as_of, about=team, sight=ground.sight)
    within = [one.source for one in relations if one.source.kind == "team" and one.target == team]
    for inner in within:
        relations += catalog.relations(ground.wanted.as_of, about=inner, sight=ground.sight)
    declared = {team} if team in ground.seen.whole.number else set[Ref]()
    return hole(team, declared, crews(relations))


def told(found: ReportCard) -> Told:
    """Standing, trend, worst rules, best gains, all teams."""
    facts = (
        ("Entities", f"{found.standing.entities:,}"),
        ("Score", _said(found.standing.score)),
        ("Score without exemptions", _said(found.bare)),
        ("Median of all teams", _said(found.median)),
        *((("Place among teams", f"{found.place} of {len(found.teams)}"),) if found.place else ()),
        *((("Ownership", f"{found.hole}"),) if found.hole else ()),
        ("Entities without an owner, in sight", f"{found.ownerless:,}"),
    )
    gained = ("rule", "title", "entities_that_gain_a_level", "failed", "points")
    failing = ("rule", "title", "failed", "undecided", "pass_rate", "company_pass_rate")
    tables = (
        Table("levels", "Levels", columns("level", "entities", "without_exemptions"), lambda: _levels(found)),
        Table("worst", "Rules that fail most", columns("rule", "title", *failing[2:]), lambda: _failing(found)),
        Table(
            "gains",
            "Best gain",
            columns(*gained),
            lambda: _gains(found),
            "Entities that would reach their next level by this rule alone.",
        ),
        Table("teams", "Teams", columns("team", "entities", "score", "score_without_exemptions"), lambda: _rows(found)),
        Table("trend", "Trend", columns("day", "score"), lambda: _points(found)),
    )
    return Told(facts, tables)


def _said(score: float | None) -> str:
    return "–" if score is None else f"{score:.1f}"


def _levels(found: ReportCard) -> list[Row]:
    names = dict.fromkeys((*found.bare_levels, *found.standing.levels))
    return [(name or NONE, found.standing.levels.get(name, 0), found.bare_levels.get(name, 0)) for name in names]


def _failing(found: ReportCard) -> list[Row]:
    return [
        (one.rule.id, one.rule.title, one.failed, one.undecided, rounded(one.rate), rounded(one.company))
        for one in found.worst
    ]


def _gains(found: ReportCard) -> list[Row]:
    return [(one.rule.id, one.rule.title, one.entities, one.failed, one.points) for one in found.gains]


def _rows(found: ReportCard) -> list[Row]:
    return [(one.name, one.standing.entities, rounded(one.standing.score), rounded(one.bare)) for one in found.teams]


def _points(found: ReportCard) -> list[Row]:
    return [(f"{point.at:%Y-%m-%d}", rounded(point.score)) for point in found.trend]


REPORT = Report(
    name="report-card",
    title="Team report card",
    question="How does a team stand, and what should it do next?",
    order=20,
    build=build,
    told=told,
)
