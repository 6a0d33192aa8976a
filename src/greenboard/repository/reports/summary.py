"""What several reports of one component come to: one fact for each fact type and tool. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from greenboard.repository.ci.judge import kinds_in
from greenboard.repository.reports import counted, findings, infrastructure
from greenboard.repository.reports.dated import Dated, found, recent
from greenboard.repository.reports.types import (
    Accessibility,
    Bill,
    Coverage,
    Load,
    Manifests,
    Plan,
    Report,
    ReportFile,
    Scan,
    Suite,
    Told,
)
from greenboard.repository.types import Found, Missed

_R = TypeVar("_R", bound=Report)


def told(files: Sequence[ReportFile], now: datetime) -> Iterator[Found | Missed]:
    """A fact for each type and tool that the reports speak of, and why others say nothing."""
    broken: dict[str, set[str]] = defaultdict(set)
    for file in files:
        if file.problem is not None:
            place = file.problem.place
            for name in file.format.types:
                broken[name].add(file.path)
                yield Missed(name, str(file.problem), str(place) if place else file.path)
    yield from _suites(_dated(files, Suite, now))
    yield from _coverage(_dated(files, Coverage, now))
    yield from findings.told(_dated(files, Scan, now), partly=bool(broken["vulnerability"]))
    yield from _bills(_dated(files, Bill, now))
    yield from _loads(_dated(files, Load, now))
    yield from _accessibility(_dated(files, Accessibility, now))
    yield from infrastructure.plans(_dated(files, Plan, now))
    yield from infrastructure.manifests(_dated(files, Manifests, now))
    yield from _told(_dated(files, Told, now))


def _dated(files: Sequence[ReportFile], kind: type[_R], now: datetime) -> list[Dated[_R]]:
    """Reports of one kind, newest first. A date in the future is a clock gone wrong: the file's own is taken."""
    listed = []
    for file in files:
        for report in file.reports:
            if isinstance(report, kind):
                stated = report.at if report.at and report.at <= now + timedelta(days=1) else None
                listed.append((file, report, min(stated or file.at, now)))
    return sorted(listed, key=lambda part: (part[2], part[0].path), reverse=True)


def _suites(dated: Sequence[Dated[Suite]]) -> Iterator[Found]:
    by_kind: dict[str, list[Dated[Suite]]] = defaultdict(list)
    for part in dated:
        by_kind[_suite_kind(part[0].path, part[1])].append(part)
    items: list[Mapping[str, Any]] = []
    places: dict[str, str] = {}
    used: list[Dated[Suite]] = []
    for kind, parts in sorted(by_kind.items()):
        newest = recent(parts)
        sums = {name: sum(getattr(part[1], name) for part in newest) for name in ("total", "failed", "skipped")}
        items.append({"kind": kind, **sums, "last_run_at": min(part[2] for part in newest)})
        places[kind] = f"{newest[0][0].path}:1"
        used += newest
    if items:
        yield found("test_suite", items, used, "junit", places)


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
    same = [part for part in recent(dated) if part[1].tool == tool]
    merged = counted.merge([part[1] for part in same])
    value: dict[str, Any] = {
        "line_pct": _share(merged.lines),
        "tool": tool,
        "measured_at": min(part[2] for part in same),
    }
    if merged.branches and merged.branches[1]:
        value["branch_pct"] = _share(merged.branches)
    yield found("coverage", value, same, tool)


def _share(pair: tuple[int, int]) -> float:
    return round(100 * pair[0] / pair[1], 2)


def _bills(dated: Sequence[Dated[Bill]]) -> Iterator[Found]:
    """The newest bill; where several were made together, the one with the most parts."""
    if not dated:
        return
    chosen = max(recent(dated), key=lambda part: (part[1].components, part[2]))
    bill = chosen[1]
    value: dict[str, Any] = {
        "format": bill.format,
        "components": bill.components,
        "licenses": list(bill.licenses),
        "unlicensed": bill.unlicensed,
        "created_at": chosen[2],
    }
    yield found("sbom", value, [chosen], bill.format)
    if bill.packages or not bill.components:
        yield found("packages", [{"file": chosen[0].path, "urls": list(bill.packages)}], [chosen], bill.format)


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
        yield found("load_test", items, list(parts.values()), tool, places)


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
        newest = recent(parts)
        value: dict[str, Any] = {"tool": tool, "measured_at": min(part[2] for part in newest)}
        if tool == "axe":
            value["critical"] = sum(part[1].critical or 0 for part in newest)
            value["serious"] = sum(part[1].serious or 0 for part in newest)
        else:
            value["score"] = min(part[1].score or 0.0 for part in newest)
        yield found("accessibility", value, newest, tool)


def _told(dated: Sequence[Dated[Told]]) -> Iterator[Found]:
    """What is said in the fields of a fact type: items unite, the newest goes before the others."""
    by_type: dict[tuple[str, str], list[Dated[Told]]] = defaultdict(list)
    for part in dated:
        by_type[part[1].type, part[1].tool].append(part)
    for (kind, tool), parts in sorted(by_type.items()):
        newest = parts[0][1]
        if isinstance(newest.value, Mapping):
            yield found(kind, newest.value, parts[:1], tool)
        else:
            yield found(kind, list(_items(parts)), parts, tool)


def _items(parts: Sequence[Dated[Told]]) -> Iterator[Mapping[str, Any]]:
    seen: set[object] = set()
    for _, report, _ in parts:
        for item in report.value if not isinstance(report.value, Mapping) else ():
            if not report.key or item[report.key] not in seen:
                yield item
            seen.add(item[report.key] if report.key else None)
