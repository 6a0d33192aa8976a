"""Every example of every rule of the library is explained: the sentence names the value and the fact that decided."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from greenboard.facts import labels, vocabulary
from greenboard.facts.vocabulary import FactType, FieldDef
from greenboard.results import examples
from greenboard.results.types import Evidence, Result
from greenboard.rules import phrases
from greenboard.rules.around import own_path
from greenboard.rules.types import Outcome
from greenboard.scorecards import definition
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
    return examples.result(CARD, rule, example, (WORDS, definition.ladders()))


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
    kind, _, name = own_path(path).partition(".")
    return WORDS.types[kind], name, WORDS.types[kind].fields.get(name)


def _is_in(words: str, text: str) -> bool:
    """Whether words stand in a text as words: `3` is not in `30`."""
    return bool(words) and re.search(rf"(?<![\w.]){re.escape(words)}(?![\w])", text, re.IGNORECASE) is not None


def _is_told(read: Evidence, result: Result) -> bool:
    return any(_is_in(words, result.message) for words in (*_tellings(read), *_items(read, result)))


def _is_named(read: Evidence, result: Result) -> bool:
    named = (*_names(read.fact), *_keys(read), *_meanings(read), *_items(read, result))
    return any(_is_in(words, result.message) for words in named)


def _items(read: Evidence, result: Result) -> Iterator[str]:
    """How many items there are need not be said where one of them is named, as `deployment/checkout`."""
    if "." not in own_path(read.fact):
        for other in result.evidence:
            if other.fact.startswith(f"{read.fact}."):
                yield from _keys(other)


def _keys(read: Evidence) -> Iterator[str]:
    """The names by which an item is known: of a related entity its name, and the item's own."""
    for part in (read.key or "").split(" ") if "()" in read.fact else (read.key or "",):
        yield part.rpartition("/")[2] if ":" in part else part


def _names(path: str) -> Iterator[str]:
    """How a fact is named: its type, one or several of it, and its field; a relation by what it leads to."""
    if path.endswith("()"):
        return
    owner, name, field = _declared(path)
    yield from (labels.of_type(owner), labels.several(owner))
    if owner.name == "attestation":
        yield from ("attests", "is attested")
    if name:
        label = labels.of_field(name, field)
        yield from (label, labels.one(label))


def _meanings(read: Evidence) -> Iterator[str]:
    """What a bool means, in the words of the vocabulary."""
    if read.fact.endswith("()"):
        return
    _, _, field = _declared(read.fact)
    if field is not None and isinstance(read.value, bool):
        yield field.if_true if read.value else field.if_false


def _tellings(read: Evidence) -> Iterator[str]:
    """The ways to tell a value."""
    if read.fact.endswith("()"):
        return
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
