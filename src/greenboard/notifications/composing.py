"""What a message says: a letter made of notices. Pure; `rendering` gives it the form of a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from greenboard.core import clock
from greenboard.core.happened import Severity
from greenboard.notifications.types import SEVERITIES, Case, Gathers, Letter, Notice, since

SHOWN = 20
"""So many cases are in a letter; the others are counted."""
CAP = 20
"""So many messages an hour one is sent at most; what comes beyond it comes together."""
_LONGEST = 400
_SINCE = "What happened since the last digest."
SIGNS: Mapping[Severity, tuple[str, str]] = {
    Severity.INFO: ("•", "For your information"),
    Severity.WARNING: ("!", "Warning"),
    Severity.CRITICAL: ("‼", "Critical"),
}
"""What stands before a case that is no result."""


@dataclass(frozen=True)
class Told:
    """All that a letter says besides its cases.

    `origin` is where the portal is, `path` the page of all cases where they have none in common. `to` is
    whom it goes to, as its subject names them, `foot` why they are told, `settings` the page to change that. `standing`
    says in the digest of a team at which levels it is.
    """

    number: str
    at: datetime
    gathers: Gathers
    count: int
    origin: str
    path: str
    to: str
    foot: str
    settings: str
    standing: str = ""


def letter(notices: Sequence[Notice], told: Told) -> Letter:
    """The letter of a message: what matters most first, then what is newest."""
    ordered = sorted(notices, key=lambda one: (-SEVERITIES.index(one.severity), -one.at.timestamp()))
    paths = {one.path for one in notices}
    path = ordered[0].path if len(paths) == 1 and ordered[0].path else told.path
    return Letter(
        number=told.number,
        at=clock.format_time(told.at),
        subject=line(_subject(ordered, told)),
        intro=_intro(told),
        cases=tuple(_case(one, told.origin) for one in ordered[:SHOWN]),
        count=told.count,
        url=absolute(told.origin, path),
        foot=told.foot,
        settings_url=absolute(told.origin, told.settings),
    )


def absolute(origin: str, path: str) -> str:
    """The address of a page; of what is no path of ours, that of the portal."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return origin + (path if ours else "/")


def line(text: str, most: int = 200) -> str:
    """Text on one line, without what controls anything, and no longer than there is room."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _subject(ordered: Sequence[Notice], told: Told) -> str:
    of = f" of {told.to}" if told.to else ""
    several = f"{told.count:,} {'notice' if told.count == 1 else 'notices'}"
    match told.gathers:
        case Gathers.DIGEST:
            return f"Digest{of}: {several}"
        case Gathers.QUIET:
            return f"In the quiet hours{of}: {several}"
        case Gathers.CAP:
            return f"Together, as there are so many: {several}"
    return ordered[0].title if told.count == 1 else f"{ordered[0].title} And {told.count - 1:,} more like it."


def _intro(told: Told) -> str:
    match told.gathers:
        case Gathers.DIGEST:
            return f"{told.standing} {_SINCE}".strip()
        case Gathers.QUIET:
            return "What happened during the quiet hours."
        case Gathers.CAP:
            return f"More than {CAP} messages came within an hour, so the rest of that hour comes in one."
        case Gathers.TEST:
            return "Somebody sent this to see whether it arrives. There is nothing to do."
    return f"{told.count:,} times the same, told once." if told.count > 1 else ""


def _case(notice: Notice, origin: str) -> Case:
    glyph, word = (notice.glyph, notice.word) if notice.glyph else SIGNS[notice.severity]
    return Case(
        glyph=glyph,
        word=word,
        title=line(notice.title),
        why=line(notice.why, _LONGEST),
        todo=line(notice.todo, _LONGEST),
        since=since(notice.at),
        url=absolute(origin, notice.path),
        answer=notice.answer,
    )
