"""Every example of every rule of the library is explained: the sentence names the value and the fact that decided."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from greenboard.facts import labels, vocabulary
from greenboard.facts.merge import Snapshot
from greenboard.facts.vocabulary import FactType, FieldDef
from greenboard.results.judge import Subject, judge
from greenboard.results.types import Evidence, Result
from greenboard.rules import phrases
from greenboard.rules.types import Outcome
from greenboard.scorecards import definition, examples
from greenboard.scorecards.types import Example, Rule

WORDS = vocabulary.load()
CARD = definition.find("production-readiness", WORDS)
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}-{example.outcome}")
    for rule in CARD.rules
    for number, example in enumerate(rule.examples, start=1)
]
DECIDED = [each for each in EXAMPLES if each.values[1].outcome in (Outcome.PASS, Outcome.FAIL)]
UNDECIDED = [each for each in EXAMPLES if each.values[1].outcome is Outcome.NO_DATA]


def _result(rule: Rule, example: Example) -> Result:
    subject = Subject(examples.entity(example), Snapshot(values=examples.facts(example, WORDS)))
    result = judge(replace(CARD, rules=(rule,)), [subject], WORDS, examples.NOW)[0].result(rule.id)
    assert result is not None
    return result


@pytest.mark.parametrize(("rule", "example"), DECIDED)
def test_the_values_that_decided_are_told(rule: Rule, example: Example) -> None:
    result = _result(rule, example)
    decisive = [read for read in result.evidence if read.decisive]
    assert decisive
    untold = [read for read in decisive if not _is_told(read, result)]
    assert not untold, result.message


@pytest.mark.parametrize(("rule", "example"), DECIDED)
def test_the_facts_that_decided_are_named(rule: Rule, example: Example) -> None:
    result = _result(rule, example)
    unnamed = [read.fact for read in result.evidence if read.decisive and not _is_named(read, result)]
    assert not unnamed, result.message


@pytest.mark.parametrize(("rule", "example"), UNDECIDED)
def test_what_was_missing_is_named(rule: Rule, example: Example) -> None:
    result = _result(rule, example)
    assert result.missing
    assert result.message.startswith(result.missing[0].reason) or len(result.missing) > 1
    assert any(_is_in(name, result.message) for lack in result.missing for name in _names(lack.fact)), result.message
    for lack in result.missing:
        assert any(_is_in(name, lack.reason) for name in _names(lack.fact)), lack


def _declared(path: str) -> tuple[FactType, str, FieldDef | None]:
    kind, _, name = path.partition(".")
    return WORDS.types[kind], name, WORDS.types[kind].fields.get(name)


def _is_in(words: str, text: str) -> bool:
    """Whether words stand in a text as words: `3` is not in `30`."""
    return bool(words) and re.search(rf"(?<![\w.]){re.escape(words)}(?![\w])", text, re.IGNORECASE) is not None


def _is_told(read: Evidence, result: Result) -> bool:
    return any(_is_in(words, result.message) for words in (*_tellings(read), *_items(read, result)))


def _is_named(read: Evidence, result: Result) -> bool:
    named = (*_names(read.fact), read.key or "", *_meanings(read), *_items(read, result))
    return any(_is_in(words, result.message) for words in named)


def _items(read: Evidence, result: Result) -> Iterator[str]:
    """How many items there are need not be said where one of them is named, as `deployment/checkout`."""
    if "." not in read.fact:
        yield from (other.key or "" for other in result.evidence if other.fact.startswith(f"{read.fact}."))


def _names(path: str) -> Iterator[str]:
    """How a fact is named: its type, one or several of it, and its field."""
    owner, name, field = _declared(path)
    yield from (labels.of_type(owner), labels.several(owner))
    if owner.name == "attestation":
        yield from ("attests", "is attested")
    if name:
        label = labels.of_field(name, field)
        yield from (label, labels.one(label))


def _meanings(read: Evidence) -> Iterator[str]:
    """What a bool means, in the words of the vocabulary."""
    _, _, field = _declared(read.fact)
    if field is not None and isinstance(read.value, bool):
        yield field.if_true if read.value else field.if_false


def _tellings(read: Evidence) -> Iterator[str]:
    """The ways to tell a value."""
    _, name, field = _declared(read.fact)
    if field is None:  # how many there are: told by naming one of them, or what there is none of
        yield from _names(read.fact)
        return
    label, value = labels.of_field(name, field), read.value
    match value:
        case bool():
            yield from _meanings(read)
            yield f"{label} is {phrases.value(value)}"
        case datetime():
            yield from (phrases.day(value), phrases.value(value))
        case timedelta():
            yield from (phrases.span(value), phrases.span(value, exact=False))
        case 0:
            yield from (f"no {label}", f"{label} 0", f"{label} {phrases.value(0, field.unit)}", "0 of")
        case str() | int() | float():
            yield phrases.value(value, field.unit)
        case _ if not value:
            yield f"no {label}"
        case _:
            yield from (phrases.value(part) for part in value)
