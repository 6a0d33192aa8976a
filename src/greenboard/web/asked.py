"""What the address of a page asks for: scorecard, grouping, filters, as-of, since, sort, search.

Everything that a page can show lives in its address, so that a view can be shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest

from greenboard.catalog.columns import FIELDS
from greenboard.core import clock
from greenboard.core.errors import UserError

FILTERS = FIELDS
KNOWN = (
    *FILTERS,
    "scorecard",
    "by",
    "group",
    "as_of",
    "since",
    "sort",
    "q",
    "level",
    "dimension",
    "rule",
    "outcome",
    "page",
    "show",
    "state",
    "category",
    "requested_by",
    "decided_by",
    "ending",
    "exemptions",
    "table",
    "item",
    "entity",
)
_SINCE = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """An address, read. `as_of` None is now; `now` is the moment that the page shows, either way."""

    path: str
    given: Mapping[str, str]
    now: datetime
    as_of: datetime | None
    since: datetime
    filters: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """One parameter."""
        return self.given.get(name, default)

    def choice(self, name: str, among: tuple[str, ...]) -> str:
        """A parameter that must be one of some words; the first of them when it is not given."""
        chosen = self.given.get(name, among[0])
        if chosen not in among:
            raise UserError(f"the address asks for {name}={chosen!r}", expected=" or ".join(among))
        return chosen

    def here(self, **changes: str | None) -> str:
        """The address of this page with some parameters changed; None takes one out. It leads to the first page."""
        merged = {**self.given, "page": None, **changes}
        return address(self.path, {key: value for key, value in merged.items() if value})

    def to(self, path: str, *keep: str, **more: str | None) -> str:
        """The address of another page; the day that is looked at, and `keep`, go along."""
        kept = {name: self.given.get(name) for name in ("as_of", *keep)}
        return address(path, {key: value for key, value in {**kept, **more}.items() if value})


def address(path: str, parameters: Mapping[str, str | None]) -> str:
    """A path with parameters, in a stable order."""
    ordered = sorted((key, value) for key, value in parameters.items() if value)
    return f"{path}?{urlencode(ordered)}" if ordered else path


def read(request: HttpRequest, now: datetime | None = None) -> Asked:
    """Read the address of a request.

    Raises:
        UserError: a date or a word in it that cannot be meant.

    """
    moment = now or clock.now()
    given = {name: request.GET[name].strip() for name in KNOWN if request.GET.get(name, "").strip()}
    try:
        with _named("as_of", given, "a day such as 2026-11-23"):
            as_of = clock.as_of(given["as_of"], moment) if "as_of" in given else None
        shown = as_of or moment
        with _named("since", given, "a length of time such as 7d, or a day such as 2026-11-23"):
            start = _start(given.get("since", ""), shown)
    except OverflowError:
        raise UserError("a day beyond the calendar", got=given.get("as_of") or given.get("since")) from None
    return Asked(
        path=request.path,
        given=given,
        now=shown,
        as_of=as_of,
        since=start,
        filters={name: given[name] for name in FILTERS if name in given},
    )


@contextmanager
def _named(name: str, given: Mapping[str, str], expected: str) -> Iterator[None]:
    """Say which part of the address it was that could not be read."""
    try:
        yield
    except UserError:
        raise UserError(f"the address asks for {name}={given[name]!r}", expected=expected) from None


def _start(text: str, shown: datetime) -> datetime:
    """The moment a since means: a date, or a length of time such as `30d`."""
    if not text:
        return shown - _SINCE
    if text[-1:] in "smhdw":
        return shown - clock.parse_span(text)
    return min(clock.parse_time(text), shown)


def since(asked: Asked, default: str) -> Asked:
    """The same address, with another stretch of time where it does not say one."""
    return asked if asked.get("since") else replace(asked, since=_start(default, asked.now))
