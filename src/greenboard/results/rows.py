"""What the history of results is read as: rows, changes, points of a trend. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from greenboard.core.refs import Ref
from greenboard.rules.types import Outcome

CauseKind = Literal["fact", "rule", "clock", "scope", "exemption", "first"]

CAUSES: tuple[CauseKind, ...] = ("first", "fact", "rule", "clock", "scope", "exemption")
OUTCOMES = (Outcome.FAIL, Outcome.PASS, Outcome.NO_DATA, Outcome.ERROR, Outcome.NOT_APPLICABLE)
"""In the order of their stored numbers: append, never reorder."""

_GOODNESS = {Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 2, Outcome.NO_DATA: 1, Outcome.ERROR: 1, Outcome.FAIL: 0}


def code(outcome: Outcome) -> int:
    """The number that an outcome is stored as."""
    return OUTCOMES.index(outcome)


def worse(before: Outcome, after: Outcome) -> bool:
    """Whether an outcome is worse than another: undecided lies between pass and fail."""
    return _GOODNESS[after] < _GOODNESS[before]


def loses(outcome: Outcome, pardon: bool) -> bool:
    """Whether it is worse that this outcome is exempt now, or no longer."""
    return not pardon and _GOODNESS[outcome] < _GOODNESS[Outcome.PASS]


@dataclass(frozen=True)
class Cause:
    """Why something changed: a fact, a rule, the clock, the scope, an exemption, or the first look.

    `source` is a tool or `path:line`.
    """

    kind: CauseKind
    text: str
    fact_type: str = ""
    source: str = ""
    link: str = ""
    commit: str = ""


@dataclass(frozen=True)
class ResultRow:
    """What a rule comes to for an entity, and since when."""

    entity: Ref
    rule: str
    outcome: Outcome
    exempt: bool
    since: datetime
    cause: Cause


@dataclass(frozen=True)
class Stood:
    """What a rule comes to for an entity, since when, and when that was last written anew."""

    outcome: Outcome
    exempt: bool
    since: datetime
    turned: datetime


@dataclass(frozen=True)
class Bare:
    """Where an entity would stand without exemptions."""

    level: str | None
    rank: int
    score: float | None


@dataclass(frozen=True)
class LevelRow:
    """Where an entity stands. `since` and `cause` are those of its level, not of its score.

    `valid_to` is when it ended to stand so, None while it does; `rank` is 0 for no level. `bare` is None where
    nothing is exempt: then it stands where it would without exemptions.
    `evaluated_at` is when it was last judged by itself.
    """

    entity: Ref
    level: str | None
    score: float | None
    passed: int
    decided: int
    undecided: int
    held_since: datetime | None
    since: datetime
    cause: Cause
    exempt: int = 0
    rank: int = 0
    valid_to: datetime | None = None
    bare: Bare | None = None
    evaluated_at: datetime | None = field(default=None, compare=False)

    @property
    def without(self) -> Bare:
        """Where it stands without exemptions."""
        return self.bare or Bare(self.level, self.rank, self.score)


@dataclass(frozen=True)
class Change:
    """One change of a result, or of a level where `rule` is None.

    `before` and `after` are outcomes, or names of levels with None for no level; `before` is also
    None where the cause is `first`, and `after` where the entity or rule left the scorecard. `pardon` says that
    the outcome stays and is exempt now (True), or no longer.
    """

    entity: Ref
    rule: str | None
    before: str | None
    after: str | None
    at: datetime
    cause: Cause
    worse: bool
    pardon: bool | None = None


@dataclass(frozen=True)
class TrendPoint:
    """How many entities stood on each level at a moment ("" is no level), and their mean score."""

    at: datetime
    by_level: Mapping[str, int]
    score: float | None


@dataclass(frozen=True)
class RulePoint:
    """What a rule came to at a moment, counted over entities. Not applicable is left out."""

    at: datetime
    passed: int
    failed: int
    undecided: int
