"""How much is asked and met over time, with what may come: areas, milestones, and the fan of a forecast.

Areas stretch with the page in a drawing of their own, whose lines keep their width; words and marks stand around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from greenboard.web.charts.svg import Attribute, drawing, element, percent

_SIDE = 100.0


@dataclass(frozen=True)
class Spot:
    """What was asked and met at the end of a day."""

    on: date
    total: int
    done: int


@dataclass(frozen=True)
class Aim:
    """So many in a hundred by the end of a day; whether they were there, where that is known."""

    on: date
    share: int
    met: bool | None


@dataclass(frozen=True)
class Fan:
    """Between which days all will be met; `latest` None: maybe never."""

    earliest: date | None
    likely: date | None
    latest: date | None


@dataclass(frozen=True)
class Frame:
    """What the drawing spans: its first and last day, and its highest count."""

    start: date
    end: date
    top: int

    def across(self, day: date) -> float:
        """A day as a share of the width."""
        return min(max((day - self.start).days / max((self.end - self.start).days, 1), 0.0), 1.0)

    def up(self, count: float) -> float:
        """A count as a share of the height, from the top."""
        return 1 - count / self.top


def burnup(
    spots: Sequence[Spot],
    frame: Frame,
    aims: Sequence[Aim],
    due: date,
    fan: Fan | None,
    *,
    said: str,
    height: int = 180,
) -> SafeString:
    """The drawing; `said` tells it in words."""
    inside = [_area(frame, [(one.on, one.total) for one in spots], "is-asked")]
    inside.append(_area(frame, [(one.on, one.done) for one in spots], "is-pass"))
    if fan and spots:
        inside += _fan(frame, spots[-1], fan)
    box: dict[str, Attribute] = {
        "viewBox": "0 0 100 100",
        "preserveAspectRatio": "none",
        "width": "100%",
        "height": height,
    }
    pieces = [element("svg", box, *inside), *_grid(height), _upright(frame, due, height, "due")]
    if spots:
        pieces.append(_upright(frame, spots[-1].on, height, "today"))
    pieces += [_aim(frame, one, height) for one in aims]
    return drawing({"class": "stack burnup", "width": "100%", "height": height}, "Progress over time", said, *pieces)


def _area(frame: Frame, counts: Sequence[tuple[date, int]], kind: str) -> str:
    """Steps from day to day, filled down to nothing."""
    if not counts:
        return ""
    places: list[tuple[float, float]] = [(frame.across(counts[0][0]), 1.0)]
    for day, count in counts:
        places.append((frame.across(day), frame.up(count)))
    places.append((places[-1][0], 1.0))
    return element("polygon", {"points": _points(places), "class": kind})


def _fan(frame: Frame, now: Spot, fan: Fan) -> list[str]:
    """From today's count to the days on which all may be met."""
    here = (frame.across(now.on), frame.up(now.done))
    goal = frame.up(now.total)
    if fan.earliest is None:
        return []
    early = (frame.across(fan.earliest), goal)
    late = (
        (frame.across(fan.latest), goal)
        if fan.latest and fan.latest <= frame.end
        else (1.0, _late(frame, here, fan, goal))
    )
    pieces = [element("polygon", {"points": _points([here, early, (1.0, goal), late]), "class": "fan"})]
    if fan.likely:
        line: dict[str, Attribute] = {
            "x1": here[0] * _SIDE, "y1": here[1] * _SIDE, "x2": frame.across(fan.likely) * _SIDE, "y2": goal * _SIDE,
        }  # fmt: skip
        pieces.append(element("line", {**line, "class": "likely", "vector-effect": "non-scaling-stroke"}))
    return pieces


def _late(frame: Frame, here: tuple[float, float], fan: Fan, goal: float) -> float:
    """How far the slowest course is at the right edge."""
    if fan.latest is None:
        return here[1]
    whole = (fan.latest - frame.start).days / max((frame.end - frame.start).days, 1)
    return here[1] + (goal - here[1]) * (1 - here[0]) / max(whole - here[0], 0.001)


def _grid(height: int) -> Iterable[str]:
    for share in (0.25, 0.5, 0.75):
        yield element("line", {"x1": 0, "x2": "100%", "y1": height * share, "y2": height * share, "class": "grid"})


def _upright(frame: Frame, day: date, height: int, kind: str) -> str:
    at = percent(frame.across(day))
    return element("line", {"x1": at, "x2": at, "y1": 0, "y2": height, "class": kind})


def _aim(frame: Frame, one: Aim, height: int) -> str:
    state = {True: "aim met", False: "aim missed", None: "aim"}[one.met]
    down = height * frame.up(frame.top * one.share / 100)
    return element("circle", {"cx": percent(frame.across(one.on)), "cy": down, "r": 5, "class": state})


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{across * _SIDE:.2f},{down * _SIDE:.2f}" for across, down in places)
