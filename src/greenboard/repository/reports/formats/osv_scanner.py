"""OSV-Scanner's report in JSON. Entries that are the same weakness under several names are one group."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.severity import counts
from greenboard.repository.reports.types import BadReport, Format, Scan, read_object


def osv_scanner(raw: bytes, path: str) -> Scan:
    """The groups of all packages, with the highest CVSS score of each."""
    data = read_object(raw, path)
    if not isinstance(data.get("results"), list):
        raise BadReport("not a report of OSV-Scanner", place=Place(path, 1, 1), expected="results")
    scores = [_score(group) for group in _groups(data["results"], path)]
    kind = "container" if isinstance(data.get("image_metadata"), dict) else "sca"
    return Scan("osv-scanner", kind, counts(scores), len(scores))


def _groups(results: list[Any], path: str) -> Iterator[Mapping[str, Any]]:
    for result in results:
        packages = result.get("packages") if isinstance(result, dict) else None
        for package in packages if isinstance(packages, list) else ():
            groups = package.get("groups", []) if isinstance(package, dict) else None
            if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
                raise BadReport("a package without a list of groups", place=Place(path), expected="groups")
            if not groups and package.get("vulnerabilities"):
                raise BadReport(
                    "findings without groups", place=Place(path), expected="a report of version 1.3 or later"
                )
            yield from groups
        if not isinstance(packages, list):
            raise BadReport("a result without packages", place=Place(path), expected="packages")


def _score(group: Mapping[str, Any]) -> float | None:
    """The score that the report gives as text, "" where there is none."""
    text = group.get("max_severity")
    found = re.fullmatch(r"(10(\.0)?|\d(\.\d)?)", text) if isinstance(text, str) else None
    return float(found[0]) if found else None


FORMAT = Format(
    "osv-scanner",
    "OSV-Scanner (JSON)",
    "https://google.github.io/osv-scanner/output/#json",
    ("vulnerability",),
    re.compile(rb"\"results\"\s*:\s*\[\s*\{\s*\"source\"\s*:\s*\{\s*\"path\"|\"experimental_config\"\s*:"),
    osv_scanner,
    names=re.compile(r".*osv.*\.json", re.IGNORECASE),
)
