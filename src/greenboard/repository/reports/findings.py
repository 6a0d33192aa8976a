"""Open findings of scanners, summed up. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from greenboard.repository.reports.dated import Dated, found, recent
from greenboard.repository.reports.severity import SEVERITIES
from greenboard.repository.reports.types import Scan
from greenboard.repository.types import Found, Missed

_FIELDS = {"fixable": "fixable_critical", "exploited": "known_exploited"}
_UNRATED = "some findings carry no severity"


def told(dated: Sequence[Dated[Scan]], *, partly: bool) -> Iterator[Found | Missed]:
    """One fact for each scanner. Findings of several recent reports of one kind add up.

    `partly`: a report could not be read, so that there may be more of them.
    """
    by_tool: dict[str, dict[str, list[Dated[Scan]]]] = defaultdict(lambda: defaultdict(list))
    for part in dated:
        by_tool[part[1].tool][part[1].kind].append(part)
    for tool, kinds in sorted(by_tool.items()):
        items: list[Mapping[str, Any]] = []
        used: list[Dated[Scan]] = []
        places: dict[str, str] = {}
        for kind, parts in sorted(kinds.items()):
            newest = recent(parts)
            place = f"{newest[0][0].path}:1"
            counts = None if partly else _counts([part[1] for part in newest])
            if counts is None:
                what = "a report beside it could not be read" if partly else _UNRATED
                yield Missed(
                    "vulnerability", f"severities of {tool} ({kind}) not known: {what}", place, tool=tool, key=kind
                )
            looked = min(part[2] for part in newest)
            items.append({"kind": kind, "scanner": tool, "scanned": True, "last_scan_at": looked, **(counts or {})})
            places[kind] = place
            used += newest
        yield found("vulnerability", items, used, tool, places)


def _counts(scans: Sequence[Scan]) -> dict[str, int] | None:
    """The findings of all scans by severity, and more where every scan tells; None where a severity is not known."""
    if any(scan.counts is None for scan in scans):
        return None
    found = {f"open_{name}": sum((scan.counts or {}).get(name, 0) for scan in scans) for name in SEVERITIES}
    for field in ("fixable", "exploited"):
        told = [0 if not scan.findings else getattr(scan, field) for scan in scans]
        if None not in told:
            found[_FIELDS[field]] = sum(told)
    return found
