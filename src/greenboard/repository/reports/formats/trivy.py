"""Trivy's report in JSON, schema version 2.

Of each class of results that it lists the findings are counted; a class that it does not list was not
looked for, as far as the report says.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.severity import counted, named
from greenboard.repository.reports.types import BadReport, Format, Scan, moment, read_object

_LISTS = {"os-pkgs": "Vulnerabilities", "lang-pkgs": "Vulnerabilities", "config": "Misconfigurations",
          "secret": "Secrets"}  # fmt: skip


def trivy(raw: bytes, path: str) -> list[Scan]:
    """What was found, by kind of scan. What Trivy calls unknown has no severity."""
    data = read_object(raw, path)
    results = data.get("Results")
    if data.get("SchemaVersion") != 2 or not isinstance(data.get("ArtifactName", ""), str):
        raise BadReport("not a report of Trivy", place=Place(path, 1, 1), expected="SchemaVersion 2")
    by_kind: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    image = data.get("ArtifactType") == "container_image"
    for kind, findings in _classes(results, path, image=image):
        by_kind[kind] += findings
    if not by_kind:
        raise BadReport("nothing was scanned", place=Place(path, 1, 1), expected="Results with a Class")
    at = moment(data.get("CreatedAt"))
    return [_scan(kind, findings, at) for kind, findings in sorted(by_kind.items())]


def _classes(results: Any, path: str, *, image: bool) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    for result in results if isinstance(results, list) else ():
        name = result.get("Class") if isinstance(result, dict) else None
        if not isinstance(name, str) or name not in _LISTS:
            continue
        findings = result.get(_LISTS[name]) or []
        if not isinstance(findings, list) or not all(isinstance(part, dict) for part in findings):
            raise BadReport("a result without a list of findings", place=Place(path), expected=_LISTS[name])
        yield _kind(name, image=image), [part for part in findings if part.get("Status") not in ("PASS", "EXCEPTION")]


def _kind(name: str, *, image: bool) -> str:
    if name in ("os-pkgs", "lang-pkgs"):
        return "container" if image or name == "os-pkgs" else "sca"
    return "iac" if name == "config" else "secret"


def _scan(kind: str, findings: list[Mapping[str, Any]], at: Any) -> Scan:
    severities = [named(part.get("Severity")) for part in findings]
    fixable = None
    if kind in ("sca", "container") and None not in severities:
        pairs = zip(findings, severities, strict=True)
        fixable = sum(severity == "critical" and bool(part.get("FixedVersion")) for part, severity in pairs)
    return Scan("trivy", kind, counted(severities), len(findings), at, fixable)


FORMAT = Format(
    "trivy",
    "Trivy (JSON)",
    "https://trivy.dev/latest/docs/configuration/reporting/#json",
    ("vulnerability",),
    re.compile(rb"\"SchemaVersion\"\s*:\s*2\b"),
    trivy,
    names=re.compile(r".*trivy.*\.json", re.IGNORECASE),
)
