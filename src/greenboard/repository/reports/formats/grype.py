"""Grype's report in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.severity import counted, named
from greenboard.repository.reports.types import BadReport, Format, Scan, moment, read_object


def grype(raw: bytes, path: str) -> Scan:
    """The matches that are not ignored. Of an image they are of kind container, of anything else of packages."""
    data = read_object(raw, path)
    matches, descriptor, source = (data.get(name) for name in ("matches", "descriptor", "source"))
    if not isinstance(matches, list) or not isinstance(descriptor, dict) or descriptor.get("name") != "grype":
        raise BadReport("not a report of Grype", place=Place(path, 1, 1), expected="matches and descriptor")
    found = [_vulnerability(match, path) for match in matches]
    severities = [named(one.get("severity")) for one in found]
    fixable = exploited = None
    if None not in severities:
        pairs = zip(found, severities, strict=True)
        fixable = sum(severity == "critical" and _state(one) == "fixed" for one, severity in pairs)
    if any("knownExploited" in one for one in found):
        exploited = sum(bool(one.get("knownExploited")) for one in found)
    kind = "container" if isinstance(source, dict) and source.get("type") == "image" else "sca"
    at = moment(descriptor.get("timestamp"))
    return Scan("grype", kind, counted(severities), len(found), at, fixable, exploited)


def _vulnerability(match: Any, path: str) -> Mapping[str, Any]:
    found = match.get("vulnerability") if isinstance(match, dict) else None
    if not isinstance(found, dict):
        raise BadReport("a match without a vulnerability", place=Place(path))
    return found


def _state(vulnerability: Mapping[str, Any]) -> object:
    fix = vulnerability.get("fix")
    return fix.get("state") if isinstance(fix, dict) else None


FORMAT = Format(
    "grype",
    "Grype (JSON)",
    "https://github.com/anchore/grype/tree/main/schema/grype/json",
    ("vulnerability",),
    re.compile(rb"\"matches\"\s*:\s*\[\s*(\{\s*\"vulnerability\"|\])"),
    grype,
    names=re.compile(r".*grype.*\.json", re.IGNORECASE),
)
