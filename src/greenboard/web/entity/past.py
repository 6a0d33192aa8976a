"""The level of one entity over time, each step with its cause. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.results.rows import LevelRow
from greenboard.scorecards.types import Scorecard
from greenboard.web import causes, links, words
from greenboard.web.asked import Asked
from greenboard.web.charts.series import Step, steps
from greenboard.web.standing import Rung, rung

_MOST_MARKS = 20


@dataclass(frozen=True)
class Turn:
    """A change of level."""

    number: str
    before: Rung
    after: Rung
    better: bool
    when: SafeString | str
    cause: str
    link: str
    held: bool


@dataclass(frozen=True)
class Past:
    """The picture and the list beside it, newest first."""

    drawing: SafeString
    turns: tuple[Turn, ...]
    start: str
    end: str


def build(scorecard: Scorecard, history: Sequence[LevelRow], asked: Asked) -> Past | None:
    """Draw the level since `asked.since`; None when nothing is known of that time."""
    if not history:
        return None
    turns: list[Turn] = []
    spans: list[Step] = []
    before: Rung | None = None
    for row, following in zip(history, [*history[1:], None], strict=True):
        current = rung(scorecard, row.level)
        start = max(row.since, asked.since)
        end = following.since if following else asked.now
        label = ""
        if before is not None and before.rank != current.rank:
            label = str(len(turns) + 1)
            turns.append(_turn(label, before, current, row, asked))
        mark = label if len(turns) <= _MOST_MARKS else ""
        spans.append(Step(start, max(end, start), current.rank, mark, row.held_since is not None))
        before = current
    names = ["No level", *(level.title for level in scorecard.levels)]
    said = "; ".join(f"{turn.before.title} to {turn.after.title}: {turn.cause}" for turn in turns) or "No change."
    drawing = steps(spans, names, title="Level over time", description=said)
    return Past(drawing, tuple(reversed(turns)), words.day(spans[0].start), words.day(asked.now))


def _turn(number: str, before: Rung, after: Rung, row: LevelRow, asked: Asked) -> Turn:
    return Turn(
        number=number,
        before=before,
        after=after,
        better=after.rank > before.rank,
        when=words.when(row.since, asked.now),
        cause=causes.said(row.cause),
        link=links.outside(row.cause.link),
        held=row.held_since is not None,
    )
