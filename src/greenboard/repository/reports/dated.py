"""Reports with their dates: which are of the same run, and how old what they say together is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from greenboard.facts.types import SourceKind
from greenboard.repository.reports.types import Report, ReportFile
from greenboard.repository.types import Found

_SAME_RUN = timedelta(days=7)
"""Reports of one kind that are older than the newest by more than this are taken as left over."""
_R = TypeVar("_R", bound=Report)
Dated = tuple[ReportFile, _R, datetime]


def recent(dated: Sequence[Dated[_R]]) -> list[Dated[_R]]:
    """Those that are of the same run as the newest, which comes first."""
    return [part for part in dated if dated[0][2] - part[2] <= _SAME_RUN]


def found(
    kind: str, value: Any, dated: Sequence[Dated[_R]], tool: str, places: Mapping[str, str] | None = None
) -> Found:
    """The fact of some reports: as old as the oldest of them."""
    location = f"{dated[0][0].path}:1"
    return Found(kind, value, location, places or {}, min(part[2] for part in dated), SourceKind.REPORT, tool)
