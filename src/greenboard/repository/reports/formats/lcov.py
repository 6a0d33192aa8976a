"""LCOV's trace files."""

from __future__ import annotations

import re

from greenboard.core.errors import Place
from greenboard.repository.reports.counted import branch, sane
from greenboard.repository.reports.types import BadReport, Coverage, Format, decode, whole


def lcov(raw: bytes, path: str) -> Coverage:
    """An LCOV trace file (geninfo manual): records from `SF:` to `end_of_record`."""
    lines: dict[tuple[str, str], int] = {}
    branches: dict[tuple[str, str], bool] = {}
    files: set[str] = set()
    source, at = "", 0
    for at, line in enumerate(decode(raw, path).splitlines(), 1):
        key, _, value = line.strip().partition(":")
        if key == "SF" and value and not source:
            source = value
            files.add(value)
        elif key == "DA" and source:
            parts = value.split(",")
            hits = whole(parts[1]) if len(parts) > 1 else None
            if hits is None:
                raise BadReport("not a DA record", place=Place(path, at, 1), expected="DA:<line>,<hits>", got=line[:60])
            lines[source, parts[0]] = max(lines.get((source, parts[0]), 0), hits)
        elif key == "BRDA" and source:
            place, _, taken = value.rpartition(",")
            if not place or (taken != "-" and whole(taken) is None):
                raise BadReport("not a BRDA record", place=Place(path, at, 1), got=line[:60])
            branches[source, place] = branches.get((source, place), False) or taken not in ("-", "0")
        elif line.strip() == "end_of_record":
            source = ""
        elif line.strip() and key not in _LCOV:
            raise BadReport("not a record of LCOV", place=Place(path, at, 1), got=repr(line[:60]))
    if source or not files:
        raise BadReport("cut off", place=Place(path, at, 1), expected="end_of_record")
    counted = sum(1 for hits in lines.values() if hits), len(lines)
    return Coverage(
        "lcov", sane(counted, path), branch((taken, 1) for taken in branches.values()), None, frozenset(files)
    )


_LCOV = frozenset(
    [
        "TN",
        "SF",
        "FN",
        "FNDA",
        "FNF",
        "FNH",
        "FNL",
        "FNA",
        "BRDA",
        "BRF",
        "BRH",
        "DA",
        "LF",
        "LH",
        "VER",
        "MCDC",
        "MCF",
        "MCH",
    ]
) | {"#"}


FORMAT = Format(
    "lcov",
    "LCOV (trace file)",
    "https://manpages.debian.org/stable/lcov/geninfo.1.en.html#FILES",
    ("coverage",),
    re.compile(rb"^(TN:[^\n]*\n)?SF:", re.MULTILINE),
    lcov,
    names=re.compile(r".*\.lcov|.*(lcov|coverage).*\.info", re.IGNORECASE),
    endings=("lcov.info",),
)
