"""What others are told of makings: made, failed, merged or closed, and that there is a newer version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from greenboard.core.events import announce
from greenboard.core.happened import Happened, Happening, Severity
from greenboard.scaffolds import store
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Landing, Purpose

_LONGEST = 500


def made(row: Making, now: datetime) -> None:
    """It is made: rendered, pushed, and where it is reviewed, a pull request is open."""
    what = "The update of" if row.purpose == Purpose.UPDATE else "What was made from"
    if row.number is None:
        where = "to be downloaded" if row.way == Landing.DOWNLOAD else f"in {row.repository}"
        _tell(Happening.SCAFFOLD_MADE, row, now, f"{what} {row.title} is there, {where}.")
        return
    title = f"{what} {row.title} waits in {row.repository} as pull request {row.number}."
    _tell(Happening.SCAFFOLD_MADE, row, now, title, todo="Review the pull request, and merge it.")


def failed(row: Making, why: str, now: datetime) -> None:
    """It failed, and whoever wanted it decides."""
    title = f"{row.title} could not be made" + (f" in {row.repository}." if row.repository else ".")
    todo = "See what was wrong, and try it again."
    _tell(Happening.SCAFFOLD_FAILED, row, now, title, why=why[:_LONGEST], todo=todo, severity=Severity.WARNING)


def ended(row: Making, now: datetime) -> None:
    """Its pull request was merged, or closed without that."""
    how = "was merged" if row.landed_at else "was closed without being merged"
    title = f"Pull request {row.number} of {row.repository} with {row.title} {how}."
    _tell(Happening.SCAFFOLD_MERGED, row, now, title, {"merged": row.landed_at is not None})


def behind(first: Making, version: str, newest: str, now: datetime, *, itself: bool) -> None:
    """Its scaffold has a newer version. Where updates are opened by themselves there is nothing to do yet."""
    title = f"{first.repository} has version {version} of {first.title}; the newest is {newest}."
    todo = "" if itself else "Open an update."
    _tell(Happening.SCAFFOLD_BEHIND, first, now, title, {"has": version, "newest": newest}, todo=todo)


def _tell(
    kind: Happening, row: Making, now: datetime, title: str, also: dict[str, Any] | None = None, **more: Any
) -> None:
    data = {
        "making": row.pk,
        "scaffold": row.scaffold,
        "version": row.version,
        "purpose": row.purpose,
        "repository": row.repository,
        "pull_request": row.number,
        "url": row.pull_url or row.url,
        "rule": row.rule,
        **(also or {}),
    }
    told: dict[str, Any] = {"path": f"/makings/{row.pk}", "entity": store.entity(row), "people": (row.by,)}
    announce(Happened(kind, now, title, key=f"{kind.value}:{row.pk}", data=data, **told, **more))
