"""All scorecards side by side: each group or entity on each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from greenboard.core.refs import Ref
from greenboard.reports.ground import Ground
from greenboard.reports.groups import ENTITY, Groups
from greenboard.reports.types import Report, Row, Table, Told, columns, mean, rounded
from greenboard.results.tallies import Standing, standing, standings
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard


@dataclass(frozen=True)
class Line:
    """A group or entity: where it stands on each scorecard, None where it is not asked."""

    name: str
    home: Ref | None
    entities: int
    standings: tuple[Standing | None, ...]

    @property
    def score(self) -> float | None:
        """The mean of its scores."""
        return mean(one.score for one in self.standings if one is not None and one.score is not None)


@dataclass(frozen=True)
class AllScorecards:
    """The scorecards, and rows with a standing for each."""

    by: str
    scorecards: tuple[Scorecard, ...]
    lines: tuple[Line, ...]
    everything: tuple[Standing, ...]


def build(ground: Ground) -> AllScorecards:
    """Groups of all entities that any scorecard judges, or those entities one by one."""
    grounds = [ground.on(card) for card in ground.scorecards]
    shown = np.zeros(len(ground.seen.whole), dtype=np.bool_)
    for one in grounds:
        shown |= one.shown
    by = ground.wanted.by
    single = by == ENTITY or bool(ground.wanted.group)
    groups = _alone(ground, shown) if single else ground.groups(shown)
    each = [_standings(one, groups) for one in grounds]
    lines = tuple(
        Line(name, home, int(size), tuple(stood[at] for stood in each))
        for at, (name, home, size) in enumerate(zip(groups.names, groups.homes, groups.sizes.tolist(), strict=True))
    )
    everything = tuple(standing(one.matrix, one.columns) for one in grounds)
    return AllScorecards(groups.by, ground.scorecards, lines, everything)


def _alone(ground: Ground, shown: Array) -> Groups:
    numbers = ground.index.by_name[shown[ground.index.by_name]]
    refs = [ground.seen.entity(number).ref for number in numbers.tolist()]
    return Groups(ENTITY, tuple(map(str, refs)), np.arange(len(numbers)), numbers, tuple(refs))


def _standings(ground: Ground, groups: Groups) -> list[Standing | None]:
    """Where each group stands on the scorecard of a ground; None where none of it is judged."""
    judged = ground.shown[groups.entity]
    at = ground.seen.column[groups.entity[judged]]
    found = standings(ground.matrix, at, groups.group[judged], len(groups))
    return [one if one.entities else None for one in found]


def told(found: AllScorecards) -> Told:
    """A row for each group: its score on each scorecard, and for single entities the level."""
    single = found.by == ENTITY
    names = ["entity" if single else "group", "entities", "mean_score"]
    titled = {}
    for card in found.scorecards:
        names.append(f"{card.name}.score")
        titled[names[-1]] = f"{card.title}: score"
        names.append(f"{card.name}.{'level' if single else 'judged'}")
        titled[names[-1]] = f"{card.title}: {'level' if single else 'judged'}"
    facts = tuple(
        (card.title, "–" if stood.score is None else f"score {stood.score:.0f} of {stood.entities:,}")
        for card, stood in zip(found.scorecards, found.everything, strict=True)
    )
    rows = lambda: [_row(line, single) for line in found.lines]  # noqa: E731
    return Told(facts, (Table("scorecards", "All scorecards", columns(*names, **titled), rows),))


def _row(line: Line, single: bool) -> Row:
    cells: list[str | int | float | None] = [line.name, line.entities, rounded(line.score)]
    for stood in line.standings:
        cells.append(None if stood is None or stood.score is None or math.isnan(stood.score) else rounded(stood.score))
        if single:
            cells.append(None if stood is None else level(stood))
        else:
            cells.append(0 if stood is None else stood.entities)
    return cells


def level(stood: Standing) -> str | None:
    """The level of a single entity."""
    return next((name or None for name, count in stood.levels.items() if count), None)


REPORT = Report(
    name="all-scorecards",
    title="All scorecards",
    question="Who stands where on every scorecard?",
    order=50,
    build=build,
    told=told,
    grouped=True,
    one_scorecard=False,
    timed=False,
)
