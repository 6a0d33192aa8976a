"""What is known of entities over time, and a rule held against every moment of it. Pure.

What did not change between moments is judged once: a rule that reads neither the clock nor anything
around an entity is evaluated once for each version of what is known, and its verdicts are spread over
the moments. One that reads the clock is evaluated at each moment, on the columns that all share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np

from greenboard.rules.around import Around
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import Given, Parameters, columns_of, evaluate
from greenboard.rules.language import Program
from greenboard.rules.vectors import Array

ABSENT = -1
"""Stands among rows and verdicts where an entity was not there."""

Decide = Callable[[Frame, Array | None], Array]
"""Verdicts (int8) of some rows of a frame, in their order; None is all rows."""

Surroundings = Callable[[int, Array], Around]
"""What is around the rows of a frame at a moment, by its number, given the row of every entity then (or ABSENT)."""


@dataclass(frozen=True)
class History:
    """Versions of what is known of `count` entities, each a row of `frame`, over moments in rising order.

    Row i is about entity number `entity[i]` at the moments from number `first[i]` up to, and not
    including, number `last[i]`. An entity has at most one row at a moment, and none where it was not
    there. Facts that were too old to count at a moment are not in the row of that moment.
    """

    frame: Frame
    moments: Sequence[datetime]
    count: int
    entity: Array
    first: Array
    last: Array

    def __len__(self) -> int:
        return len(self.frame)

    def turns(self) -> Iterator[tuple[Array, Array]]:
        """For each moment the rows that ended with the one before, and those that begin."""
        ended, began = _by_moment(self.last, len(self.moments)), _by_moment(self.first, len(self.moments))
        return zip(ended, began, strict=True)


def _by_moment(moment: Array, count: int) -> Iterator[Array]:
    order = np.argsort(moment, kind="stable")
    places = np.searchsorted(moment[order], np.arange(count + 1))
    return (order[start:stop] for start, stop in pairwise(places.tolist()))


def backtest(program: Program, history: History, parameters: Parameters | Given | None = None) -> Array:
    """The verdicts of a rule as int8: a line for each moment, a column for each entity, ABSENT where it was not there.

    `parameters` are for every row of the history's frame.
    """
    given = columns_of(program, history.frame, parameters or {})
    return through(history, lambda frame, rows: evaluate(program, frame, given, rows=rows), steady=timeless(program))


def timeless(program: Program) -> bool:
    """Whether a program comes to the same as long as the entity's own facts do."""
    return not program.reads_clock and not program.looks_around


def through(history: History, decide: Decide, *, steady: bool, around: Surroundings | None = None) -> Array:
    """What is decided at every moment; as `backtest`.

    `steady` says that what `decide` comes to for a row is the same at all moments.
    """
    found = np.full((len(history.moments), history.count), ABSENT, dtype=np.int8)
    rows = np.full(history.count, ABSENT, dtype=np.int32)
    once = decide(history.frame, None) if steady else None
    for number, (ended, began) in enumerate(history.turns()):
        rows[history.entity[ended]] = ABSENT
        rows[history.entity[began]] = began
        if once is not None:
            found[number] = found[number - 1] if number else ABSENT
            found[number, history.entity[ended]] = ABSENT
            found[number, history.entity[began]] = once[began]
            continue
        there = np.flatnonzero(rows != ABSENT)
        frame = history.frame.at(history.moments[number], around(number, rows) if around else None)
        found[number, there] = decide(frame, rows[there])
    return found
