"""Whether an attestation can be as it is wanted: held against its policy, and what each has to be. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from greenboard.attestations import questions
from greenboard.attestations.deciding import end_of
from greenboard.attestations.types import Answer, Given, Policy, Proof, Wish
from greenboard.core.errors import Place, UserError, UserErrors

MOST_EVIDENCE = 20
STATEMENT, WORDS, ADDRESS, PATH, ROLE, RELEASE = 4_000, 10_000, 2_000, 500, 100, 64
"""The longest of each, in characters."""
_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Placing = Callable[[str], Place | None]
"""Where a part of a wish stands: `until`, `answers.auditor`, `evidence.0`."""


@dataclass(frozen=True)
class Settled:
    """What an attestation comes to."""

    statement: str
    answers: Mapping[str, Answer]
    expires_at: datetime


def nowhere(_: str) -> None:
    """For wishes that stand in no file."""


def settle(policy: Policy, wish: Wish, now: datetime, place: Placing = nowhere) -> Settled:
    """Hold a wish against its policy.

    Raises:
        UserError: something in it does not fit; all of that is told.

    """
    wrong = list(_plain(policy, wish, place))
    answers, unfit = questions.read(policy.questions, wish.answers, now.date(), lambda name: place(f"answers.{name}"))
    wrong += unfit
    wrong += _evidence(policy, wish, place)
    latest = (now + policy.valid_for).date()
    until = wish.until or latest
    if not now.date() <= until <= latest:
        expected = f"a day from {now.date()} to {latest}"
        wrong.append(
            UserError(f"{policy.item} cannot be attested until {until}", place=place("until"), expected=expected)
        )
    if wrong:
        raise wrong[0] if len(wrong) == 1 else UserErrors(wrong)
    return Settled(wish.statement.strip() or policy.statement, answers, end_of(until))


def _plain(policy: Policy, wish: Wish, place: Placing) -> Iterator[UserError]:
    kind = wish.entity.kind
    if kind not in policy.kinds:
        yield UserError(
            f"{policy.item} is not asked of a {kind}", place=place("item"), expected=", ".join(policy.kinds)
        )
    if wish.environment and not _ENVIRONMENT.fullmatch(wish.environment):
        expected = "letters, digits, dots, dashes and underscores"
        yield UserError("not a name of an environment", place=place("environment"), expected=expected)
    for name, text, most in (("release", wish.release, RELEASE), ("role", wish.role, ROLE)):
        if len(text) > most or not text.isprintable():
            yield UserError(f"{name}: not one line of at most {most} characters", place=place(name))
    yield from _text("statement", wish.statement, STATEMENT, place)


def _text(name: str, text: str, most: int, place: Placing) -> Iterator[UserError]:
    if len(text) > most:
        yield UserError(f"{name}: {len(text):,} characters", place=place(name), expected=f"at most {most:,}")
    if _UNSTORABLE.search(text):
        yield UserError(f"{name}: a character that cannot be printed", place=place(name))


def _evidence(policy: Policy, wish: Wish, place: Placing) -> Iterator[UserError]:
    if len(wish.evidence) > MOST_EVIDENCE:
        yield UserError(
            "more evidence than anybody reads", expected=f"at most {MOST_EVIDENCE}", place=place("evidence")
        )
    for number, one in enumerate(wish.evidence[:MOST_EVIDENCE]):
        yield from _single(f"evidence.{number}", one, place)
    if policy.need and not any(one.kind in policy.need for one in wish.evidence):
        expected = " or ".join(_NAMES[kind] for kind in policy.need)
        yield UserError(f"evidence is missing: {policy.evidence}", place=place("evidence"), expected=expected)


_NAMES = {
    Proof.LINK: "a link",
    Proof.FILE: "a file",
    Proof.TEXT: "words",
    Proof.PATH: "a path in its repository",
}


def _single(name: str, one: Given, place: Placing) -> Iterator[UserError]:
    match one.kind:
        case Proof.LINK:
            if len(one.text) > ADDRESS or not _is_address(one.text):
                yield UserError(
                    "evidence: not an address", expected="https://…", got=repr(one.text[:80]), place=place(name)
                )
        case Proof.TEXT:
            yield from _text(name, one.text, WORDS, place)
        case Proof.PATH:
            parts = one.text.split("/")
            if len(one.text) > PATH or not one.text.isprintable() or {"", ".", ".."} & set(parts) or "\\" in one.text:
                expected = "a path below the root of the repository"
                yield UserError("evidence: not a path", expected=expected, got=repr(one.text[:80]), place=place(name))
        case Proof.FILE:
            if one.upload is None:
                yield UserError("evidence: a file that was not handed in", place=place(name))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and text.isprintable() and " " not in text
