"""The cover profile of Go."""

from __future__ import annotations

import re

from greenboard.core.errors import Place
from greenboard.repository.reports.counted import sane
from greenboard.repository.reports.types import BadReport, Coverage, Format, decode


def go(raw: bytes, path: str) -> Coverage:
    """The cover profile of Go: its statements, which is what `go tool cover` counts."""
    statements: dict[str, tuple[int, bool]] = {}
    lines = decode(raw, path).splitlines()
    if not lines or not re.fullmatch(r"mode: (set|count|atomic)", lines[0].strip()):
        raise BadReport("not a cover profile", place=Place(path, 1, 1), expected="mode: set, count or atomic")
    for at, line in enumerate(lines[1:], 2):
        found = re.fullmatch(r"(.+:\d+\.\d+,\d+\.\d+) (\d{1,9}) (\d{1,18})", line.strip())
        if not found and line.strip():
            raise BadReport("not a block of a cover profile", place=Place(path, at, 1), got=repr(line[:60]))
        if found:
            before = statements.get(found[1], (0, False))
            statements[found[1]] = int(found[2]), before[1] or found[3].strip("0") != ""
    covered = sum(size for size, hit in statements.values() if hit)
    total = sum(size for size, _ in statements.values())
    files = frozenset(block.rpartition(":")[0] for block in statements)
    return Coverage("go", sane((covered, total), path), None, None, files)


FORMAT = Format(
    "go-cover",
    "Go cover profile",
    "https://pkg.go.dev/golang.org/x/tools/cover",
    ("coverage",),
    re.compile(rb"\Amode: (set|count|atomic)\s*$", re.MULTILINE),
    go,
    names=re.compile(r"cover(age)?\.(out|txt)|c\.out|.*\.coverprofile", re.IGNORECASE),
)
