"""Tables as a workbook (XLSX). Text stays text: what begins as a formula does is written as what it says."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as Written
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Cell = str | int | float | bool | None
MOST_ROWS, MOST_TEXT = 1_048_575, 32_767
"""What a sheet holds below its head, and what a cell holds."""
_UNTITLED = re.compile(r"[\[\]:*?/\\]")
_UNSAID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDEST = 60


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its title, the titles of its columns, the rows below. Of too many the first are kept."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def write(sheets: Iterable[Sheet]) -> bytes:
    """A workbook of the sheets, in their order, each with its head kept in view."""
    book = Workbook(write_only=True)
    titles: set[str] = set()
    for sheet in sheets:
        page = book.create_sheet(_title(sheet.title, titles))
        page.freeze_panes = "A2"
        for at, width in enumerate(_widths(sheet), start=1):
            page.column_dimensions[get_column_letter(at)].width = width
        page.append([_cell(page, text, bold=True) for text in sheet.head])
        for row in sheet.rows[:MOST_ROWS]:
            page.append([_cell(page, value) if isinstance(value, str) else value for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(page: WriteOnlyWorksheet, text: str, *, bold: bool = False) -> Written:
    """A cell of text, whatever it begins with."""
    cell = WriteOnlyCell(page, value=_UNSAID.sub("\ufffd", text)[:MOST_TEXT])
    cell.data_type = "s"
    if text.startswith(("=", "+", "-", "@", "\t", "\r")):
        cell.quotePrefix = True  # stays text also when somebody edits it
    if bold:
        cell.font = Font(bold=True)
    return cell


def _title(text: str, taken: set[str]) -> str:
    """A title that spreadsheets take, and that no sheet before has."""
    plain = _UNTITLED.sub(" ", text).strip("' ")[:31] or "Sheet"
    found, number = plain, 1
    while found.lower() in taken:
        number += 1
        found = f"{plain[:27]} {number}"
    taken.add(found.lower())
    return found


def _widths(sheet: Sheet) -> list[float]:
    """How wide columns are, by what stands at their top."""
    shown = [sheet.head, *sheet.rows[:50]]
    return [
        min(_WIDEST, 2 + max((len(str(row[at])) for row in shown if at < len(row) and row[at] is not None), default=8))
        for at in range(len(sheet.head))
    ]
