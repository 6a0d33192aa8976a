"""The order in which scorecards are judged: those whose levels are read come first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from greenboard.core.errors import UserError
from greenboard.scorecards.types import Scorecard


def in_order(scorecards: Iterable[Scorecard]) -> list[Scorecard]:
    """Scorecards such that those whose levels are read come before those that read them; else as given.

    Raises:
        UserError: some read each other's levels in a circle, which has no unique answer.

    """
    waiting = {card.name: card for card in scorecards}
    ordered: list[Scorecard] = []
    while waiting:
        ready = [card for card in waiting.values() if not card.standards & waiting.keys()]
        if not ready:
            circle = " → ".join(_circle(waiting))
            raise UserError(
                f"scorecards read each other's levels in a circle: {circle}",
                hint="Take level() or reached() out of the rules of one of them.",
            )
        ordered += ready[:1]
        del waiting[ready[0].name]
    return ordered


def _circle(waiting: Mapping[str, Scorecard]) -> list[str]:
    """The names along a circle, the first of them again at its end; each waits for another one."""
    trail = [next(iter(waiting))]
    while True:
        onward = min(waiting[trail[-1]].standards & waiting.keys())
        if onward in trail:
            return [*trail[trail.index(onward) :], onward]
        trail.append(onward)
