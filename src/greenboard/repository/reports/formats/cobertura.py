"""Cobertura's coverage in XML."""

from __future__ import annotations

import re

from greenboard.core.errors import Place
from greenboard.repository.reports import xml
from greenboard.repository.reports.counted import branch, pair, sane
from greenboard.repository.reports.types import BadReport, Coverage, Format, moment, whole


def cobertura(raw: bytes, path: str) -> Coverage:
    """A Cobertura report (coverage-04.dtd). Counts come from its lines where it lists them."""
    root = xml.parse(raw, path, "coverage")
    lines: dict[tuple[str, str], int] = {}
    branches: dict[tuple[str, str], tuple[int, int]] = {}
    files: set[str] = set()
    for unit in root.iter("class"):
        name = unit.get("filename") or unit.get("name") or ""
        files.add(name)
        for line in unit.iter("line"):
            key, hits = (name, line.get("number") or ""), whole(line.get("hits"))
            if hits is None:
                raise BadReport("a line without hits", place=Place(path))
            lines[key] = max(lines.get(key, 0), hits)
            share = re.search(r"\((\d{1,9})/(\d{1,9})\)", line.get("condition-coverage") or "")
            if share:
                branches[key] = int(share[1]), int(share[2])
    counted = (sum(1 for hits in lines.values() if hits), len(lines))
    if not lines:
        counted = pair(whole(root.get("lines-covered")), whole(root.get("lines-valid")), path)
    return Coverage(
        "cobertura", sane(counted, path), branch(branches.values()), moment(root.get("timestamp")), frozenset(files)
    )


FORMAT = Format(
    "cobertura",
    "Cobertura (XML)",
    "https://github.com/cobertura/cobertura/blob/master/cobertura/src/site/htdocs/xml/coverage-04.dtd",
    ("coverage",),
    re.compile(rb"<coverage\b[^>]*\b(line-rate|lines-valid)="),
    cobertura,
    names=re.compile(r".*(coverage|cobertura).*\.xml", re.IGNORECASE),
)
