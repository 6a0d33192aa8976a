"""A letter as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.notifications.types import Case, Letter


def text(letter: Letter) -> str:
    """The whole letter."""
    return "\n".join(_lines(letter)) + "\n"


def _lines(letter: Letter) -> Iterator[str]:
    if letter.intro:
        yield letter.intro
        yield ""
    for case in letter.cases:
        yield from _case(case)
        yield ""
    if letter.more:
        yield f"And {letter.more:,} more: {letter.url}"
        yield ""
    yield "-- "
    yield letter.foot
    yield f"Change what you are told: {letter.settings_url}"


def _case(case: Case) -> Iterator[str]:
    yield f"{case.glyph} {case.title}"
    if case.why:
        yield f"  Why: {case.why}"
    if case.todo:
        yield f"  What to do: {case.todo}"
    if case.answer_url:
        yield f"  Answer (the link is yours alone): {case.answer_url}"
    yield f"  {case.since} · {case.url}"
