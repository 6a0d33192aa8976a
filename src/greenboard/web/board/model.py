"""The board: rows of a heat map, drawn. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.utils.safestring import SafeString

from greenboard.catalog import columns
from greenboard.catalog.store import Stored
from greenboard.core.kept import Kept
from greenboard.core.refs import Ref
from greenboard.results.matrix import Matrix
from greenboard.results.tallies import Standing, Tally, counting, grouped, standing, standings
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, paging, selection, words
from greenboard.web.asked import Asked
from greenboard.web.charts.bar import outcome_bar
from greenboard.web.paging import Page
from greenboard.web.rows import drawn
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
    """Everything that the board's table shows; rows and their total as markup."""

    dimensions: tuple[Dimension, ...]
    rows: tuple[SafeString, ...]
    total: SafeString
    entities: int
    score: str
    grouped: str
    page: Page


def build(scorecard: Scorecard, seen: Seen, shown: Array, asked: Asked, behind: Array | None = None) -> Board:
    """Draw up the board over the judged entities that `shown` marks, one page of groups at a time.

    `behind` marks those that lag behind their scaffold.
    """
    by = asked.choice("by", GROUPS)
    members = np.flatnonzero(shown)
    column = seen.index.columns[by]  # an entity has one value: its number in the column stands for the group
    present, group, first = _groups(column.value[members])
    named = [(column.values[number], at) for at, number in enumerate(present.tolist())]
    named.sort(key=lambda pair: (pair[0] == columns.NONE, pair[0]))
    late = np.zeros(len(members), dtype=np.bool_) if behind is None else behind[members]
    counts = _count(scorecard, seen.matrix, _Groups(seen.column[members], group, len(named), late), asked)
    ground = _Ground(scorecard, _dimensions(scorecard, asked), asked)
    page = paging.page(len(named), PAGE, asked)
    rows = [
        _drawn(_Place(by, name, _home(seen.entity(int(members[first[at]])), by)), counts.of(at), ground)
        for name, at in named[page.part]
    ]
    total, stand = _drawn(_Place(by, "", None), counts.total, ground), counts.total.standing
    return Board(ground.dimensions, tuple(rows), total, stand.entities, words.score(stand.score), by, page)


def _groups(values: Array) -> tuple[Array, Array, Array]:
    """The distinct ones of small numbers, rising; which of them each is, and where each is first."""
    present = np.flatnonzero(np.bincount(values))
    number = np.zeros(int(values.max(initial=0)) + 1, dtype=np.int64)
    number[present] = np.arange(len(present))
    group = number[values]
    first = np.zeros(len(present), dtype=np.int64)
    first[group[::-1]] = np.arange(len(values))[::-1]
    return present, group, first


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
    """The counts of groups, whose tallies are group × dimension × class, and of all of them."""

    standings: Sequence[Standing]
    tallies: Array
    behind: Sequence[int]
    total: _Count

    def of(self, group: int) -> _Count:
        return _Count(self.standings[group], _tallies(self.tallies[group]), self.behind[group])


def _tallies(counted: Array) -> tuple[Tally, ...]:
    return tuple(Tally(*row) for row in counted.tolist())


def _count(scorecard: Scorecard, matrix: Matrix, of: _Groups, asked: Asked) -> _Counts:
    counted = counting(scorecard, asked.now)
    rules = [
        {rule.id for rule in scorecard.rules if rule.dimension == name and rule.id in counted}
        for name in scorecard.dimensions
    ]
    columns, group, count = of.columns, of.group, of.count
    each = grouped(matrix, rules, columns, group)
    late = np.bincount(group[of.behind], minlength=count).tolist()
    total = _Count(standing(matrix, columns), _tallies(each.sum(axis=0)), sum(late))
    return _Counts(standings(matrix, columns, group, count), each, late, total)


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

    @cached_property
    def key(self) -> str:
        """All of it that a row shows."""
        return repr((self.scorecard.levels, self.dimensions, self.asked.path, sorted(self.asked.given.items())))


_rows = Kept[SafeString](1_000)
"""Rows by all that they show: a change of one entity leaves those of others as they are."""


def _drawn(place: _Place, count: _Count, ground: _Ground) -> SafeString:
    stand = count.standing
    counted = stand.entities, *stand.levels.items(), stand.score, count.tallies, count.behind
    return _rows.of((ground.key, place, counted), lambda: drawn("heat_row.html", row=_row(place, count, ground)))


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
