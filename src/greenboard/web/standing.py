"""Levels and outcomes of many entities, counted for a page. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.results.rows import LevelRow, ResultRow
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Scorecard
from greenboard.web.charts.bar import Share, bar
from greenboard.web.charts.glyph import rungs

NO_LEVEL = "none"


@dataclass(frozen=True)
class Tally:
    """Results counted. `exempt` ones stand beside their outcome and are in no other number."""

    passed: int = 0
    failed: int = 0
    undecided: int = 0
    exempt: int = 0
    not_applicable: int = 0

    @property
    def asked(self) -> int:
        return self.passed + self.failed + self.undecided

    @property
    def decided(self) -> int:
        return self.passed + self.failed

    @property
    def said(self) -> str:
        """`9 passed, 3 failed, 2 without data`."""
        parts = [
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.undecided, "undecided"),
            (self.exempt, "exempt"),
        ]
        return ", ".join(f"{number} {word}" for number, word in parts if number) or "nothing asked"


def tally(rows: Iterable[ResultRow]) -> Tally:
    """Count results."""
    counted = Counter("exempt" if row.exempt and row.outcome is not Outcome.PASS else row.outcome.value for row in rows)
    return Tally(
        passed=counted["pass"],
        failed=counted["fail"],
        undecided=counted["no_data"] + counted["error"],
        exempt=counted["exempt"],
        not_applicable=counted["not_applicable"],
    )


@dataclass(frozen=True)
class Rung:
    """A level for the eye."""

    name: str
    title: str
    rank: int
    glyph: SafeString


def rung(scorecard: Scorecard, level: str | None) -> Rung:
    """A level, or the ground below the lowest one. A level that the scorecard lost counts as none."""
    known = {found.name: found for found in scorecard.levels}
    if level not in known:
        return Rung(NO_LEVEL, "No level", 0, rungs(0, len(known)))
    rank = scorecard.rank(level)
    return Rung(level or NO_LEVEL, known[level].title, rank, rungs(rank, len(known)))


def rung_kind(rank: int, count: int) -> str:
    """The class of a level's colour: `rung-0` for none, then evenly up to `rung-4`."""
    return "rung-0" if rank == 0 else f"rung-{max(1, round(4 * rank / max(1, count)))}"


@dataclass(frozen=True)
class Part:
    """How many entities stand on one level."""

    rung: Rung
    kind: str
    count: int
    url: str
    share: str


@dataclass(frozen=True)
class Mix:
    """How entities spread over levels, highest first, with the bar that shows it."""

    parts: tuple[Part, ...]
    total: int
    bar: SafeString
    said: str


def mix(scorecard: Scorecard, rows: Sequence[LevelRow], url: str, joint: str, *, height: int = 8) -> Mix:
    """Count levels. `url` + `joint` + `level=NAME` is the list behind each number."""
    counted = Counter(rung(scorecard, row.level).name for row in rows)
    names = [None, *(level.name for level in scorecard.levels)]
    total = sum(counted.values())
    parts = []
    for name in reversed(names):
        sign = rung(scorecard, name)
        number = counted[sign.name]
        share = f"{100 * number / total:.0f} %" if total else "–"
        kind = rung_kind(sign.rank, len(scorecard.levels))
        parts.append(Part(sign, kind, number, f"{url}{joint}level={sign.name}", share))
    said = ", ".join(f"{part.count} {part.rung.title}" for part in parts if part.count)
    shares = [Share(part.kind, part.count) for part in parts]
    return Mix(tuple(parts), total, bar(shares, height=height), said)


def mean_score(rows: Iterable[LevelRow]) -> float | None:
    """The mean of the scores that there are."""
    scores = [row.score for row in rows if row.score is not None]
    return sum(scores) / len(scores) if scores else None


def counting(scorecard: Scorecard, now: datetime) -> frozenset[str]:
    """The rules that take part in levels and score at a moment."""
    return frozenset(rule.id for rule in scorecard.rules if rule.counts(now))
