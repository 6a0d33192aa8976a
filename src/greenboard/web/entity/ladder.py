"""How far up an entity stands, and what its next rung lacks. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.results.rows import LevelRow
from greenboard.scorecards.types import Scorecard
from greenboard.web import words
from greenboard.web.charts.bar import outcome_bar
from greenboard.web.charts.glyph import rungs
from greenboard.web.entity.result import Line
from greenboard.web.standing import Rung, rung

REACHED, HERE, NEXT, LATER = "reached", "here", "next", "later"
_STATE = {REACHED: "Reached", HERE: "Current level", NEXT: "Next", LATER: "Later"}


@dataclass(frozen=True)
class Step:
    """A rung of the ladder with its rules counted."""

    title: str
    state: str
    said: str
    met: int
    total: int
    missing: str
    bar: SafeString
    glyph: SafeString


@dataclass(frozen=True)
class Ladder:
    """The ladder, and the sentence that sums it up."""

    steps: tuple[Step, ...]
    current: Rung
    summary: str
    score: str
    undecided: str
    held: bool
    bare: str
    """Where it would stand without exemptions, in words; empty where nothing is exempt."""


def build(scorecard: Scorecard, row: LevelRow, found: Mapping[str, Line], blocking: Collection[str]) -> Ladder:
    """Draw up the ladder of one entity."""
    current = rung(scorecard, row.level)
    steps = []
    for rank, level in enumerate(scorecard.levels, start=1):
        own = [found[rule.id] for rule in scorecard.rules if rule.level == level.name and rule.id in found]
        state = _state(rank, current.rank)
        steps.append(
            _step(level.title, state, [line for line in own if line.counts], rungs(rank, len(scorecard.levels)))
        )
    total = row.decided + row.undecided
    return Ladder(
        steps=tuple(steps),
        current=current,
        summary=_summary(scorecard, row, current, len(blocking)),
        score=words.score(row.score),
        undecided=f"{row.undecided} of {total} undecided" if row.undecided else f"all {total} decided",
        held=row.held_since is not None,
        bare=_bare(scorecard, row),
    )


def _bare(scorecard: Scorecard, row: LevelRow) -> str:
    if row.bare is None:
        return ""
    return f"{rung(scorecard, row.bare.level).title}, score {words.score(row.bare.score)}"


def _state(rank: int, current: int) -> str:
    if rank < current:
        return REACHED
    if rank == current:
        return HERE
    return NEXT if rank == current + 1 else LATER


def _step(title: str, state: str, own: Collection[Line], glyph: SafeString) -> Step:
    asked = [line for line in own if line.outcome.key != "not_applicable"]
    met = sum(line.outcome.key == "pass" or line.exempt for line in asked)
    failed = sum(line.outcome.key == "fail" and not line.exempt for line in asked)
    undecided = len(asked) - met - failed
    missing = ", ".join(
        text for number, text in ((failed, f"{failed} failing"), (undecided, f"{undecided} undecided")) if number
    )
    return Step(
        title, state, _STATE[state], met, len(asked), missing, outcome_bar(met, failed, undecided, height=6), glyph
    )


def _summary(scorecard: Scorecard, row: LevelRow, current: Rung, missing: int) -> str:
    held = f"Held at {current.title}: no data since {words.day(row.held_since)}. " if row.held_since else ""
    if current.rank == len(scorecard.levels):
        return held + "The highest level is reached."
    following = scorecard.levels[current.rank].title
    if not missing:
        return held + f"Nothing decided yet towards {following}."
    return held + f"{words.count(missing, 'rule')} from {following}."
