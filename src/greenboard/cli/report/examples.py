"""The examples of a scorecard's rules, tried: which hold, and what the others came to."""

from __future__ import annotations

from collections.abc import Sequence
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


def attempt(card: Scorecard, vocabulary: Vocabulary) -> list[Tried]:
    """Hold every example against its rule, in the order of the scorecard."""
    return [_attempt(card, rule, example, vocabulary) for rule in card.rules for example in rule.examples]


def _attempt(card: Scorecard, rule: Rule, example: Example, vocabulary: Vocabulary) -> Tried:
    try:
        known = examples.facts(example, vocabulary)
    except UserError as error:
        return Tried(rule, example, None, str(error))
    subject = Subject(examples.entity(example), Snapshot(values=known))
    (judged,) = judge(replace(card, rules=(rule,)), [subject], vocabulary, examples.NOW)
    (result,) = judged.results
    return Tried(rule, example, result.outcome, result.message)


def render(tried: Sequence[Tried], *, everything: bool) -> str:
    """A line or two for each example that does not hold, and the counts."""
    lines: list[str] = []
    for one in tried:
        if everything or not one.holds:
            lines += _lines(one)
    rules = {one.rule.id for one in tried}
    failed = sum(not one.holds for one in tried)
    verdict = f"{failed} do not hold" if failed else "all hold"
    lines.append(f"{len(tried)} examples of {len(rules)} rules: {verdict}")
    return "\n".join(lines) + "\n"


def _lines(one: Tried) -> list[str]:
    mark = "✓ holds" if one.holds else "✕ does not hold"
    title = f" ({one.example.title})" if one.example.title else ""
    came = one.outcome.value if one.outcome else "bad facts"
    said = f"{one.example.outcome.value}" if one.holds else f"says {one.example.outcome.value}, came to {came}"
    where = f"{one.example.place}: " if one.example.place else ""
    return [f"{mark}  {where}{one.rule.id}{title}: {said}", f"    {one.message}"]
