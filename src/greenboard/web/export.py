"""What a table shows, as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from django.http import HttpResponse, JsonResponse

Field = str | int | float | bool | None
# A cell that begins so is a formula to a spreadsheet; a quote in front keeps it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(as_file: str, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Field]]) -> HttpResponse:
    """Answer with a file: `as_file` is csv or json."""
    listed = list(rows)
    if as_file == "json":
        answer: HttpResponse = JsonResponse({name: listed})
    else:
        answer = HttpResponse(_csv(columns, listed), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{as_file}"'
    return answer


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Field]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(column)) for column in columns])
    return text.getvalue()


def cell(value: Field) -> Field:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
