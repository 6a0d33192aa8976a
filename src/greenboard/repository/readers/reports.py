"""What reports in the tree say of a component: tests, coverage, findings, parts, load, accessibility."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from greenboard.facts.types import SourceKind
from greenboard.repository.ci.judge import kinds_in
from greenboard.repository.report_files import ReportFile, report_files
from greenboard.repository.reports import coverage
from greenboard.repository.reports.sarif import SEVERITIES
from greenboard.repository.reports.types import Accessibility, Bill, Coverage, Load, Report, Scan, Suite
from greenboard.repository.types import Found, Missed, Reader, Scope

_SAME_RUN = timedelta(days=7)
"""Reports of one kind that are older than the newest by more than this are taken as left over."""
_R = TypeVar("_R", bound=Report)
Dated = tuple[ReportFile, _R, datetime]


def read(scope: Scope) -> Iterator[Found | Missed]:
    """A fact for each type and tool that reports of this component speak of."""
    files = _own(scope)
    broken: dict[str, set[str]] = defaultdict(set)
    for file in files:
        if file.problem is not None:
            broken[file.type].add(file.path)
            place = file.problem.place
            yield Missed(file.type, str(file.problem), str(place) if place else file.path)
    yield from _suites(_dated(files, Suite, scope.now))
    yield from _coverage(_dated(files, Coverage, scope.now))
    yield from _scans(_dated(files, Scan, scope.now), broken["vulnerability"])
    yield from _bills(_dated(files, Bill, scope.now))
    yield from _loads(_dated(files, Load, scope.now))
    yield from _accessibility(_dated(files, Accessibility, scope.now))


def _own(scope: Scope) -> list[ReportFile]:
    """The reports that belong to this component: those whose home is a folder of its own files."""
    below = [file for file in report_files(scope.tree) if file.path.startswith(scope.root)]
    owned = {path.rpartition("/")[0] for path in scope.files} if below else set()
    return [file for file in below if file.home in owned or file.home == scope.component.path]


def _dated(files: Sequence[ReportFile], kind: type[_R], now: datetime) -> list[Dated[_R]]:
    """Reports of one kind, newest first. A date in the future is a clock gone wrong: the file's own is taken."""
    found = []
    for file in files:
        for report in file.reports:
            if isinstance(report, kind):
                stated = report.at if report.at and report.at <= now + timedelta(days=1) else None
                found.append((file, report, min(stated or file.at, now)))
    return sorted(found, key=lambda part: (part[2], part[0].path), reverse=True)


def _recent(dated: Sequence[Dated[_R]]) -> list[Dated[_R]]:
    return [part for part in dated if dated[0][2] - part[2] <= _SAME_RUN]


def _found(
    kind: str, value: Any, dated: Sequence[Dated[_R]], tool: str, places: Mapping[str, str] | None = None
) -> Found:
    """The fact of some reports: as old as the oldest of them."""
    location = f"{dated[0][0].path}:1"
    return Found(kind, value, location, places or {}, min(part[2] for part in dated), SourceKind.REPORT, tool)


def _suites(dated: Sequence[Dated[Suite]]) -> Iterator[Found]:
    by_kind: dict[str, list[Dated[Suite]]] = defaultdict(list)
    for part in dated:
        by_kind[_suite_kind(part[0].path, part[1])].append(part)
    items: list[Mapping[str, Any]] = []
    places: dict[str, str] = {}
    used: list[Dated[Suite]] = []
    for kind, parts in sorted(by_kind.items()):
        recent = _recent(parts)
        sums = {name: sum(getattr(part[1], name) for part in recent) for name in ("total", "failed", "skipped")}
        items.append({"kind": kind, **sums, "last_run_at": min(part[2] for part in recent)})
        places[kind] = f"{recent[0][0].path}:1"
        used += recent
    if items:
        yield _found("test_suite", items, used, "junit", places)


def _suite_kind(path: str, suite: Suite) -> str:
    """The kind that the path, or the names of the suites together, speak of; unit where none does."""
    folded = path.replace("failsafe-reports", "integration-tests").replace("playwright", "e2e")
    for text in (folded.rpartition("/")[2], folded, " ".join(suite.names[:3])):
        kinds = kinds_in(text) - {"unit"}
        if len(kinds) == 1:
            return kinds.pop()
    return "unit"


def _coverage(dated: Sequence[Dated[Coverage]]) -> Iterator[Found]:
    """One fact: of several formats, the newest (they describe the same run); of one format, all modules together."""
    if not dated:
        return
    tool = dated[0][1].tool
    same = [part for part in _recent(dated) if part[1].tool == tool]
    merged = coverage.merge([part[1] for part in same])
    value: dict[str, Any] = {
        "line_pct": _share(merged.lines),
        "tool": tool,
        "measured_at": min(part[2] for part in same),
    }
    if merged.branches and merged.branches[1]:
        value["branch_pct"] = _share(merged.branches)
    yield _found("coverage", value, same, tool)


def _share(pair: tuple[int, int]) -> float:
    return round(100 * pair[0] / pair[1], 2)


def _scans(dated: Sequence[Dated[Scan]], broken: set[str]) -> Iterator[Found | Missed]:
    """One fact for each scanner. Findings of several recent reports of one kind add up."""
    by_tool: dict[str, dict[str, list[Dated[Scan]]]] = defaultdict(lambda: defaultdict(list))
    for part in dated:
        by_tool[part[1].tool][part[1].kind].append(part)
    for tool, kinds in sorted(by_tool.items()):
        items: list[Mapping[str, Any]] = []
        used: list[Dated[Scan]] = []
        places: dict[str, str] = {}
        for kind, parts in sorted(kinds.items()):
            recent = _recent(parts)
            item: dict[str, Any] = {"kind": kind, "scanner": tool, "last_scan_at": min(part[2] for part in recent)}
            if any(part[1].counts is None for part in recent) or broken:
                what = "a report beside it could not be read" if broken else "its findings carry no security-severity"
                yield Missed(
                    "vulnerability", f"severities of {tool} ({kind}) not known: {what}", f"{recent[0][0].path}:1"
                )
            else:
                for name in SEVERITIES:
                    item[f"open_{name}"] = sum((part[1].counts or {}).get(name, 0) for part in recent)
            items.append(item)
            places[kind] = f"{recent[0][0].path}:1"
            used += recent
        yield _found("vulnerability", items, used, tool, places)


def _bills(dated: Sequence[Dated[Bill]]) -> Iterator[Found]:
    """The newest bill; where several were made together, the one with the most parts."""
    if not dated:
        return
    chosen = max(_recent(dated), key=lambda part: (part[1].components, part[2]))
    bill = chosen[1]
    value: dict[str, Any] = {
        "format": bill.format,
        "components": bill.components,
        "licenses": list(bill.licenses),
        "unlicensed": bill.unlicensed,
        "created_at": chosen[2],
    }
    yield _found("sbom", value, [chosen], bill.format)


def _loads(dated: Sequence[Dated[Load]]) -> Iterator[Found]:
    by_tool: dict[str, dict[str, Dated[Load]]] = defaultdict(dict)
    for part in dated:
        name = part[0].path.rpartition("/")[2].rpartition(".")[0]
        by_tool[part[1].tool].setdefault(name, part)
    for tool, parts in sorted(by_tool.items()):
        items: list[Mapping[str, Any]] = [
            {"name": name, "tool": tool, "kind": _load_kind(name), "finished_at": at, **report.figures}
            for name, (_, report, at) in sorted(parts.items())
        ]
        places = {name: f"{file.path}:1" for name, (file, _, _) in parts.items()}
        yield _found("load_test", items, list(parts.values()), tool, places)


def _load_kind(name: str) -> str:
    lowered = name.lower()
    found = (kind for kind in ("stress", "soak", "scalability") if kind[:6] in lowered)
    return next(found, "load")


def _accessibility(dated: Sequence[Dated[Accessibility]]) -> Iterator[Found]:
    """One fact for each tool, over all pages checked together: the sum of violations, the lowest score."""
    by_tool: dict[str, list[Dated[Accessibility]]] = defaultdict(list)
    for part in dated:
        by_tool[part[1].tool].append(part)
    for tool, parts in sorted(by_tool.items()):
        recent = _recent(parts)
        value: dict[str, Any] = {"tool": tool, "measured_at": min(part[2] for part in recent)}
        if tool == "axe":
            value["critical"] = sum(part[1].critical or 0 for part in recent)
            value["serious"] = sum(part[1].serious or 0 for part in recent)
        else:
            value["score"] = min(part[1].score or 0.0 for part in recent)
        yield _found("accessibility", value, recent, tool)


READER = Reader(
    "reports",
    ("test_suite", "coverage", "vulnerability", "sbom", "load_test", "accessibility"),
    "component",
    read,
)
