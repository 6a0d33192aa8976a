"""From page to page: which page comes after an answer, for each kind of paging. Pure.

A cursor is a small JSON object that says where to go on; None is the first page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greenboard.connections.expressions import Env
from greenboard.connections.expressions.compiling import truth
from greenboard.connections.expressions.function import is_number
from greenboard.connections.manifest import Page
from greenboard.connections.plan import StreamPlan
from greenboard.connections.types import Failed, Json, Reason

Cursor = dict[str, Any]
_LINK = re.compile(r'<([^>]*)>\s*((?:;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^;,"]*)\s*)*)')
_EMPTY = 'results="false"'
_NEXT = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^;,\s]*))', re.IGNORECASE)


def params(page: Page, cursor: Cursor | None) -> dict[str, Any]:
    """What is asked for besides, by name of the parameter; where it goes says `page.place`."""
    asked: dict[str, Any] = {}
    if page.size_param and page.size:
        asked[page.size_param] = page.size
    if page.kind == "page":
        asked[page.param] = cursor["at"] if cursor else page.first
    elif page.kind == "offset":
        asked[page.param] = cursor["at"] if cursor else 0
    elif page.kind == "cursor" and cursor:
        asked[page.param] = cursor["at"]
    return asked


def address(cursor: Cursor | None) -> str | None:
    """The whole address of the page, where the tool gave one."""
    return str(cursor["url"]) if cursor and "url" in cursor else None


@dataclass(frozen=True)
class Got:
    """What a page gave: the body, the headers, and how many records there were."""

    body: Json
    headers: Mapping[str, str]
    records: int
    env: Env


def following(plan: StreamPlan, cursor: Cursor | None, got: Got) -> Cursor | None:
    """The cursor of the page after this one; None when this was the last.

    Raises:
        Failed: the answer says that there is more, and not where.

    """
    page = plan.spec.page
    if page.kind == "none":
        return None
    more = truth(plan.more(got.body, got.env)) if plan.more else None
    if more is False:
        return None
    if page.kind == "link":
        found = link(got.headers.get("link", ""))
        return {"url": found} if found else None
    if page.kind in ("next", "cursor"):
        return _told(plan, got, more=more)
    return _counted(plan, cursor, got, more=more)


def link(header: str) -> str | None:
    """The address with `rel="next"` of a Link header (RFC 8288), unless it is said to have no results, as of Sentry."""
    for found in _LINK.finditer(header):
        relation = _NEXT.search(found[2])
        if relation and "next" in (relation[1] or relation[2] or "").lower().split() and _EMPTY not in found[2]:
            return found[1]
    return None


def _told(plan: StreamPlan, got: Got, *, more: bool | None) -> Cursor | None:
    """Where the tool says that it goes on: in the body, or in a header."""
    page = plan.spec.page
    value = plan.next(got.body, got.env) if plan.next else got.headers.get(page.header.lower())
    if value in (None, "", False):
        if more:
            raise Failed(Reason("theirs", "The tool says that there is more, and not where."))
        return None
    if not isinstance(value, str | int):
        raise Failed(Reason("theirs", "The tool does not say in a usable way where the next page is."))
    return {"url": str(value)} if page.kind == "next" else {"at": value}


def _counted(plan: StreamPlan, cursor: Cursor | None, got: Got, *, more: bool | None) -> Cursor | None:
    page = plan.spec.page
    before = cursor or {"at": page.first if page.kind == "page" else 0, "seen": 0}
    seen = before["seen"] + got.records
    total = plan.total(got.body, got.env) if plan.total else None
    if is_number(total):
        if seen >= total:
            return None
    elif not more and _is_last(page, got.records):
        return None
    if not got.records:
        raise Failed(Reason("theirs", "The tool says that there is more, and gives an empty page."))
    step = 1 if page.kind == "page" else page.size or got.records
    return {"at": before["at"] + step, "seen": seen}


def _is_last(page: Page, records: int) -> bool:
    return not records or (page.until == "short" and page.size is not None and records < page.size)
