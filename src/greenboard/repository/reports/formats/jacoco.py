"""JaCoCo's coverage in XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from greenboard.core.errors import Place
from greenboard.repository.reports import xml
from greenboard.repository.reports.types import BadReport, Coverage, Format, moment, whole

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def jacoco(raw: bytes, path: str) -> Coverage:
    """A JaCoCo report (report.dtd): the counters of the whole report."""
    root = xml.parse(raw, path, "report")
    counters = {counter.get("type"): _counter(counter, path) for counter in root.findall("counter")}
    if "LINE" not in counters:
        raise BadReport("no line counter", place=Place(path), expected='<counter type="LINE"> in <report>')
    sessions = [moment(info.get("dump")) for info in root.iter("sessioninfo")]
    packages = (
        (package.get("name", ""), source.get("name", ""))
        for package in root.iter("package")
        for source in package.iter("sourcefile")
    )
    dates = [at for at in sessions if at]
    files = frozenset(f"{package}/{source}" for package, source in packages)
    return Coverage("jacoco", counters["LINE"], counters.get("BRANCH"), max(dates, default=None), files)


def _counter(counter: Element, path: str) -> tuple[int, int]:
    missed, covered = whole(counter.get("missed")), whole(counter.get("covered"))
    if missed is None or covered is None:
        raise BadReport("a counter without numbers", place=Place(path))
    return covered, covered + missed


FORMAT = Format(
    "jacoco",
    "JaCoCo (XML)",
    "https://www.jacoco.org/jacoco/trunk/coverage/report.dtd",
    ("coverage",),
    re.compile(rb"<!DOCTYPE report\b[^>]*JACOCO|<report name=[^>]*>\s*<(sessioninfo|group|package|counter)\b"),
    jacoco,
    names=re.compile(r".*(coverage|jacoco).*\.xml|report\.xml", re.IGNORECASE),
)
