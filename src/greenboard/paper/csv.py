"""Tables as CSV. Text stays text: no spreadsheet takes it for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | float | bool | None
# A cell that begins so is a formula to a spreadsheet; a quote in front keeps it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table with its head."""
    return lines([head, *rows])


def lines(table: Iterable[Sequence[Cell]]) -> str:
    """Rows as they stand."""
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in table)
    return text.getvalue()


def cell(value: Cell) -> Cell:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
