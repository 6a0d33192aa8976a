"""What every report is: figures of its own, and those as plain tables, which every export is made of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from greenboard.reports.ground import Ground

Value = str | int | float | bool | None
Row = Sequence[Value]


@dataclass(frozen=True)
class Column:
    """A column: its name for programs, its title for people."""

    name: str
    title: str


@dataclass(frozen=True)
class Table:
    """A table of a report. `note` is what has to be known to read it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    make: Callable[[], Sequence[Row]]
    note: str = ""

    @cached_property
    def rows(self) -> Sequence[Row]:
        """The rows, made when they are first asked for: a page that draws them needs none."""
        return self.make()


@dataclass(frozen=True)
class Told:
    """A report as words and tables: what CSV, sheets, paper and the API are written from.

    `facts` are single figures with their names. `notes` say what is missing, and why.
    """

    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()

    def table(self, name: str) -> Table | None:
        """The table of a name; without one the first."""
        return next((one for one in self.tables if name in ("", one.name)), None)


@dataclass(frozen=True)
class Part:
    """A part of the executive summary that another package tells."""

    table: Table
    order: int = 50


@dataclass(frozen=True)
class Report:
    """A report. `build` computes its figures of a ground, `told` says them in tables.

    `span` is how far back it looks where nobody says; `grouped` tells whether `by` arranges it, `filtered` whether
    it is about chosen entities, `one_scorecard` whether it is about one scorecard, `timed` whether it looks
    back at all, `dated` whether it does so to a day that people choose.
    """

    name: str
    title: str
    question: str
    order: int
    build: Callable[[Ground], Any]
    told: Callable[[Any], Told]
    span: str = "90d"
    grouped: bool = False
    filtered: bool = True
    one_scorecard: bool = True
    timed: bool = True
    dated: bool = False


def columns(*names: str, **titled: str) -> tuple[Column, ...]:
    """Columns by name; titles are made of the names, or given."""
    return tuple(Column(name, titled.get(name) or name.replace("_", " ").capitalize()) for name in names)


def rounded(number: float | None, digits: int = 1) -> float | None:
    """A figure as it is exported: NaN and None are unknown."""
    return None if number is None or number != number else round(number, digits)


def mean(numbers: Iterable[float]) -> float | None:
    """The mean; None of nothing."""
    several = list(numbers)
    return sum(several) / len(several) if several else None
