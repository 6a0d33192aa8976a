"""The examples of a scorecard's rules, tried: which hold, and what the others came to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from greenboard.core.errors import UserError, suggest
from greenboard.facts.merge import Snapshot
from greenboard.facts.vocabulary import Vocabulary
from greenboard.results.judge import Subject, Surroundings, judge
from greenboard.results.types import Result
from greenboard.rules.around import Around, Levels, Links
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import MISSING, OK
from greenboard.scorecards import examples
from greenboard.scorecards.types import Example, ExampleEntity, Rule, Scorecard

Ladders = Mapping[str, Sequence[str]]
"""The names of the levels of each scorecard that rules may ask for, lowest first."""


@dataclass(frozen=True)
class Tried:
    """An example, what it came to and why; no outcome where what it says does not fit the vocabulary."""

    rule: Rule
    example: Example
    outcome: Outcome | None
    message: str

    @property
    def holds(self) -> bool:
        return self.outcome is self.example.outcome


def attempt(card: Scorecard, rules: Iterable[Rule], vocabulary: Vocabulary, ladders: Ladders) -> list[Tried]:
    """Hold every example against its rule, in their order, as if the rules were the scorecard's."""
    return [_attempt(card, rule, example, (vocabulary, ladders)) for rule in rules for example in rule.examples]


def result(card: Scorecard, rule: Rule, example: Example, known: tuple[Vocabulary, Ladders]) -> Result:
    """What a rule comes to for an example, explained.

    Raises:
        UserError: the example names a fact type, field, scorecard or level that there is not, or a value does not fit.

    """
    vocabulary, ladders = known
    rows = [example.subject, *(one for several in example.around.values() for one in several)]
    subject, *others = (Subject(examples.entity(row), Snapshot(values=examples.facts(row, vocabulary))) for row in rows)
    around = Around(
        _links(example, len(rows)),
        _levels(rows, ladders),
        [row.teams for row in rows],
        [str(examples.entity(row).ref) for row in rows],
    )
    surroundings = Surroundings(others, around)
    only = replace(card, rules=(rule,))
    (judged,) = judge(only, [subject], vocabulary, examples.NOW, surroundings=surroundings)
    return judged.results[0]


def _attempt(card: Scorecard, rule: Rule, example: Example, known: tuple[Vocabulary, Ladders]) -> Tried:
    try:
        found = result(card, rule, example, known)
    except UserError as error:
        return Tried(rule, example, None, str(error))
    return Tried(rule, example, found.outcome, found.message)


def _links(example: Example, rows: int) -> dict[str, Links]:
    """Where relations lead from the first row; from the others it is not known."""
    found: dict[str, Links] = {}
    start = 1
    for relation, several in example.around.items():
        starts, lengths = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
        lengths[0] = len(several)
        state = np.full(rows, np.uint8(MISSING))
        state[0] = OK
        found[relation] = Links(starts, lengths, np.arange(start, start + len(several)), state)
        start += len(several)
    return found


def _levels(rows: Sequence[ExampleEntity], ladders: Ladders) -> dict[str, Levels]:
    named = sorted({card for row in rows for card in row.levels})
    return {card: _ladder(card, rows, ladders) for card in named}


def _ladder(card: str, rows: Sequence[ExampleEntity], ladders: Ladders) -> Levels:
    if card not in ladders:
        known = sorted(ladders)
        raise UserError(f"no scorecard {card!r}", expected=", ".join(known), hint=suggest(card, known))
    names = ("", *ladders[card])
    ranks = np.full(len(rows), -1, dtype=np.int16)
    for at, row in enumerate(rows):
        level = row.levels.get(card)
        if level is not None and level not in names:
            expected = ", ".join(ladders[card])
            raise UserError(f"{card} has no level {level!r}", expected=expected, hint=suggest(level, names))
        ranks[at] = -1 if level is None else names.index(level)
    return Levels(tuple(ladders[card]), ranks)
