"""SPDX 2 in JSON."""

from __future__ import annotations

import re

from greenboard.core.errors import Place
from greenboard.repository.reports.bill import bill
from greenboard.repository.reports.types import BadReport, Bill, Format, moment, read_object


def spdx_json(raw: bytes, path: str) -> Bill:
    """An SPDX 2 document in JSON. What the document describes is not one of its own parts."""
    data = read_object(raw, path)
    version, packages = data.get("spdxVersion"), data.get("packages")
    if not isinstance(version, str) or not version.startswith("SPDX-2") or not isinstance(packages, list):
        raise BadReport("not an SPDX 2 document", place=Place(path, 1, 1), expected="spdxVersion SPDX-2.x and packages")
    described = data.get("documentDescribes")
    roots = (
        set(described) if isinstance(described, list) and all(isinstance(part, str) for part in described) else set()
    )
    relations = data.get("relationships")
    for relation in relations if isinstance(relations, list) else ():
        if isinstance(relation, dict) and relation.get("relationshipType") == "DESCRIBES":
            roots.add(str(relation.get("relatedSpdxElement")))
    stated, urls = [], []
    for package in packages:
        if not isinstance(package, dict) or not isinstance(package.get("name"), str):
            raise BadReport("a package without a name", place=Place(path))
        if package.get("SPDXID") not in roots or len(packages) == 1:
            stated.append([str(package.get(key) or "") for key in ("licenseConcluded", "licenseDeclared")])
            urls += _urls(package.get("externalRefs"))
    creation = data.get("creationInfo")
    return bill("spdx", stated, moment(creation.get("created")) if isinstance(creation, dict) else None, urls)


def _urls(references: object) -> list[object]:
    several = [one for one in references if isinstance(one, dict)] if isinstance(references, list) else []
    return [one.get("referenceLocator") for one in several if one.get("referenceType") == "purl"]


FORMAT = Format(
    "spdx",
    "SPDX 2 (JSON)",
    "https://spdx.github.io/spdx-spec/v2.3/",
    ("sbom", "packages"),
    re.compile(rb"\"spdxVersion\"\s*:|\"SPDXID\"\s*:\s*\"SPDXRef-DOCUMENT\""),
    spdx_json,
    names=re.compile(r".*\.spdx\.json|(.*[-_.])?s?bom([-_.].*)?\.json", re.IGNORECASE),
    endings=(".spdx.json",),
)
