"""Answers right from a message: what is signed into it when it is sent, and read when somebody comes back with it.

A link in a letter to one person speaks for that person. A button of a chat says only what was asked and by which
channel: who pressed it, the chat says in a message that it signs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from django.core import signing

from greenboard.notifications.types import Case, Letter

LONGEST = timedelta(days=30)
"""So long a link or button can be used at most; what it is about ends before, mostly."""
_LINK, _BUTTON = "greenboard.notifications.link", "greenboard.notifications.button"


@dataclass(frozen=True)
class Link:
    """What a link is for: the key of what was asked, and the number of the person."""

    key: str
    person: int


def signed(letter: Letter, person: int | None, channel: int, origin: str) -> Letter:
    """A letter as it is sent to a person, or into a channel (None)."""
    return replace(letter, cases=tuple(_signed(one, person, channel, origin) for one in letter.cases))


def _signed(case: Case, person: int | None, channel: int, origin: str) -> Case:
    if not case.answer:
        return case
    button = signing.dumps([case.answer, channel], salt=_BUTTON, compress=False)
    if person is None or not origin:
        return replace(case, button=button)
    link = signing.dumps([case.answer, person], salt=_LINK, compress=False)
    return replace(case, button=button, answer_url=f"{origin}/answers/{link}")


def link(token: str) -> Link | None:
    """What a link is for; None where we did not sign it, or too long ago."""
    found = _read(token, _LINK)
    return Link(*found) if found else None


def button(token: str, channel: int) -> str | None:
    """The key of what a button of a channel is for; None as above."""
    found = _read(token, _BUTTON)
    return found[0] if found and found[1] == channel else None


def _read(token: str, salt: str) -> tuple[str, int] | None:
    try:
        key, number = signing.loads(token, salt=salt, max_age=LONGEST)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(key), int(number)
