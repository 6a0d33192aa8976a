"""Tables as CSV, row by row, with the places of mistakes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from greenboard.core.errors import Place
from greenboard.repository.reports.types import BadReport, decode


def rows(raw: bytes, path: str, needed: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the heads of columns, each with its line, counted as rows.

    Raises:
        BadReport: it is no CSV, a column that is needed is missing, or a row is cut off.

    """
    try:
        reader = csv.DictReader(io.StringIO(decode(raw, path)), strict=True)
        missing = needed - set(reader.fieldnames or ())
        if missing:
            raise BadReport("columns are missing", place=Place(path, 1, 1), expected=", ".join(sorted(missing)))
        for at, row in enumerate(reader, 2):
            if None in row or None in row.values():
                raise BadReport("a row that is cut off", place=Place(path, at, 1))
            yield at, row
    except csv.Error as error:
        raise BadReport(f"not whole CSV: {error}", place=Place(path)) from None
