"""Bird's eye: every entity against every rule, in groups or one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.reports import counting
from greenboard.reports.counting import FAILED, PASSED, UNDECIDED
from greenboard.reports.ground import Ground
from greenboard.reports.groups import ENTITY, USUAL
from greenboard.reports.types import Report, Row, Table, Told, Value, columns, rounded
from greenboard.results.matrix import EXEMPT
from greenboard.results.rows import OUTCOMES
from greenboard.results.tallies import Standing, standing
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule

ARRANGED = ("level", "dimension")


@dataclass(frozen=True)
class Section:
    """Rules that stand beside each other: those of a level or of a dimension."""

    name: str
    title: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Line:
    """A row: a group, or one entity, of which `level` is where it stands."""

    name: str
    home: Ref | None
    entities: int
    standing: Standing
    level: str | None = None


@dataclass(frozen=True, eq=False)
class BirdsEye:
    """Rows against rules. `counts` are of class, rule and row; `codes` of rule and row, where rows are entities.

    `rules` are in the order of the sections; `total` counts everything that is shown.
    """

    by: str
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]
    lines: tuple[Line, ...]
    counts: Array
    codes: Array | None
    total: Array
    everything: Standing


def build(ground: Ground) -> BirdsEye:
    """Rows by `by` (team where nobody says; `entity` is one by one), rules by `show`."""
    by = ground.wanted.by or USUAL
    drilled = by == ENTITY or bool(ground.wanted.group)
    sections = _sections(ground)
    rules = tuple(rule for section in sections for rule in section.rules)
    place = {rule.id: at for at, rule in enumerate(ground.rules)}
    order = np.array([place[rule.id] for rule in rules], dtype=np.int64)
    total = counting.together(ground, ground.columns)[:, order]
    everything = standing(ground.matrix, ground.columns)
    if drilled:
        lines, codes = _entities(ground, order)
        return BirdsEye(ENTITY, sections, rules, lines, np.zeros((0, 0, 0)), codes, total, everything)
    found = ground.groups(ground.shown)
    counts = counting.by_group(ground, found)[:, order]
    stood = counting.standing_of(ground, found)
    lines = tuple(
        Line(name, home, int(size), one)
        for name, home, size, one in zip(found.names, found.homes, found.sizes.tolist(), stood, strict=True)
    )
    return BirdsEye(by, sections, rules, lines, counts, None, total, everything)


def _sections(ground: Ground) -> tuple[Section, ...]:
    card, show = ground.scorecard, ground.wanted.show or ARRANGED[0]
    if show not in ARRANGED:
        raise UserError(f"rules cannot be arranged by {show!r}", expected=" or ".join(ARRANGED))
    if show == "level":
        heads = [(level.name, level.title) for level in card.levels]
        parts = [Section(name, title, tuple(r for r in ground.rules if r.level == name)) for name, title in heads]
    else:
        heads = list(card.dimensions.items())
        parts = [Section(name, title, tuple(r for r in ground.rules if r.dimension == name)) for name, title in heads]
    return tuple(part for part in parts if part.rules)


def _entities(ground: Ground, order: Array) -> tuple[tuple[Line, ...], Array]:
    numbers = ground.index.by_name[ground.shown[ground.index.by_name]]
    at = ground.seen.column[numbers]
    codes = ground.matrix.outcomes[np.ix_(ground.lines[order], at)]
    levels = [ground.matrix.levels[number] for number in ground.matrix.level[at].tolist()]
    scores = ground.matrix.score[at].tolist()
    lines = tuple(
        Line(str(stored.ref), stored.ref, 1, Standing(1, {level: 1}, rounded(score, 6)), level or None)
        for stored, level, score in zip(map(ground.seen.entity, numbers.tolist()), levels, scores, strict=True)
    )
    return lines, codes


def told(found: BirdsEye) -> Told:
    """A row for each group with the percentage that passed, or for each entity with its outcomes."""
    if found.codes is not None:
        names = ("entity", "level", "score", *(rule.id for rule in found.rules))
        titled = {rule.id: rule.title for rule in found.rules}
        make = _outcomes
    else:
        names = ("group", "entities", "score", *(rule.id for rule in found.rules))
        titled = {"group": found.by.capitalize(), **{rule.id: rule.title for rule in found.rules}}
        make = _rates
    stood = found.everything
    facts = (
        ("Entities", f"{stood.entities:,}"),
        ("Mean score", "–" if stood.score is None else f"{stood.score:.1f}"),
        ("Results failed", f"{int(found.total[FAILED].sum()):,}"),
        ("Results undecided", f"{int(found.total[UNDECIDED].sum()):,}"),
    )
    note = "Outcomes; an exempt one says so." if found.codes is not None else "Percent passed of what was decided."
    return Told(facts, (Table("birds-eye", "Bird's eye", columns(*names, **titled), lambda: list(make(found)), note),))


def _rates(found: BirdsEye) -> Iterator[Row]:
    rates = counting.rate(found.counts[PASSED], found.counts[FAILED])
    for at, line in enumerate(found.lines):
        yield (line.name, line.entities, rounded(line.standing.score), *map(rounded, rates[:, at].tolist()))


def _outcomes(found: BirdsEye) -> Iterator[Row]:
    assert found.codes is not None
    words: dict[int, Value] = {-1: None}
    for number, outcome in enumerate(OUTCOMES):
        words[number] = outcome.value
        words[number + EXEMPT] = f"{outcome.value} (exempt)"
    for at, line in enumerate(found.lines):
        said = [words[code] for code in found.codes[:, at].tolist()]
        yield (line.name, line.level, rounded(line.standing.score), *said)


REPORT = Report(
    name="birds-eye",
    title="Bird's eye",
    question="Where are the holes, over all entities and all rules?",
    order=10,
    build=build,
    told=told,
    grouped=True,
    timed=False,
)
