"""Reading one report: whatever is wrong with it is said in its place. Pure."""

from __future__ import annotations

import zlib
from datetime import datetime

from greenboard.core.errors import Place, UserError
from greenboard.repository.reports.types import MAX_BYTES, BadReport, Format, Report, ReportFile

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def read(raw: bytes, path: str, form: Format, at: datetime, home: str = "") -> ReportFile:
    """A report with what it says, or with the reason why it says nothing."""
    try:
        said = form.read(raw, path)
    except UserError as problem:
        return ReportFile(path, form, (), problem, at, home)
    except RecursionError:
        return ReportFile(path, form, (), BadReport("nested too deeply", place=Place(path)), at, home)
    except MemoryError:
        return ReportFile(path, form, (), BadReport("too large to read", place=Place(path)), at, home)
    reports: tuple[Report, ...] = tuple(said) if isinstance(said, list | tuple) else (said,)  # type: ignore[assignment]
    return ReportFile(path, form, reports, None, at, home)


def unpacked(raw: bytes, path: str) -> bytes:
    """The bytes of a report that may be packed with gzip.

    Raises:
        BadReport: it is another archive, is cut off, or comes to more than a report may have.

    """
    if raw.startswith(_ZIP):
        raise BadReport("an archive", place=Place(path), expected="a report", hint="Send the files that are in it.")
    if not raw.startswith(_GZIP):
        return raw
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(raw, MAX_BYTES)
    except zlib.error:
        raise BadReport("not whole gzip", place=Place(path)) from None
    if unpacking.unconsumed_tail:
        raise BadReport(f"refused for safety: it unpacks to more than {MAX_BYTES:,} bytes", place=Place(path))
    if not unpacking.eof:
        raise BadReport("not whole gzip", place=Place(path))
    return text
