"""JUnit XML, as every test runner writes it."""

from __future__ import annotations

import re

from greenboard.core.errors import Place
from greenboard.repository.reports import xml
from greenboard.repository.reports.types import BadReport, Format, Suite, moment


def junit(raw: bytes, path: str) -> Suite:
    """The test cases of a report, counted one by one; sums that the report states are not relied on."""
    root = xml.parse(raw, path, "testsuites", "testsuite")
    total = failed = skipped = 0
    names: list[str] = []
    dates = []
    for element in root.iter():
        tag = xml.plain(element.tag)
        if tag == "testsuite":
            names.append(element.get("name") or "")
            dates.append(moment(element.get("timestamp")))
        elif tag == "testcase":
            total += 1
            inner = {xml.plain(child.tag) for child in element}
            status = (element.get("status") or element.get("result") or "").lower()
            failed += bool(inner & {"failure", "error"})
            skipped += bool(inner & {"skipped"} or status in ("skipped", "disabled", "notrun")) and not inner & {
                "failure",
                "error",
            }
    if not total and not names:
        raise BadReport("no test suite in it", place=Place(path, 1, 1), expected="<testsuite>")
    stated = [int(value) for value in (root.get("tests"),) if value and value.isdigit()]
    if stated and stated[0] > 0 and total == 0:
        raise BadReport(f"it states {stated[0]} tests and lists none", place=Place(path, 1, 1))
    known = [at for at in dates if at]
    return Suite("junit", total, failed, skipped, max(known, default=None), tuple(name for name in names if name))


FORMAT = Format(
    "junit",
    "JUnit (XML)",
    "https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd",
    ("test_suite",),
    re.compile(rb"<testsuites?\b"),
    junit,
    names=re.compile(
        r".*(junit|surefire|test-?results?|testresults?|rspec|pytest|nunit).*\.xml|TEST-.*\.xml|results?\.xml|report\.xml"
        r"|.*[-_.]tests?\.xml",
        re.IGNORECASE,
    ),
)
