"""The board as values: rows of a heat map, beside them what changed. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.catalog.store import Stored
from greenboard.core.refs import Ref
from greenboard.results.rows import LevelRow, ResultRow
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, selection, words
from greenboard.web.asked import Asked
from greenboard.web.charts.bar import outcome_bar
from greenboard.web.standing import Mix, Tally, counting, mean_score, mix, tally

GROUPS = ("team", "system", "domain")


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


def build(
    scorecard: Scorecard,
    entities: Sequence[Stored],
    levels: Sequence[LevelRow],
    results: Sequence[ResultRow],
    asked: Asked,
) -> Board:
    """Draw up the board over the entities that the filters let through.

    `levels` and `results` may be of more entities than `entities`; the rest is left out.
    """
    by = asked.choice("by", GROUPS)
    shown = {stored.entity.ref: stored for stored in entities}
    standing = {row.entity: row for row in levels if row.entity in shown}
    dimensions = _dimensions(scorecard, asked)
    cells = _sorted(scorecard, [row for row in results if row.entity in standing], asked)
    ground = _Ground(scorecard, standing, cells, dimensions, asked)
    members: dict[str, list[Ref]] = defaultdict(list)
    titles: dict[str, Stored] = {}
    for ref in standing:
        members[selection.values(shown[ref], by)[0]].append(ref)
        titles.setdefault(selection.values(shown[ref], by)[0], shown[ref])
    rows = [
        _row(_Place(by, name, _home(titles[name], by)), refs, ground)
        for name, refs in sorted(members.items(), key=lambda item: (item[0] == selection.NONE, item[0]))
    ]
    total = _row(_Place(by, "", None), list(standing), ground)
    return Board(dimensions, tuple(rows), total, by)


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


Sorted = Mapping[tuple[Ref, str], list["ResultRow"]]


def _sorted(scorecard: Scorecard, results: Sequence[ResultRow], asked: Asked) -> Sorted:
    counted = counting(scorecard, asked.now)
    dimension = {rule.id: rule.dimension for rule in scorecard.rules if rule.id in counted}
    found: dict[tuple[Ref, str], list[ResultRow]] = defaultdict(list)
    for row in results:
        if row.rule in dimension:
            found[row.entity, dimension[row.rule]].append(row)
    return found


@dataclass(frozen=True)
class _Ground:
    """What every row of the board is made of."""

    scorecard: Scorecard
    standing: Mapping[Ref, LevelRow]
    cells: Sorted
    dimensions: tuple[Dimension, ...]
    asked: Asked


def _row(place: _Place, refs: Sequence[Ref], ground: _Ground) -> Row:
    scorecard, standing, cells, asked = ground.scorecard, ground.standing, ground.cells, ground.asked
    own = {place.by: place.value} if place.value else {}
    title = selection.said(place.by, place.value) if place.value else "All"
    rows = [standing[ref] for ref in refs]
    listed = asked.to(links.CATALOG, *asked.filters, "scorecard", **own)
    joint = "&" if "?" in listed else "?"
    return Row(
        title=title,
        url=asked.to(links.entity(place.home)) if place.home else "",
        entities=len(refs),
        entities_url=listed,
        cells=tuple(
            _cell(
                title, dimension, tally(row for ref in refs for row in cells.get((ref, dimension.name), ())), asked, own
            )
            for dimension in ground.dimensions
        ),
        mix=mix(scorecard, rows, listed, joint),
        score=words.score(mean_score(rows)),
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
        note=f"{counted.passed}/{counted.asked}" if counted.asked else "",
    )


def _sign(counted: Tally) -> tuple[str, str, str]:
    """The worst that a cell holds: what failed, else what is not known, else all is well."""
    if counted.failed:
        return "fail", "✕", str(counted.failed)
    if counted.undecided:
        return "no_data", "◌", str(counted.undecided)
    if counted.passed:
        return "pass", "✓", ""
    return "not_applicable", "–", ""
