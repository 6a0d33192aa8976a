"""Bills of materials: CycloneDX in JSON and XML (ECMA-424), SPDX 2 in JSON and tag-value form.

A part counts as unlicensed when no licence is stated for it, or only that none is known
(`NOASSERTION`, `NONE`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from greenboard.core.errors import Place
from greenboard.repository.reports import xml
from greenboard.repository.reports.types import BadReport, Bill, decode, moment, read_object

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NOTHING = frozenset({"", "NOASSERTION", "NONE"})
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
    return _bill("cyclonedx", stated, at)


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


def cyclonedx_xml(raw: bytes, path: str) -> Bill:
    """A CycloneDX document in XML."""
    root = xml.parse(raw, path, "bom")
    if "cyclonedx" not in root.tag:
        raise BadReport("not a CycloneDX bill", place=Place(path, 1, 1), got=root.tag[:60])
    listed = [child for child in root if xml.plain(child.tag) == "components"]
    if not listed:
        raise BadReport("no components", place=Place(path, 1, 1), expected="<components>")
    parts = [part for part in listed[0].iter() if xml.plain(part.tag) == "component"]
    times = [moment(part.text) for part in root.iter() if xml.plain(part.tag) == "timestamp"]
    return _bill("cyclonedx", [_xml_licenses(part) for part in parts], next((at for at in times if at), None))


def _xml_licenses(part: Element) -> list[str]:
    found = []
    for group in (child for child in part if xml.plain(child.tag) == "licenses"):
        for entry in group:
            inner = {xml.plain(child.tag): (child.text or "").strip() for child in entry}
            text = (
                (entry.text or "").strip()
                if xml.plain(entry.tag) == "expression"
                else inner.get("id") or inner.get("name", "")
            )
            found.append(text)
    return found


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
    stated = []
    for package in packages:
        if not isinstance(package, dict) or not isinstance(package.get("name"), str):
            raise BadReport("a package without a name", place=Place(path))
        if package.get("SPDXID") not in roots or len(packages) == 1:
            stated.append([str(package.get(key) or "") for key in ("licenseConcluded", "licenseDeclared")])
    creation = data.get("creationInfo")
    return _bill("spdx", stated, moment(creation.get("created")) if isinstance(creation, dict) else None)


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
            packages[-1].setdefault(tag, value)
    if inside:
        raise BadReport("cut off", place=Place(path, text.count("\n") + 1, 1), expected="</text>")
    parts = [package for package in packages if package.get("SPDXID") not in roots or len(packages) == 1]
    stated = [
        [package.get(key, "") for key in ("PackageLicenseConcluded", "PackageLicenseDeclared")] for package in parts
    ]
    return _bill("spdx", stated, moment(created))


def _bill(form: str, stated: list[list[str]], at: Any) -> Bill:
    """Licences of all parts. For SPDX, what was concluded goes before what was declared."""
    names: set[str] = set()
    unlicensed = 0
    for licenses in stated:
        known = [text for text in licenses if text not in _NOTHING]
        names.update(known[:1] if form == "spdx" else known)
        unlicensed += not known
    return Bill(form, len(stated), tuple(sorted(names)), unlicensed, at)
