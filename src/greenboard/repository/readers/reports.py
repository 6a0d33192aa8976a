"""What reports in the tree say of a component: tests, coverage, findings, parts, load, accessibility and more."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.repository.report_files import of_component
from greenboard.repository.reports import recognise, summary
from greenboard.repository.types import Found, Missed, Reader, Scope

_ABOUT_REPOSITORIES = frozenset({"security_practice"})


def read(scope: Scope) -> Iterator[Found | Missed]:
    """A fact for each type and tool that reports of this component speak of."""
    said = summary.told(of_component(scope), scope.now)
    yield from (one for one in said if one.type not in _ABOUT_REPOSITORIES)


READER = Reader(
    "reports", tuple(name for name in recognise.types() if name not in _ABOUT_REPOSITORIES), "component", read
)
