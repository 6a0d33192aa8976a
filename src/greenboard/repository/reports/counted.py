"""Counts of coverage: pairs of what is covered and what could be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from greenboard.core.errors import Place
from greenboard.repository.reports.types import BadReport, Coverage


def pair(covered: int | None, total: int | None, path: str) -> tuple[int, int]:
    """What is covered of what could be. BadReport where one of both is not known."""
    if covered is None or total is None:
        raise BadReport("counts are missing", place=Place(path), expected="covered and countable lines")
    return covered, total


def sane(counted: tuple[int, int], path: str) -> tuple[int, int]:
    """The pair itself. BadReport where nothing could be covered, or more is than could be."""
    covered, total = counted
    if not total:
        raise BadReport("it measured nothing that could be covered", place=Place(path))
    if covered > total:
        raise BadReport("more covered than there is", place=Place(path))
    return counted


def branch(parts: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    """The sum of pairs; None where there are none."""
    pairs = list(parts)
    return (sum(one[0] for one in pairs), sum(one[1] for one in pairs)) if pairs else None


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
        for name, (covered, total) in (("lines", report.lines), ("branches", report.branches or (0, 0))):
            sums[name][0] += covered
            sums[name][1] += total
    every = all(report.branches for report in kept)
    branches = (sums["branches"][0], sums["branches"][1]) if every else None
    dates = [report.at for report in kept if report.at]
    return Coverage(
        kept[0].tool, (sums["lines"][0], sums["lines"][1]), branches, min(dates, default=None), frozenset(seen)
    )
