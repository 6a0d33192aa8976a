"""Coverage: Cobertura, JaCoCo, LCOV, coverage.py's JSON and the cover profile of Go."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from greenboard.core.errors import Place
from greenboard.repository.reports import xml
from greenboard.repository.reports.types import BadReport, Coverage, decode, moment, read_object, whole

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def cobertura(raw: bytes, path: str) -> Coverage:
    """A Cobertura report (coverage-04.dtd). Counts come from its lines where it lists them."""
    root = xml.parse(raw, path, "coverage")
    lines: dict[tuple[str, str], int] = {}
    branches: dict[tuple[str, str], tuple[int, int]] = {}
    files: set[str] = set()
    for unit in root.iter("class"):
        name = unit.get("filename") or unit.get("name") or ""
        files.add(name)
        for line in unit.iter("line"):
            key, hits = (name, line.get("number") or ""), whole(line.get("hits"))
            if hits is None:
                raise BadReport("a line without hits", place=Place(path))
            lines[key] = max(lines.get(key, 0), hits)
            share = re.search(r"\((\d{1,9})/(\d{1,9})\)", line.get("condition-coverage") or "")
            if share:
                branches[key] = int(share[1]), int(share[2])
    counted = (sum(1 for hits in lines.values() if hits), len(lines))
    if not lines:
        counted = _pair(whole(root.get("lines-covered")), whole(root.get("lines-valid")), path)
    return Coverage(
        "cobertura", _sane(counted, path), _branch(branches.values()), moment(root.get("timestamp")), frozenset(files)
    )


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


def lcov(raw: bytes, path: str) -> Coverage:
    """An LCOV trace file (geninfo manual): records from `SF:` to `end_of_record`."""
    lines: dict[tuple[str, str], int] = {}
    branches: dict[tuple[str, str], bool] = {}
    files: set[str] = set()
    source, at = "", 0
    for at, line in enumerate(decode(raw, path).splitlines(), 1):
        key, _, value = line.strip().partition(":")
        if key == "SF" and value and not source:
            source = value
            files.add(value)
        elif key == "DA" and source:
            parts = value.split(",")
            hits = whole(parts[1]) if len(parts) > 1 else None
            if hits is None:
                raise BadReport("not a DA record", place=Place(path, at, 1), expected="DA:<line>,<hits>", got=line[:60])
            lines[source, parts[0]] = max(lines.get((source, parts[0]), 0), hits)
        elif key == "BRDA" and source:
            place, _, taken = value.rpartition(",")
            if not place or (taken != "-" and whole(taken) is None):
                raise BadReport("not a BRDA record", place=Place(path, at, 1), got=line[:60])
            branches[source, place] = branches.get((source, place), False) or taken not in ("-", "0")
        elif line.strip() == "end_of_record":
            source = ""
        elif line.strip() and key not in _LCOV:
            raise BadReport("not a record of LCOV", place=Place(path, at, 1), got=repr(line[:60]))
    if source or not files:
        raise BadReport("cut off", place=Place(path, at, 1), expected="end_of_record")
    counted = sum(1 for hits in lines.values() if hits), len(lines)
    return Coverage(
        "lcov", _sane(counted, path), _branch((taken, 1) for taken in branches.values()), None, frozenset(files)
    )


_LCOV = frozenset(
    [
        "TN",
        "SF",
        "FN",
        "FNDA",
        "FNF",
        "FNH",
        "FNL",
        "FNA",
        "BRDA",
        "BRF",
        "BRH",
        "DA",
        "LF",
        "LH",
        "VER",
        "MCDC",
        "MCF",
        "MCH",
    ]
) | {"#"}


def coveragepy(raw: bytes, path: str) -> Coverage:
    """The JSON report of coverage.py."""
    data = read_object(raw, path)
    totals, meta, files = data.get("totals"), data.get("meta"), data.get("files")
    if not isinstance(totals, dict) or not isinstance(meta, dict) or not isinstance(files, dict):
        raise BadReport("not a report of coverage.py", place=Place(path, 1, 1), expected="meta, files and totals")
    lines = _pair(whole(totals.get("covered_lines")), whole(totals.get("num_statements")), path)
    branches = None
    if meta.get("branch_coverage") is True:
        branches = _pair(whole(totals.get("covered_branches")), whole(totals.get("num_branches")), path)
    at = moment(meta.get("timestamp"))
    return Coverage("coverage.py", _sane(lines, path), branches, at, frozenset(files))


def istanbul(raw: bytes, path: str) -> Coverage:
    """The summary of Istanbul (`coverage-summary.json`, as Jest, Vitest and nyc write it)."""
    data = read_object(raw, path)
    total = data.get("total")
    pairs = {}
    for name in ("lines", "branches"):
        part = total.get(name) if isinstance(total, dict) else None
        part = part if isinstance(part, dict) else {}
        pairs[name] = _sane(_pair(whole(part.get("covered")), whole(part.get("total")), path), path)
    return Coverage("istanbul", pairs["lines"], pairs["branches"], None, frozenset(data) - {"total"})


def go(raw: bytes, path: str) -> Coverage:
    """The cover profile of Go: its statements, which is what `go tool cover` counts."""
    statements: dict[str, tuple[int, bool]] = {}
    lines = decode(raw, path).splitlines()
    if not lines or not re.fullmatch(r"mode: (set|count|atomic)", lines[0].strip()):
        raise BadReport("not a cover profile", place=Place(path, 1, 1), expected="mode: set, count or atomic")
    for at, line in enumerate(lines[1:], 2):
        found = re.fullmatch(r"(.+:\d+\.\d+,\d+\.\d+) (\d{1,9}) (\d{1,18})", line.strip())
        if not found and line.strip():
            raise BadReport("not a block of a cover profile", place=Place(path, at, 1), got=repr(line[:60]))
        if found:
            before = statements.get(found[1], (0, False))
            statements[found[1]] = int(found[2]), before[1] or found[3].strip("0") != ""
    covered = sum(size for size, hit in statements.values() if hit)
    total = sum(size for size, _ in statements.values())
    files = frozenset(block.rpartition(":")[0] for block in statements)
    return Coverage("go", _sane((covered, total), path), None, None, files)


def _pair(covered: int | None, total: int | None, path: str) -> tuple[int, int]:
    if covered is None or total is None:
        raise BadReport("counts are missing", place=Place(path), expected="covered and countable lines")
    return covered, total


def _sane(pair: tuple[int, int], path: str) -> tuple[int, int]:
    if pair[0] > pair[1] or not pair[1]:
        raise BadReport(
            "it measured nothing that could be covered" if not pair[1] else "more covered than there is",
            place=Place(path),
        )
    return pair


def _branch(parts: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    pairs = list(parts)
    return (sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)) if pairs else None


def merge(reports: list[Coverage]) -> Coverage:
    """Several reports of one format as one. Where they measured the same files, the newest alone counts.

    `reports` come newest first.
    """
    kept: list[Coverage] = []
    seen: set[str] = set()
    for report in reports:
        if not kept or (report.files and not (report.files & seen)):
            kept.append(report)
            seen |= report.files
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for report in kept:
        for name, pair in (("lines", report.lines), ("branches", report.branches or (0, 0))):
            sums[name][0] += pair[0]
            sums[name][1] += pair[1]
    every = all(report.branches for report in kept)
    branches = (sums["branches"][0], sums["branches"][1]) if every else None
    dates = [report.at for report in kept if report.at]
    return Coverage(
        kept[0].tool, (sums["lines"][0], sums["lines"][1]), branches, min(dates, default=None), frozenset(seen)
    )
