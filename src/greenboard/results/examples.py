"""The examples of a scorecard's rules, tried: which hold, and what the others came to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from greenboard.core.errors import UserError
from greenboard.facts.merge import Snapshot
from greenboard.facts.vocabulary import Vocabulary
from greenboard.results.judge import Subject, judge
from greenboard.rules.types import Outcome
from greenboard.scorecards import examples
from greenboard.scorecards.types import Example, Rule, Scorecard


@dataclass(frozen=True)
class Tried:
    """An example, what it came to and why; no outcome where its facts do not fit the vocabulary."""

    rule: Rule
    example: Example
    outcome: Outcome | None
    message: str

    @property
    def holds(self) -> bool:
        return self.outcome is self.example.outcome


def attempt(card: Scorecard, rules: Iterable[Rule], vocabulary: Vocabulary) -> list[Tried]:
    """Hold every example against its rule, in their order, as if the rules were the scorecard's."""
    return [_attempt(card, rule, example, vocabulary) for rule in rules for example in rule.examples]


def _attempt(card: Scorecard, rule: Rule, example: Example, vocabulary: Vocabulary) -> Tried:
    try:
        known = examples.facts(example, vocabulary)
    except UserError as error:
        return Tried(rule, example, None, str(error))
    subject = Subject(examples.entity(example), Snapshot(values=known))
    (judged,) = judge(replace(card, rules=(rule,)), [subject], vocabulary, examples.NOW)
    (result,) = judged.results
    return Tried(rule, example, result.outcome, result.message)
