"""The board as values: rows of a heat map, beside them what changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.utils.safestring import SafeString

from greenboard.catalog import columns
from greenboard.catalog.store import Stored
from greenboard.core.refs import Ref
from greenboard.results.matrix import Matrix
from greenboard.results.tallies import Standing, Tally, counting, standing, standings, tallies, tally
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, paging, selection, words
from greenboard.web.asked import Asked
from greenboard.web.charts.bar import outcome_bar
from greenboard.web.paging import Page
from greenboard.web.seen import Seen
from greenboard.web.standing import Mix, mix

GROUPS = ("team", "system", "domain")
PAGE = 50
"""Rows at a time."""


@dataclass(frozen=True)
class Dimension:
    """A column of the heat map."""

    name: str
    title: str
    short: str
    url: str


@dataclass(frozen=True)
class Cell:
    """The results of one group in one dimension."""

    short: str
    kind: str
    glyph: str
    text: str
    said: str
    url: str
    bar: SafeString
    note: str


@dataclass(frozen=True)
class Row:
    """A team, system or domain."""

    title: str
    url: str
    entities: int
    entities_url: str
    behind: int
    behind_url: str
    cells: tuple[Cell, ...]
    mix: Mix
    score: str


@dataclass(frozen=True)
class Board:
    """Everything that the board's table shows."""

    dimensions: tuple[Dimension, ...]
    rows: tuple[Row, ...]
    total: Row
    grouped: str
    page: Page


def build(scorecard: Scorecard, seen: Seen, shown: Array, asked: Asked, behind: Array | None = None) -> Board:
    """Draw up the board over the judged entities that `shown` marks, one page of groups at a time.

    `behind` marks those that lag behind their scaffold.
    """
    by = asked.choice("by", GROUPS)
    members = np.flatnonzero(shown)
    column = seen.index.columns[by]  # an entity has one value: its number in the column stands for the group
    present, group = np.unique(column.value[members], return_inverse=True)
    named = [(column.values[number], at) for at, number in enumerate(present.tolist())]
    named.sort(key=lambda pair: (pair[0] == columns.NONE, pair[0]))
    late = np.zeros(len(members), dtype=np.bool_) if behind is None else behind[members]
    counts = _count(scorecard, seen.matrix, _Groups(seen.column[members], group, len(named), late), asked)
    ground = _Ground(scorecard, _dimensions(scorecard, asked), asked)
    page = paging.page(len(named), PAGE, asked)
    first = {at: int(member) for at, member in zip(group[::-1].tolist(), members[::-1].tolist(), strict=True)}
    rows = [
        _row(_Place(by, name, _home(seen.entity(first[at]), by)), counts.groups[at], ground)
        for name, at in named[page.part]
    ]
    return Board(ground.dimensions, tuple(rows), _row(_Place(by, "", None), counts.total, ground), by, page)


@dataclass(frozen=True)
class _Groups:
    """Columns of a matrix with the group of each, and whether it lags behind; there are so many groups."""

    columns: Array
    group: Array
    count: int
    behind: Array


@dataclass(frozen=True)
class _Count:
    """What one group comes to: where its entities stand, a tally for each dimension, and how many lag behind."""

    standing: Standing
    tallies: tuple[Tally, ...]
    behind: int = 0


@dataclass(frozen=True)
class _Counts:
    groups: tuple[_Count, ...]
    total: _Count


def _count(scorecard: Scorecard, matrix: Matrix, of: _Groups, asked: Asked) -> _Counts:
    counted = counting(scorecard, asked.now)
    rules = [
        {rule.id for rule in scorecard.rules if rule.dimension == name and rule.id in counted}
        for name in scorecard.dimensions
    ]
    columns, group, count = of.columns, of.group, of.count
    each = [tallies(matrix, own, columns, group, count) for own in rules]
    stand = standings(matrix, columns, group, count)
    late = np.bincount(group[of.behind], minlength=count).tolist()
    groups = tuple(_Count(stand[at], tuple(one[at] for one in each), late[at]) for at in range(count))
    total = _Count(standing(matrix, columns), tuple(tally(matrix, own, columns) for own in rules), sum(late))
    return _Counts(groups, total)


@dataclass(frozen=True)
class _Place:
    by: str
    value: str
    home: Ref | None


def _home(stored: Stored, by: str) -> Ref | None:
    return {"team": stored.owner, "system": stored.system, "domain": stored.domain}[by]


def _dimensions(scorecard: Scorecard, asked: Asked) -> tuple[Dimension, ...]:
    url = asked.to(links.scorecard(scorecard.name))
    return tuple(
        Dimension(name, title, _SHORT.get(name, title.split()[0][:9]), f"{url}#{name}")
        for name, title in scorecard.dimensions.items()
    )


_SHORT = {
    "ownership": "Own",
    "code": "Code",
    "performance": "Perf",
    "security": "Sec",
    "observability": "Obs",
    "reliability": "Rel",
    "infrastructure": "Infra",
    "operations": "Oper",
    "compliance": "Reg",
    "documentation": "Docs",
}


@dataclass(frozen=True)
class _Ground:
    """What every row of the board is made of."""

    scorecard: Scorecard
    dimensions: tuple[Dimension, ...]
    asked: Asked


def _row(place: _Place, count: _Count, ground: _Ground) -> Row:
    asked = ground.asked
    own = {place.by: place.value} if place.value else {}
    title = selection.said(place.by, place.value) if place.value else "All"
    listed = asked.to(links.CATALOG, *asked.filters, "scorecard", **own)
    joint = "&" if "?" in listed else "?"
    return Row(
        title=title,
        url=asked.to(links.entity(place.home)) if place.home else "",
        entities=count.standing.entities,
        entities_url=listed,
        behind=count.behind,
        behind_url=f"{asked.here(**own)}#behind",
        cells=tuple(
            _cell(title, dimension, counted, asked, own)
            for dimension, counted in zip(ground.dimensions, count.tallies, strict=True)
        ),
        mix=mix(ground.scorecard, count.standing.levels, listed, joint),
        score=words.score(count.standing.score),
    )


def _cell(title: str, dimension: Dimension, counted: Tally, asked: Asked, own: Mapping[str, str]) -> Cell:
    url = asked.to(links.RESULTS, *asked.filters, "scorecard", dimension=dimension.name, **own)
    kind, glyph, text = _sign(counted)
    return Cell(
        short=dimension.short,
        kind=kind,
        glyph=glyph,
        text=text,
        said=f"{title}, {dimension.title}: {counted.said}",
        url=url,
        bar=outcome_bar(counted.passed, counted.failed, counted.undecided),
        note=f"{counted.passed:,}/{counted.asked:,}" if counted.asked else "",
    )


def _sign(counted: Tally) -> tuple[str, str, str]:
    """The worst that a cell holds: what failed, else what is not known, else all is well."""
    if counted.failed:
        return "fail", "✕", f"{counted.failed:,}"
    if counted.undecided:
        return "no_data", "◌", f"{counted.undecided:,}"
    if counted.passed:
        return "pass", "✓", ""
    return "not_applicable", "–", ""
