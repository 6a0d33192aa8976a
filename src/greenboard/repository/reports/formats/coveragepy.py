"""The JSON report of coverage.py."""

from __future__ import annotations

import re

from greenboard.core.errors import Place
from greenboard.repository.reports.counted import pair, sane
from greenboard.repository.reports.types import BadReport, Coverage, Format, moment, read_object, whole


def coveragepy(raw: bytes, path: str) -> Coverage:
    """The JSON report of coverage.py."""
    data = read_object(raw, path)
    totals, meta, files = data.get("totals"), data.get("meta"), data.get("files")
    if not isinstance(totals, dict) or not isinstance(meta, dict) or not isinstance(files, dict):
        raise BadReport("not a report of coverage.py", place=Place(path, 1, 1), expected="meta, files and totals")
    lines = pair(whole(totals.get("covered_lines")), whole(totals.get("num_statements")), path)
    branches = None
    if meta.get("branch_coverage") is True:
        branches = pair(whole(totals.get("covered_branches")), whole(totals.get("num_branches")), path)
    at = moment(meta.get("timestamp"))
    return Coverage("coverage.py", sane(lines, path), branches, at, frozenset(files))


FORMAT = Format(
    "coverage.py",
    "coverage.py (JSON)",
    "https://coverage.readthedocs.io/en/latest/commands/cmd_json.html",
    ("coverage",),
    re.compile(rb"\"meta\"\s*:\s*\{[^}]*\"branch_coverage\"|\"executed_lines\""),
    coveragepy,
    names=re.compile(r".*coverage.*\.json", re.IGNORECASE),
)
