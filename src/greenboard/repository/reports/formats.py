"""Which format a report has: told by the start of its content, after its name made it worth a look."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from greenboard.repository.reports import accessibility, coverage, junit, load, sarif, sbom
from greenboard.repository.reports.types import Report

Parser = Callable[[bytes, str], Report | Sequence[Report]]
START = 8192

# (fact type, parser, what the start of the content must show)
_FORMATS: tuple[tuple[str, Parser, re.Pattern[bytes]], ...] = (
    (
        "coverage",
        coverage.jacoco,
        re.compile(rb"<!DOCTYPE report\b[^>]*JACOCO|<report name=[^>]*>\s*<(sessioninfo|group|package|counter)\b"),
    ),
    ("coverage", coverage.cobertura, re.compile(rb"<coverage\b[^>]*\b(line-rate|lines-valid)=")),
    ("test_suite", junit.junit, re.compile(rb"<testsuites?\b")),
    ("sbom", sbom.cyclonedx_xml, re.compile(rb"<bom\b[^>]*cyclonedx\.org")),
    ("vulnerability", sarif.sarif, re.compile(rb"sarif-(schema-)?2\.|schemas/sarif|\"version\"\s*:\s*\"2\.1\.0\"")),
    ("sbom", sbom.cyclonedx_json, re.compile(rb"\"bomFormat\"\s*:\s*\"CycloneDX\"|cyclonedx\.org/schema")),
    ("sbom", sbom.spdx_json, re.compile(rb"\"spdxVersion\"\s*:|\"SPDXID\"\s*:\s*\"SPDXRef-DOCUMENT\"")),
    ("sbom", sbom.spdx_tags, re.compile(rb"^\s*SPDXVersion\s*:", re.MULTILINE)),
    ("accessibility", accessibility.lighthouse, re.compile(rb"\"lighthouseVersion\"\s*:")),
    ("accessibility", accessibility.axe, re.compile(rb"\"testEngine\"\s*:|\"violations\"\s*:\s*\[")),
    (
        "load_test",
        load.k6,
        re.compile(rb"\"(http_req_\w+|iteration_duration|vus_max|root_group|http_reqs|data_received)\"\s*:"),
    ),
    ("coverage", coverage.coveragepy, re.compile(rb"\"meta\"\s*:\s*\{[^}]*\"branch_coverage\"|\"executed_lines\"")),
    ("coverage", coverage.istanbul, re.compile(rb"^\s*\{\s*\"total\"\s*:\s*\{\s*\"lines\"\s*:")),
    ("coverage", coverage.lcov, re.compile(rb"^(TN:[^\n]*\n)?SF:", re.MULTILINE)),
    ("coverage", coverage.go, re.compile(rb"\Amode: (set|count|atomic)\s*$", re.MULTILINE)),
    ("load_test", load.jmeter, re.compile(rb"\AtimeStamp,elapsed,")),
    ("load_test", load.locust, re.compile(rb"\A\"?Type\"?,\"?Name\"?,\"?Request Count\"?")),
)
_NAME = re.compile(
    r".*\.(sarif|sarif\.json|spdx|spdx\.json|cdx\.json|cdx\.xml|jtl|lcov)"
    r"|.*(coverage|cobertura|jacoco|junit|lcov|surefire|test-?results?|testresults?|rspec|pytest|nunit).*\.(xml|json|info)"
    r"|TEST-.*\.xml|results?\.xml|report\.xml|.*[-_.]tests?\.xml|lcov\.info|cover(age)?\.(out|txt)|c\.out|.*\.coverprofile"
    r"|(.*[-_.])?s?bom([-_.].*)?\.(json|xml)|.*(cyclonedx|sarif|gl-sbom).*\.(json|xml)"
    r"|.*(k6|load[-_]?test|stress[-_]?test|soak|summary|jmeter).*\.(json|csv)|.*_stats\.csv"
    r"|.*(axe|a11y|accessibility|lighthouse|lhr|lhci).*\.(json|report\.json)|lhr-\d+\.json",
    re.IGNORECASE,
)


def worth_a_look(path: str) -> bool:
    """Whether a file's name is one that a report may have."""
    return _NAME.fullmatch(path.rpartition("/")[2]) is not None


_BY_NAME: tuple[tuple[str, str, Parser], ...] = (
    (".sarif", "vulnerability", sarif.sarif),
    (".sarif.json", "vulnerability", sarif.sarif),
    (".cdx.json", "sbom", sbom.cyclonedx_json),
    (".cdx.xml", "sbom", sbom.cyclonedx_xml),
    (".spdx.json", "sbom", sbom.spdx_json),
    (".spdx", "sbom", sbom.spdx_tags),
    ("lcov.info", "coverage", coverage.lcov),
)


def recognise(path: str, start: bytes) -> tuple[str, Parser] | None:
    """The fact type and the parser for a report, or None when it is none that we know.

    A few names say it all; then even an empty file is a report, one that was cut off.
    """
    for ending, kind, parser in _BY_NAME:
        if path.lower().endswith(ending):
            return kind, parser
    text = start.removeprefix(b"\xef\xbb\xbf")
    for kind, parser, pattern in _FORMATS:
        if pattern.search(text):
            return kind, parser
    return None
