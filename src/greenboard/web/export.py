"""What a table shows, as CSV or JSON, written while it is sent: a file may be longer than memory likes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.http import StreamingHttpResponse

from greenboard.paper.csv import lines

Field = str | int | float | bool | None
Row = Mapping[str, Field]
_PART = 500


def table(as_file: str, name: str, columns: Sequence[str], rows: Iterable[Row]) -> StreamingHttpResponse:
    """Answer with a file: `as_file` is csv or json."""
    if as_file == "json":
        answer = StreamingHttpResponse(_json(name, rows), content_type="application/json")
    else:
        answer = StreamingHttpResponse(_csv(columns, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{as_file}"'
    return answer


def _json(name: str, rows: Iterable[Row]) -> Iterator[str]:
    yield f"{{{json.dumps(name)}: ["
    joint = ""
    for part in _parts(rows):
        yield joint + ", ".join(map(json.dumps, part))
        joint = ", "
    yield "]}"


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    yield lines([columns])
    for part in _parts(rows):
        yield lines([row.get(column) for column in columns] for row in part)


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if len(part) == _PART:
            yield part
            part = []
    if part:
        yield part
