"""YAML with positions: what is read, where it stands, and what is refused."""

from __future__ import annotations

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from greenboard.core import yaml
from greenboard.core.errors import UserError, UserErrors


class Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    title: str = ""


class Card(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    rules: list[Rule] = []


def refusal(text: str) -> UserError:
    with pytest.raises(UserError) as refused:
        yaml.read(text, "card.yaml")
    return refused.value


def test_every_part_knows_its_line_and_column() -> None:
    document = yaml.read("name: a\nrules:\n  - id: one\n  - {id: two}\n", "card.yaml")[0]
    assert document.data == {"name": "a", "rules": [{"id": "one"}, {"id": "two"}]}
    assert str(document.place("rules", 1, "id")) == "card.yaml:4:6"
    assert document.at("rules", 0) == "card.yaml:3"


def test_an_unknown_part_is_placed_at_what_is_around_it() -> None:
    document = yaml.read("rules:\n  - id: one\n", "card.yaml")[0]
    assert str(document.place("rules", 0, "title")) == "card.yaml:2:5"


def test_several_documents_are_read_one_after_another() -> None:
    assert [document.data for document in yaml.read("a: 1\n---\nb: 2\n", "f")] == [{"a": 1}, {"b": 2}]


def test_a_misspelt_field_is_refused_with_its_place_and_a_suggestion() -> None:
    document = yaml.read("name: a\nrules:\n  - id: one\n    titel: x\n", "card.yaml")[0]
    with pytest.raises(UserErrors) as refused:
        yaml.parse(document, Card)
    assert "card.yaml:4:5: rules.0.titel: unknown field 'titel'" in str(refused.value)
    assert "Did you mean 'title'?" in str(refused.value)


def test_every_error_of_a_document_is_told_at_once() -> None:
    document = yaml.read("rules:\n  - title: 3\n", "card.yaml")[0]
    with pytest.raises(UserErrors) as refused:
        yaml.parse(document, Card)
    assert len(refused.value.errors) == 3


def test_a_duplicate_key_is_refused_and_names_the_first() -> None:
    assert str(refusal("a: 1\nb: 2\na: 3\n")) == "card.yaml:3:1: duplicate key 'a' (first at line 1)"


def test_broken_yaml_is_refused_with_line_and_column() -> None:
    assert str(refusal("a: [1, 2\nb: 3\n")).startswith("card.yaml:2:")


def test_control_characters_are_refused_with_their_place() -> None:
    assert str(refusal("a: 1\nb: \x07\n")).startswith("card.yaml:2:4: not valid YAML")


def test_a_billion_laughs_are_refused_before_they_are_expanded() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert "once its aliases are expanded" in str(refusal(bomb))


def test_an_alias_that_contains_itself_is_refused() -> None:
    assert refusal("a: &a [*a]\n").place is not None


def test_deep_nesting_is_refused() -> None:
    assert refusal("[" * 5000).place is not None


def test_a_merge_key_fills_what_is_not_there() -> None:
    document = yaml.read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n", "f")[0]
    assert document.data["use"] == {"x": 1, "y": 3}


def test_tags_of_other_tools_keep_their_plain_value() -> None:
    assert yaml.read("a: !Ref Bucket\n", "f")[0].data == {"a": "Bucket"}


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**60), 2**60)
        | st.text(st.characters(codec="ascii", categories=("L", "N"))),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.text(st.characters(codec="ascii", categories=("L",)), min_size=1), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_what_is_written_is_read_back(data: object) -> None:
    assert yaml.read(pyyaml.safe_dump({"data": data}), "f")[0].data == {"data": data}


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    refused: UserError | None = None
    try:
        yaml.read(text, "f")
    except UserError as error:
        refused = error
    assert refused is None or refused.place is not None
