"""CycloneDX in JSON (ECMA-424)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.bill import bill
from greenboard.repository.reports.types import BadReport, Bill, Format, moment, read_object

_DEEPEST = 50


def cyclonedx_json(raw: bytes, path: str) -> Bill:
    """A CycloneDX document in JSON."""
    data = read_object(raw, path)
    if data.get("bomFormat") != "CycloneDX" or not isinstance(data.get("components"), list):
        raise BadReport("not a CycloneDX bill", place=Place(path, 1, 1), expected="bomFormat CycloneDX and components")
    parts = list(_nested(data["components"], path, 0))
    stated = [_json_licenses(part.get("licenses")) for part in parts]
    metadata = data.get("metadata")
    at = moment(metadata.get("timestamp")) if isinstance(metadata, dict) else None
    return bill("cyclonedx", stated, at, (part.get("purl") for part in parts))


def _nested(components: Any, path: str, depth: int) -> Iterator[dict[str, Any]]:
    if not isinstance(components, list) or depth > _DEEPEST:
        raise BadReport("components that are no list, or nested too deeply", place=Place(path))
    for part in components:
        if not isinstance(part, dict) or not isinstance(part.get("name"), str):
            raise BadReport("a component without a name", place=Place(path))
        yield part
        if "components" in part:
            yield from _nested(part["components"], path, depth + 1)


def _json_licenses(licenses: Any) -> list[str]:
    found = []
    for entry in licenses if isinstance(licenses, list) else ():
        part = entry.get("license") if isinstance(entry, dict) else None
        part = part if isinstance(part, dict) else {}
        text = (
            entry.get("expression")
            if isinstance(entry, dict) and "expression" in entry
            else part.get("id") or part.get("name")
        )
        if isinstance(text, str):
            found.append(text.strip())
    return found


FORMAT = Format(
    "cyclonedx",
    "CycloneDX (JSON)",
    "https://cyclonedx.org/docs/1.6/json/",
    ("sbom", "packages"),
    re.compile(rb"\"bomFormat\"\s*:\s*\"CycloneDX\"|cyclonedx\.org/schema"),
    cyclonedx_json,
    names=re.compile(r".*\.cdx\.json|(.*[-_.])?s?bom([-_.].*)?\.json|.*(cyclonedx|gl-sbom).*\.json", re.IGNORECASE),
    endings=(".cdx.json",),
    rank=1,
)
