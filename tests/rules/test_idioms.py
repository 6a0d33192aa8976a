"""Every field of the vocabulary shows a value and a rule that it serves."""

from __future__ import annotations

import pytest

from greenboard.facts.vocabulary import FactType, FieldDef, FieldType, load
from greenboard.rules.language import compile as compile_rule

VOCABULARY = load()
TYPES = [declared for declared in VOCABULARY.types.values() if not declared.open]
by_name = pytest.mark.parametrize("declared", TYPES, ids=[declared.name for declared in TYPES])


def _only_names(field: FieldDef) -> bool:
    """A free text names a thing for people; a rule can ask little of it."""
    return field.type is FieldType.STRING and not field.values


@by_name
def test_every_field_has_an_example_that_a_source_could_send(declared: FactType) -> None:
    examples = {name: field.example for name, field in declared.fields.items()}
    assert all(example is not None for example in examples.values())
    assert VOCABULARY.normalise(declared.name, [examples] if declared.many else examples)


@by_name
def test_every_field_that_is_more_than_a_name_serves_an_idiom(declared: FactType) -> None:
    read = {path for idiom in declared.idioms for path in compile_rule(idiom.rule, VOCABULARY).reads}
    wanted = {f"{declared.name}.{name}" for name, field in declared.fields.items() if not _only_names(field)}
    assert wanted <= read
    assert declared.idioms


@by_name
def test_no_idiom_is_about_another_fact_type(declared: FactType) -> None:
    for idiom in declared.idioms:
        assert declared.name in compile_rule(idiom.rule, VOCABULARY).types
