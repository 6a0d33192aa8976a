"""How wide each column of a table is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Measure = Callable[[str], float]
_MOST_OF_A_WORD = 0.45
"""The share of the whole width up to which one long word makes its column wide; beyond, it is broken."""


def widths(rows: Sequence[Sequence[str]], whole: float, measure: Measure) -> list[float]:
    """Widths that add up to `whole`: each column holds its longest word; of the rest, who wants little gets it all.

    Args:
        rows: The texts of the cells, the head among them; as many in each row, at least one.
        whole: What there is to divide.
        measure: How wide a text is that is not broken.

    """
    columns = list(zip(*rows, strict=True))
    least = [min(max(map(measure, _words(column))), whole * _MOST_OF_A_WORD) for column in columns]
    if sum(least) > whole:
        return [whole * one / sum(least) for one in least]
    wanted = [max(low, *map(measure, _lines(column))) - low for low, column in zip(least, columns, strict=True)]
    given = _shared(wanted, whole - sum(least))
    left = (whole - sum(least) - sum(given)) / len(columns)
    return [low + more + left for low, more in zip(least, given, strict=True)]


def _shared(wanted: list[float], room: float) -> list[float]:
    """What each gets of what there is: who wants little gets it all, the others as much as each other."""
    given = [0.0] * len(wanted)
    for done, place in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        given[place] = min(wanted[place], room / (len(wanted) - done))
        room -= given[place]
    return given


def _words(column: Sequence[str]) -> list[str]:
    return ["", *(word for cell in column for word in cell.split())]


def _lines(column: Sequence[str]) -> list[str]:
    return ["", *(line for cell in column for line in cell.splitlines())]
