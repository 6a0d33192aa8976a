"""The reference page says what there is, and every example in it compiles."""

from __future__ import annotations

import re

import pytest
from tests.rules.cast import PARAMETERS, VOCABULARY
from tools import language

from greenboard.catalog.types import Entity
from greenboard.core.refs import Ref
from greenboard.facts import observed
from greenboard.rules import beyond, operators, reference, supported
from greenboard.rules.around import RELATIONS
from greenboard.rules.language import compile as compile_rule

TEXT = language.PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```cel\n(.*?)```", TEXT, re.DOTALL)
INLINE = {"_&&_", "_||_", "!_", "_?_:_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_-_", "_*_", "_/_", "_%_", "-_"}
NAMED = {"@in": "in", "_[_]": "[]", "_[?_]": "[?]", "_+_": "+", "math.@max": "math.greatest", "math.@min": "math.least"}


def test_the_tables_are_those_of_the_definition() -> None:
    assert language.written(TEXT) == TEXT, "run: python tools/language.py"


def test_every_function_that_can_be_evaluated_is_documented() -> None:
    known = {NAMED.get(name, name) for name in (operators.known() | beyond.FUNCTIONS | RELATIONS.keys()) - INLINE}
    documented = {function.name for section in reference.sections() for function in section.functions}
    assert known <= documented
    assert supported._KINDS.keys() <= operators.known() | beyond.FUNCTIONS | RELATIONS.keys()


@pytest.mark.parametrize(
    "example",
    [*BLOCKS, *(function.example for section in reference.sections() for function in section.functions)],
)
def test_every_example_compiles(example: str) -> None:
    compile_rule(example, VOCABULARY, parameters=PARAMETERS)


def test_the_example_of_custom_facts_compiles() -> None:
    (example,) = re.findall(r"```cel-custom\n(.*?)```", TEXT, re.DOTALL)
    told = {"cost-center": 4711, "reviewed": "2026-11-01T09:00:00Z", "languages": ["go", "sql"]}
    words = observed.extended(VOCABULARY, [Entity(Ref("service", "default", "a"), properties=told)], ())
    compile_rule(example, words)
