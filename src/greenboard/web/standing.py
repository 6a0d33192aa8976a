"""Levels for the eye, and how entities spread over them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.scorecards.types import Scorecard
from greenboard.web.charts.bar import Share, bar
from greenboard.web.charts.glyph import rungs

NO_LEVEL = "none"


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


def mix(scorecard: Scorecard, levels: Mapping[str, int], url: str, joint: str, *, height: int = 8) -> Mix:
    """Show how many stand on each level. `url` + `joint` + `level=NAME` is the list behind each number."""
    counted: Counter[str] = Counter()
    for level, count in levels.items():
        counted[rung(scorecard, level).name] += count
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
