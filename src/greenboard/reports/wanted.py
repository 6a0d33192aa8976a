"""What a report is asked for: an address query, read. The same for a page, a saved view and the API. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from greenboard.catalog.columns import FIELDS
from greenboard.core import clock
from greenboard.core.errors import UserError

NAMES = (*FIELDS, "scorecard", "as_of", "since", "by", "group", "show", "table")
"""The parameters that reports know."""
_LONGEST = 2_000


@dataclass(frozen=True)
class Wanted:
    """What is asked for. `as_of` None is now; `now` is the moment that is shown, either way.

    `group` is one group of those that `by` makes; `show` how the columns of a table are arranged.
    """

    now: datetime
    as_of: datetime | None
    since: datetime
    filters: Mapping[str, str] = field(default_factory=dict)
    scorecard: str = ""
    by: str = ""
    group: str = ""
    show: str = ""
    table: str = ""


def read(given: Mapping[str, str], now: datetime, span: str = "90d") -> Wanted:
    """Read parameters; those that are empty ask for nothing.

    Raises:
        UserError: a parameter that reports do not know, or a moment that cannot be meant.

    """
    told = {name: text.strip() for name, text in given.items() if text.strip()}
    for name in told:
        if name not in NAMES:
            raise UserError(f"no report knows {name!r}", expected=", ".join(NAMES))
    try:
        as_of = clock.as_of(told["as_of"], now) if "as_of" in told else None
        shown = as_of or now
        since = _since(told.get("since", span), shown)
    except OverflowError:
        raise UserError("a day beyond the calendar", got=told.get("as_of") or told.get("since")) from None
    return Wanted(
        now=shown,
        as_of=as_of,
        since=since,
        filters={name: told[name] for name in FIELDS if name in told},
        **{name: told.get(name, "") for name in ("scorecard", "by", "group", "show", "table")},
    )


def _since(text: str, shown: datetime) -> datetime:
    """The moment that a length of time before, or a day, means."""
    if text[-1:] in "smhdw":
        return shown - clock.parse_span(text)
    return min(clock.parse_time(text), shown)


def query(text: str) -> dict[str, str]:
    """The parameters of an address query, as views keep it.

    Raises:
        UserError: it is too long, or says something twice.

    """
    if len(text) > _LONGEST:
        raise UserError("the query of a view is too long", expected=f"at most {_LONGEST} signs", got=str(len(text)))
    pairs = parse_qsl(text.removeprefix("?"))
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UserError("the query of a view says something twice", got=text[:200])
    return found


def written(given: Mapping[str, str]) -> str:
    """Parameters as an address query, always the same way."""
    return urlencode(sorted((name, text) for name, text in given.items() if name in NAMES and text))
