"""What notifications speak of: notices, ways to be told, letters. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self

from greenboard.core import clock
from greenboard.core.happened import Happening, Severity

HEARD = tuple(
    kind
    for kind in Happening
    if kind not in (Happening.ENTITY_CHANGED, Happening.FACTS_CHANGED, Happening.RULE_SAVED, Happening.HOOK_TESTED)
)
"""What people may hear of; the rest is for programs, by webhooks."""
SEVERITIES = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
"""From the least."""


class How(StrEnum):
    """How somebody hears of a kind of thing. All but `off` also put it into the inbox."""

    NOW = "now"
    DIGEST = "digest"
    INBOX = "inbox"
    OFF = "off"


class Gathers(StrEnum):
    """What a message gathers until it is written: cases of one key, or whatever comes in a time."""

    CASES = "cases"
    DIGEST = "digest"
    QUIET = "quiet"
    CAP = "cap"
    TEST = "test"


class State(StrEnum):
    """How far a message is."""

    GATHERING = "gathering"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Digest(StrEnum):
    """How often what is not told at once is told together."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True)
class Times:
    """When somebody wants to hear, on the clock of their wall. `digest_day` counts from Monday, 0."""

    zone: str = "UTC"
    quiet_from: time | None = None
    quiet_to: time | None = None
    digest: Digest = Digest.DAILY
    digest_at: time = time(9)
    digest_day: int = 0


@dataclass(frozen=True)
class Notice:
    """Something that happened, as people are told of it; the words are those of `core.happened.Happened`.

    `glyph` and `word` are what it came to, where it is a result. `answer` is its key, where one can answer it.
    """

    at: datetime
    title: str
    why: str = ""
    todo: str = ""
    path: str = ""
    severity: Severity = Severity.INFO
    glyph: str = ""
    word: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Case:
    """One notice in a letter, with the address of its page.

    `answer` names what can be answered. It is signed when the letter is sent and never kept signed: as `answer_url`,
    the page on which one person confirms, and as `button`, which a chat gives back with who pressed it.
    """

    glyph: str
    word: str
    title: str
    why: str
    todo: str
    since: str
    url: str
    answer: str = ""
    answer_url: str = ""
    button: str = ""


@dataclass(frozen=True)
class Letter:
    """What a message says, before it has the form of its channel.

    `number` tells messages apart and stays when one is sent again. `count` is how many cases there were;
    `cases` are as many as there is room for. `url` is where the rest is. `foot` says why one got it.
    """

    number: str
    at: str
    subject: str
    intro: str
    cases: tuple[Case, ...]
    count: int
    url: str
    foot: str
    settings_url: str

    @property
    def more(self) -> int:
        """How many cases there was no room for."""
        return self.count - len(self.cases)

    def plain(self) -> dict[str, Any]:
        """The letter as plain JSON."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """The letter of what `plain` gave."""
        return cls(**{**plain, "cases": tuple(Case(**case) for case in plain["cases"])})


@dataclass(frozen=True)
class Came:
    """What came of sending: whether it arrived, what was answered, and when to try again.

    `permanent` is that trying again is of no use; `advice` what to do about it.
    """

    arrived: bool
    answer: str = ""
    status: int | None = None
    permanent: bool = False
    after: timedelta | None = None
    advice: str = ""


def since(moment: datetime) -> str:
    """A moment as messages say it, which are read anywhere and at any time."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def number(key: int, made: datetime) -> str:
    """The number of a message by which a receiver knows it again."""
    return f"{key}-{clock.format_time(made).replace(':', '').replace('-', '')}"
