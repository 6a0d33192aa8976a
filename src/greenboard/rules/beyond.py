"""What looks beyond an entity: related entities, levels on scorecards, teams."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from greenboard.rules import named, sequences, tree
from greenboard.rules.around import Levels
from greenboard.rules.columns import Frame, Related
from greenboard.rules.step import Step
from greenboard.rules.tree import Call
from greenboard.rules.vectors import MISSING, OK, Array, ListVec, State, StructVec, Value, Vec, worst


def related(node: Call, frame: Frame, rows: Array | None) -> StructVec | ListVec:
    """The entities that a relation leads to from the rows that are lanes; None is all rows."""
    found = frame.related(node.function)
    return found if rows is None else found.take(rows)


def apply(node: Call, arguments: Sequence[Value], frame: Frame, rows: Array) -> Value:
    """What is known around an entity: of the row of each lane, or of a related entity, the first argument."""
    subject, state = arguments[0], None
    if isinstance(subject, StructVec):
        rows, state = _rows_of(subject)
        arguments = arguments[1:]
    return _OPERATORS[node.function](Step(node, arguments, len(rows), frame.strings), frame, (rows, state))


def _rows_of(subject: StructVec) -> tuple[Array, State]:
    """The rows of related entities. Of one that is not there, none is known."""
    if isinstance(subject.columns, Related) and subject.index is not None:
        return subject.index, subject.state
    nothing = np.zeros(subject.count, dtype=np.int64)
    return nothing, worst(subject.state, np.full(subject.count, np.uint8(MISSING)))


_Subject = tuple[Array, State]


def _level(step: Step, frame: Frame, subject: _Subject) -> Value:
    levels, ranks, state = _standing(step, frame, subject)
    codes = step.strings.codes(("", *levels.names), len(levels.names) + 1)
    return Vec(tree.STRING, codes[np.maximum(ranks, 0)], state)


def _reached(step: Step, frame: Frame, subject: _Subject) -> Value:
    levels, ranks, state = _standing(step, frame, subject)
    wanted = named.level_of(step.node)
    if wanted not in levels.names:
        state = worst(state, np.full(step.lanes, np.uint8(MISSING)))
        return Vec(tree.BOOL, np.zeros(step.lanes, dtype=np.bool_), state)
    return Vec(tree.BOOL, ranks > levels.names.index(wanted), state)


def _standing(step: Step, frame: Frame, subject: _Subject) -> tuple[Levels, Array, State]:
    rows, state = subject
    levels = frame.around.levels.get(named.card_of(step.node))
    if levels is None:
        nothing = np.zeros(len(rows), dtype=np.int64)
        return Levels((), nothing), nothing, worst(state, np.full(len(rows), np.uint8(MISSING)))
    ranks = levels.ranks[rows]
    unknown = np.where(ranks < 0, np.uint8(MISSING), np.uint8(OK))
    return levels, ranks, worst(state, unknown)


def _in_team(step: Step, frame: Frame, subject: _Subject) -> Value:
    rows, state = subject
    teams = frame.teams().take(rows)
    found = sequences.OPERATORS["@in"](Step(step.node, (step.arguments[0], teams), step.lanes, step.strings))
    assert isinstance(found, Vec)
    return Vec(tree.BOOL, found.data, worst(found.state, state))


_OPERATORS: dict[str, Callable[[Step, Frame, _Subject], Value]] = {
    "level": _level,
    "reached": _reached,
    "in_team": _in_team,
}

FUNCTIONS = frozenset(_OPERATORS)
"""What is asked of an entity that its facts do not say."""
