"""What pages of reports are drawn with: tables whose cells have links, signs and bars. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.safestring import SafeString

from greenboard.core.refs import Ref
from greenboard.reports.types import Part
from greenboard.results.rows import TrendPoint
from greenboard.scorecards.types import Rule, Scorecard
from greenboard.web import links, trends, words
from greenboard.web.asked import Asked
from greenboard.web.charts.bar import Share, bar, outcome_bar
from greenboard.web.charts.series import Column, Series, stacked
from greenboard.web.standing import rung, rung_kind

MOST = 50
"""Rows of a table on a page; the files have all."""


@dataclass(frozen=True)
class Cell:
    """A cell: text that may lead somewhere, a sign before it, a picture in its place or below, tags behind it.

    `kind` is the class of its sign (that of an outcome).
    """

    text: str
    url: str = ""
    kind: str = ""
    glyph: SafeString | str = ""
    picture: SafeString | str = ""
    tags: tuple[str, ...] = ()
    number: bool = False


@dataclass(frozen=True)
class Grid:
    """A table on a page; the first cell of a row names it. `more` says how many rows are not shown."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = "Nothing."
    more: int = 0
    numbers: frozenset[int] = field(default_factory=frozenset)


def grid(
    name: str,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    note: str = "",
    *,
    empty: str = "Nothing.",
) -> Grid:
    """A table of at most `MOST` rows; columns of numbers stand right."""
    shown = tuple(tuple(row) for row in rows[:MOST])
    numbers = frozenset(at for at, cell in enumerate(shown[0]) if cell.number) if shown else frozenset()
    return Grid(name, title, tuple(heads), shown, note, empty, max(0, len(rows) - MOST), numbers)


def number(value: float | None, digits: int = 1, url: str = "") -> Cell:
    """A figure; a dash where it is unknown."""
    if value is None:
        return Cell("–", number=True)
    said = f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"
    return Cell(said, url, number=True)


def failing(count: int, url: str) -> Cell:
    """How many fail, as a link to them."""
    return Cell(f"{count:,}", url, "fail", "✕", number=True) if count else Cell("0", number=True)


def undecided(count: int, url: str) -> Cell:
    """How many are undecided, as a link to them."""
    return Cell(f"{count:,}", url, "no_data", "◌", number=True) if count else Cell("0", number=True)


def of_rule(rule: Rule, scorecard: Scorecard, asked: Asked) -> Cell:
    """A rule by its title."""
    return Cell(rule.title, asked.to(links.rule(scorecard.name, rule.id)), tags=(rule.item,) if rule.item else ())


def of_entity(ref: Ref, asked: Asked) -> Cell:
    """An entity by its short reference."""
    return Cell(ref.short, asked.to(links.entity(ref), "scorecard"))


def of_level(level: str | None, scorecard: Scorecard) -> Cell:
    """A level with its sign."""
    sign = rung(scorecard, level)
    return Cell(sign.title, glyph=sign.glyph)


def outcomes(passed: int, failed: int, open_: int) -> Cell:
    """The bar of results, its numbers in words."""
    said = f"{passed:,} passed, {failed:,} failed, {open_:,} undecided"
    return Cell(said, picture=outcome_bar(passed, failed, open_))


def share(value: float | None, most: float, kind: str = "rung-3") -> SafeString | str:
    """A bar as long as a figure is of the largest; none where it is unknown."""
    if value is None or most <= 0:
        return ""
    long = round(1000 * value / most)
    return bar([Share(kind, long), Share("rest", 1000 - long)])


def spark(scorecard: Scorecard, points: Sequence[TrendPoint]) -> SafeString | str:
    """Levels over time, small."""
    known = [point for point in points if point.by_level]
    if len(known) < 2:
        return ""
    ranks = {level.name: rank for rank, level in enumerate(scorecard.levels, start=1)}
    layers = [*reversed(ranks), ""]
    series = [Series(name, name or "No level", rung_kind(ranks.get(name, 0), len(ranks))) for name in layers]
    shown = [Column(point.at, {name: point.by_level.get(name, 0) for name in layers}) for point in known]
    said = ", ".join(f"{one.label} {shown[-1].counts[one.key]}" for one in series)
    return stacked(shown, series, title="Entities by level over time", description=said, height=56)


def figure(scorecard: Scorecard, points: Sequence[TrendPoint]) -> trends.Figure | None:
    """Levels over time, with legend and table."""
    return trends.levels(scorecard, points)


def of_part(part: Part) -> Grid:
    """A part of the summary that another package tells, as a table."""
    table = part.table
    rows = [[Cell(_said(value), number=isinstance(value, (int, float))) for value in row] for row in table.rows]
    return grid(table.name, table.title, [column.title for column in table.columns], rows, table.note)


def _said(value: object) -> str:
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def counted(several: int, one: str, many: str = "") -> str:
    """`3 rules`."""
    return words.count(several, one, many)


def whole(one: Grid, rows: Sequence[Sequence[Cell]]) -> Grid:
    """The table with all of its rows, where there cannot be very many."""
    return replace(one, rows=tuple(tuple(row) for row in rows), more=0)
