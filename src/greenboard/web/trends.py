"""Counts over time as a figure: the drawing, what its axis says, and the table beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.results.rows import RulePoint, TrendPoint
from greenboard.scorecards.types import Scorecard
from greenboard.web import words
from greenboard.web.charts.series import Column, Series, stacked
from greenboard.web.standing import NO_LEVEL, rung_kind

_TABLE_ROWS = 14


@dataclass(frozen=True)
class Key:
    """An entry of the legend."""

    label: str
    kind: str
    now: int
    change: str


@dataclass(frozen=True)
class Figure:
    """A drawing with its words. `rows` hold a day and one number per key."""

    drawing: SafeString
    keys: tuple[Key, ...]
    start: str
    end: str
    top: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def levels(scorecard: Scorecard, points: Sequence[TrendPoint]) -> Figure | None:
    """How many entities stood on each level, day by day; None without two days."""
    count = len(scorecard.levels)
    series = [Series(level.name, level.title, rung_kind(rank, count)) for rank, level in enumerate(scorecard.levels, 1)]
    series = [*reversed(series), Series(NO_LEVEL, "No level", "rung-0")]
    known = {one.key for one in series}
    columns = []
    for point in points:
        counts = {key: point.by_level.get(key, 0) for key in known}
        counts[NO_LEVEL] += sum(number for key, number in point.by_level.items() if key not in known)
        columns.append(Column(point.at, counts))
    return _figure(columns, series, "Entities by level over time")


def outcomes(points: Sequence[RulePoint]) -> Figure | None:
    """How many entities passed, failed, were undecided, day by day."""
    series = [
        Series("pass", "Pass", "pass"),
        Series("fail", "Fail", "fail"),
        Series("undecided", "Undecided", "no_data", True),
    ]
    columns = [
        Column(point.at, {"pass": point.passed, "fail": point.failed, "undecided": point.undecided}) for point in points
    ]
    return _figure(columns, series, "Outcomes over time", height=88)


def _figure(columns: Sequence[Column], series: Sequence[Series], title: str, height: int = 160) -> Figure | None:
    known = next((at for at, column in enumerate(columns) if sum(column.counts.values())), len(columns))
    columns = columns[known:]  # what was before the first look is not zero, it is unknown
    if len(columns) < 2:
        return None
    first, last = columns[0], columns[-1]
    said = ", ".join(f"{one.label} from {first.counts[one.key]} to {last.counts[one.key]}" for one in series)
    return Figure(
        drawing=stacked(columns, series, title=title, description=f"{said}.", height=height),
        keys=tuple(_key(one, first.counts, last.counts) for one in series),
        start=words.day(first.at),
        end=words.day(last.at),
        top=str(max(sum(column.counts.values()) for column in columns)),
        rows=tuple(_row(column, series) for column in _thinned(columns)),
    )


def _key(series: Series, first: Mapping[str, int], last: Mapping[str, int]) -> Key:
    moved = last[series.key] - first[series.key]
    change = f"+{moved}" if moved > 0 else f"−{-moved}" if moved < 0 else "±0"
    return Key(series.label, series.kind, last[series.key], change)


def _row(column: Column, series: Sequence[Series]) -> tuple[str, tuple[str, ...]]:
    return _day(column.at), tuple(str(column.counts[one.key]) for one in series)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _thinned(columns: Sequence[Column]) -> list[Column]:
    """Enough days for a table, the newest first."""
    stride = max(1, -(-len(columns) // _TABLE_ROWS))
    return list(reversed(columns))[::stride]
