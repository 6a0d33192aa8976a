"""CycloneDX in XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from greenboard.core.errors import Place
from greenboard.repository.reports import xml
from greenboard.repository.reports.bill import bill
from greenboard.repository.reports.types import BadReport, Bill, Format, moment

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


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
    urls = (child.text for part in parts for child in part if xml.plain(child.tag) == "purl")
    return bill("cyclonedx", [_xml_licenses(part) for part in parts], next((at for at in times if at), None), urls)


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


FORMAT = Format(
    "cyclonedx-xml",
    "CycloneDX (XML)",
    "https://cyclonedx.org/docs/1.6/xml/",
    ("sbom", "packages"),
    re.compile(rb"<bom\b[^>]*cyclonedx\.org"),
    cyclonedx_xml,
    names=re.compile(r".*\.cdx\.xml|(.*[-_.])?s?bom([-_.].*)?\.xml|.*cyclonedx.*\.xml", re.IGNORECASE),
    endings=(".cdx.xml",),
)
