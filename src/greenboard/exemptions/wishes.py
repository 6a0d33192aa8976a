"""Wishes for exemptions as people write them: in a form, a request or a file. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.exemptions.types import Category, Terms, Within

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ENVIRONMENT = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_PATH = re.compile(r"[^\x00-\x1f\x7f]{1,400}")


def terms(
    *,
    category: str,
    reason: str,
    control: str = "",
    ends: str = "",
    starts: str = "",
    environment: str = "",
    path: str = "",
) -> Terms:
    """The terms that somebody wrote. A day as the end means its end in UTC, as the beginning its beginning.

    Raises:
        UserError: the category, a day or the reach cannot be read.

    """
    known = [one.value for one in Category]
    if category not in known:
        raise UserError(f"no category {category!r}", expected=" or ".join(known), hint=suggest(category, known) or None)
    if environment and not _ENVIRONMENT.fullmatch(environment):
        raise UserError("not the name of an environment", expected="one line of at most 200 characters")
    if path and (not _PATH.fullmatch(path) or ".." in path.split("/")):
        raise UserError("not a path within a repository", expected="like services/api", got=repr(path[:80]))
    within = Within(environment.strip(), path.strip().strip("/"))
    return Terms(Category(category), reason, control, until(ends), _from(starts), within)


def until(text: str) -> datetime | None:
    """The end that a day or a moment means; None where none is given."""
    if not text.strip():
        return None
    if _DAY.fullmatch(text.strip()):
        return datetime.combine(_day(text.strip()), time.max, UTC)
    return clock.parse_time(text)


def _from(text: str) -> datetime | None:
    return clock.parse_time(text) if text.strip() else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError("not a day", expected="like 2026-11-23", got=repr(text)) from None
