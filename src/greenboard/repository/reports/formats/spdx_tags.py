"""SPDX 2 in tag-value form."""

from __future__ import annotations

import re

from greenboard.core.errors import Place
from greenboard.repository.reports.bill import bill
from greenboard.repository.reports.types import BadReport, Bill, Format, decode, moment


def spdx_tags(raw: bytes, path: str) -> Bill:
    """An SPDX 2 document in tag-value form (section 4 of the specification)."""
    text = decode(raw, path)
    if not re.search(r"^SPDXVersion:\s*SPDX-2", text, re.MULTILINE):
        raise BadReport("not an SPDX 2 document", place=Place(path, 1, 1), expected="SPDXVersion: SPDX-2.x")
    packages: list[dict[str, str]] = []
    roots: set[str] = set()
    created, inside = "", False
    for at, line in enumerate(text.splitlines(), 1):
        if "<text>" in line or inside:
            # Text in between may span lines and hold anything.
            inside = "</text>" not in line.rpartition("<text>")[2]
            continue
        tag, colon, value = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if not colon or not re.fullmatch(r"[A-Za-z]+", tag.strip()):
            raise BadReport("not a tag and a value", place=Place(path, at, 1), got=repr(line[:60]))
        tag, value = tag.strip(), value.strip()
        if tag == "PackageName":
            packages.append({})
        elif tag == "Created":
            created = value
        elif tag == "Relationship" and " DESCRIBES " in value:
            roots.add(value.split()[-1])
        if packages:
            words = value.split()
            tag = "purl" if tag == "ExternalRef" and words[1:2] == ["purl"] else tag
            packages[-1].setdefault(tag, words[-1] if tag == "purl" else value)
    if inside:
        raise BadReport("cut off", place=Place(path, text.count("\n") + 1, 1), expected="</text>")
    parts = [package for package in packages if package.get("SPDXID") not in roots or len(packages) == 1]
    stated = [
        [package.get(key, "") for key in ("PackageLicenseConcluded", "PackageLicenseDeclared")] for package in parts
    ]
    return bill("spdx", stated, moment(created), (package.get("purl") for package in parts))


FORMAT = Format(
    "spdx-tags",
    "SPDX 2 (tag-value)",
    "https://spdx.github.io/spdx-spec/v2.3/",
    ("sbom", "packages"),
    re.compile(rb"^\s*SPDXVersion\s*:", re.MULTILINE),
    spdx_tags,
    names=re.compile(r".*\.spdx", re.IGNORECASE),
    endings=(".spdx",),
)
