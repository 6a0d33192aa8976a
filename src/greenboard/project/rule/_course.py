"""A backtest as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from greenboard.cli.report.content import GLYPHS
from greenboard.results.backtest import Backtest, Course, Day
from greenboard.rules.types import Outcome

_BARS = "▁▂▃▄▅▆▇█"
_WIDEST = 60
_Named = TypeVar("_Named")


def table(found: Backtest, limit: int) -> str:
    """The pass rate over the days, the counts of some of them, who flaps and who failed when first."""
    days = found.course.counted
    span = f"{len(days)} {'day' if len(days) == 1 else 'days'}, {days[0].day:%d %b %Y} to {days[-1].day:%d %b %Y}"
    lines = [
        f"{found.rule.title} ({found.rule.id}): draft over {span}",
        "",
        *_chart(found),
        "",
        *_counts(found),
        "",
        *_flapping(found.course, limit),
        "",
        *_failed(found.course, limit),
    ]
    return "\n".join(lines) + "\n"


def _chart(found: Backtest) -> Iterator[str]:
    yield f"  draft  {_bars(found.course.counted)}  {_percent(found.course.counted[-1])}"
    if found.before is not None:
        yield f"  now    {_bars(found.before.counted)}  {_percent(found.before.counted[-1])}"
    glyph = GLYPHS[Outcome.NO_DATA]
    if any(day.rate is None for day in found.course.counted):
        yield f"         pass rate, {_BARS[0]} 0 % to {_BARS[-1]} 100 %; {glyph} nothing could be decided"
    else:
        yield f"         pass rate, {_BARS[0]} 0 % to {_BARS[-1]} 100 %"


def _bars(days: Sequence[Day]) -> str:
    """A bar for each day; where they are more than fit, for the last of some days each."""
    step = -(-len(days) // _WIDEST)
    return "".join(map(_bar, days[(len(days) - 1) % step :: step]))


def _bar(day: Day) -> str:
    if day.rate is None:
        return GLYPHS[Outcome.NO_DATA]
    return _BARS[min(int(day.rate * len(_BARS)), len(_BARS) - 1)]


def _percent(day: Day) -> str:
    return "–" if day.rate is None else f"{100 * day.rate:.1f} %"


def _counts(found: Backtest) -> Iterator[str]:
    """Of the first day, the last, and some between."""
    days = found.course.counted
    glyphs = "".join(f"  {GLYPHS[outcome]:>7}" for outcome in Outcome)
    yield f"  {'day':<11}  {'rate':>7}{glyphs}" + ("" if found.before is None else f"  {'now':>7}")
    step = max(1, (len(days) - 1) // 6)
    for at in sorted({*range(len(days) - 1, -1, -step), 0}):
        told = "".join(f"  {days[at].counts[outcome]:>7,}" for outcome in Outcome)
        before = "" if found.before is None else f"  {_percent(found.before.counted[at]):>7}"
        yield f"  {days[at].day:%d %b %Y}  {_percent(days[at]):>7}{told}{before}"


def _flapping(course: Course, limit: int) -> Iterator[str]:
    yield _counted(len(course.flapping), "entity flaps", "entities flap")
    for one in course.flapping[:limit]:
        yield f"  {one.turns:>3} turns  {one.entity.ref.short}"
    yield from _more(course.flapping, limit)


def _failed(course: Course, limit: int) -> Iterator[str]:
    yield _counted(len(course.first_failed), "entity fails on some day", "entities fail on some day")
    for one in course.first_failed[:limit]:
        since = "from the first day" if one.day == course.days[0] else f"first on {one.day:%d %b %Y}"
        yield f"  {GLYPHS[Outcome.FAIL]} {since}  {one.entity.ref.short}"
    yield from _more(course.first_failed, limit)


def _more(several: Sequence[_Named], limit: int) -> Iterator[str]:
    if len(several) > limit:
        yield f"  and {len(several) - limit:,} more: --limit says how many are named"


def _counted(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"
