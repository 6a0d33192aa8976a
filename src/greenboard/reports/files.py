"""A report as a file: CSV and JSON of its tables, a workbook, paper, and the formats of plugins."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.paper import csv, pdf, sheet
from greenboard.paper.types import Block, Document, Facts, Heading, Text
from greenboard.paper.types import Table as Printed
from greenboard.plugins import registry
from greenboard.plugins.contract import ReportFormat
from greenboard.reports.ground import Ground
from greenboard.reports.types import Column, Report, Row, Table, Told, Value

MOST_PRINTED = 300
"""Rows of a table that are printed; the other formats have all."""
_BESIDE = 8
"""Columns that fit beside the first one on paper."""


@dataclass(frozen=True)
class Made:
    """A report that was computed, with what it was computed of."""

    report: Report
    ground: Ground
    told: Told


@dataclass(frozen=True)
class File:
    """A file: its name, its media type, its bytes."""

    name: str
    media: str
    content: bytes


def write(made: Made, format_: str) -> File:
    """A report in one of the `FORMATS`, or in one of a plugin: `plugin.name`.

    CSV holds one table: that which is asked for, or the first.

    Raises:
        UserError: there is no such format or table, or the plugin broke.

    """
    day = f"{made.ground.wanted.now:%Y-%m-%d}"
    if format_ in FORMATS:
        media, writer = FORMATS[format_]
        return File(f"{made.report.name}-{day}.{format_}", media, writer(made))
    brought = {name: (plugin, one) for name, plugin, one in _brought()}
    if format_ not in brought:
        raise UserError(f"reports are not written as {format_!r}", expected=", ".join([*FORMATS, *brought]))
    plugin, one = brought[format_]
    content = registry.call(plugin, f"the report format {one.name}", lambda: one.write(plain(made)), bytes)
    return File(f"{made.report.name}-{day}.{one.extension}", one.media, content)


def _brought() -> Iterator[tuple[str, str, ReportFormat]]:
    for plugin, one in registry.brought("greenboard_report_formats", ReportFormat):
        yield f"{plugin}.{one.name}", plugin, one


def of_plugins() -> list[tuple[str, str]]:
    """The formats of plugins, and what they are called."""
    return [(name, one.title) for name, _, one in _brought()]


def plain(made: Made) -> dict[str, object]:
    """A report as plain JSON: the tables with a row for each of their rows."""
    ground = made.ground
    return {
        "report": made.report.name,
        "title": made.report.title,
        "scorecard": ground.scorecard.name if made.report.one_scorecard else None,
        "as_of": clock.format_time(ground.wanted.now),
        "since": clock.format_time(ground.wanted.since),
        "facts": [{"name": name, "value": value} for name, value in made.told.facts],
        "notes": list(made.told.notes),
        "tables": [_table(table) for table in made.told.tables],
    }


def _table(table: Table) -> dict[str, object]:
    names = [column.name for column in table.columns]
    return {
        "name": table.name,
        "title": table.title,
        "note": table.note,
        "columns": [{"name": column.name, "title": column.title} for column in table.columns],
        "rows": [dict(zip(names, row, strict=True)) for row in table.rows],
    }


def _json(made: Made) -> bytes:
    return json.dumps(plain(made), ensure_ascii=False).encode()


def _csv(made: Made) -> bytes:
    wanted = made.ground.wanted.table
    table = made.told.table(wanted)
    if table is None:
        names = ", ".join(one.name for one in made.told.tables)
        raise UserError(f"{made.report.title} has no table {wanted!r}", expected=names)
    return csv.write([column.name for column in table.columns], table.rows).encode()


def _xlsx(made: Made) -> bytes:
    about: list[Row] = [("Report", made.report.title), *_about(made), *made.told.facts]
    about += [("", note) for note in made.told.notes]
    sheets = [sheet.Sheet("About", ("What", "Is"), about)]
    sheets += [
        sheet.Sheet(table.title, [column.title for column in table.columns], table.rows) for table in made.told.tables
    ]
    return sheet.write(sheets)


def _about(made: Made) -> Iterator[tuple[str, str]]:
    wanted = made.ground.wanted
    if made.report.one_scorecard:
        yield "Scorecard", made.ground.scorecard.title
    yield "As of", clock.format_time(wanted.now.replace(microsecond=0))
    yield "Since", clock.format_time(wanted.since.replace(microsecond=0))
    for name, value in wanted.filters.items():
        yield name.capitalize(), value
    if wanted.group:
        yield "Group", f"{wanted.by} {wanted.group}"


def document(made: Made) -> Document:
    """A report as it is printed."""
    blocks: list[Block] = [Facts((*_about(made), *made.told.facts))]
    blocks += [Text(note) for note in made.told.notes]
    for table in made.told.tables:
        blocks.append(Heading(table.title))
        if table.note:
            blocks.append(Text(table.note))
        if not table.rows:
            blocks.append(Text("Nothing."))
        blocks += _printed(table)
    subtitle = f"{made.report.question} As of {made.ground.wanted.now:%Y-%m-%d %H:%M} UTC."
    return Document(made.report.title, subtitle, tuple(blocks), footer="Greenboard")


def _printed(table: Table) -> Iterator[Block]:
    """A table as wide as paper: what does not fit beside the first column comes below, with it."""
    rows, rest = table.rows[:MOST_PRINTED], len(table.rows) - MOST_PRINTED
    for start in range(1, max(2, len(table.columns)), _BESIDE) if rows else ():
        chosen = [0, *range(start, min(start + _BESIDE, len(table.columns)))]
        head = tuple(_head(table.columns[at], len(table.columns)) for at in chosen)
        yield Printed(head, tuple(tuple(said(row[at]) for at in chosen) for row in rows))
    if rest > 0:
        yield Text(f"{rest:,} more rows are in the other formats.")


def _head(column: Column, width: int) -> str:
    return column.title if width <= _BESIDE + 1 else column.name


def said(value: Value) -> str:
    """A value for people."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _pdf(made: Made) -> bytes:
    return pdf.write(document(made))


FORMATS: Mapping[str, tuple[str, Callable[[Made], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "pdf": ("application/pdf", _pdf),
    "json": ("application/json", _json),
}
