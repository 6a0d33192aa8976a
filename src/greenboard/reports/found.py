"""The reports that there are, found by looking; and computing one."""

from __future__ import annotations

from functools import cache
from typing import Any

from greenboard.access.sight import Sight
from greenboard.core.discovery import modules
from greenboard.core.errors import UserError, suggest
from greenboard.reports import ground, wanted
from greenboard.reports.types import Report

_FOLDER = "greenboard.reports.each"


class NoReport(UserError):
    """There is none of that name."""

    status = 404


@cache
def reports() -> tuple[Report, ...]:
    """Every report, in the order in which they are offered."""
    return tuple(sorted((module.REPORT for module in modules(_FOLDER)), key=lambda one: (one.order, one.name)))


def report(name: str) -> Report:
    """The report of a name.

    Raises:
        NoReport: there is none.

    """
    for one in reports():
        if one.name == name:
            return one
    names = [one.name for one in reports()]
    raise NoReport(f"no report {name!r}", expected=", ".join(names), hint=suggest(name, names))


def computed(one: Report, asked: wanted.Wanted, sight: Sight) -> tuple[ground.Ground, Any]:
    """A report with the ground that it was computed of."""
    found = ground.load(asked, sight)
    return found, one.build(found)
