"""Fact types as JSON Schema: read with the place of each mistake, and written back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from greenboard.core import placed, yaml
from greenboard.core.errors import UserError
from greenboard.facts import json_schema
from greenboard.facts.vocabulary import FactType, FieldType, extended, load
from greenboard.facts.vocabulary import read as read_type

SHIPPED = load()
COST = {
    "title": "Cost",
    "description": "What it costs.",
    "type": "object",
    "properties": {
        "monthly": {
            "type": "number",
            "description": "In a month",
            "examples": [120.5],
            "x-greenboard": {"unit": "EUR"},
        },
        "team": {"type": ["string", "null"], "enum": ["a", "b"], "description": "Who pays"},
        "billed_at": {"type": "string", "format": "date-time", "description": "When"},
        "paid_after": {"type": "number", "format": "seconds", "description": "How long it took"},
        "regions": {"type": "array", "items": {"type": "string"}, "description": "Where"},
    },
    "x-greenboard": {"name": "cost", "max_age": "30d"},
}


def declared(schema):
    text = schema if isinstance(schema, str) else json.dumps(schema, indent=1)
    return read_type(json_schema.read(placed.read(text, "cost.json")), SHIPPED)


def changed(**parts):
    return {key: part for key, part in {**COST, **parts}.items() if part is not None}


def test_a_schema_becomes_a_fact_type():
    cost = declared(COST)
    assert (cost.name, cost.title, cost.about, cost.many) == ("cost", "Cost", "component", None)
    assert {name: field.type for name, field in cost.fields.items()} == {
        "monthly": FieldType.FLOAT,
        "team": FieldType.STRING,
        "billed_at": FieldType.TIMESTAMP,
        "paid_after": FieldType.DURATION,
        "regions": FieldType.STRINGS,
    }
    assert (cost.fields["monthly"].unit, cost.fields["monthly"].example) == ("EUR", 120.5)
    assert cost.fields["team"].values == ("a", "b")


def test_an_array_of_objects_is_a_type_with_several_facts():
    items = {"type": "object", "properties": COST["properties"]}
    own = {"name": "cost", "many": "team"}
    several = declared(changed(type="array", items=items, properties=None, **{"x-greenboard": own}))
    assert several.many == "team"
    assert "regions" in several.fields


@pytest.mark.parametrize("name", sorted(set(SHIPPED.types) - {"properties"}))
def test_every_type_that_ships_can_be_written_and_read_again(name):
    shipped = SHIPPED.types[name]
    text = json.dumps(json_schema.write(shipped.model_dump()), indent=1)
    again = yaml.parse(json_schema.read(placed.read(text, "it.json")), FactType)
    assert again == shipped


@pytest.mark.parametrize(
    ("schema", "line", "said"),
    [
        (changed(type="string"), 4, "a fact is an object"),
        (changed(oneOf=[]), 49, "'oneOf' means nothing here"),
        (changed(properties={"n": {"type": "number", "minimum": 0, "description": "x"}}), 8, "'minimum'"),
        (changed(properties={"n": {"type": "null", "description": "x"}}), 7, "no type that a field may have"),
        (changed(properties={"n": {"type": "number", "examples": ["x"], "description": "x"}}), 6, "wrong type"),
        (changed(properties={"n": {"type": "number"}}), 6, "doc"),
        (changed(properties={"a-b": {"type": "number", "description": "x"}}), 6, "cannot be read by rules"),
        (changed(properties={}), 5, "without fields"),
        (changed(**{"x-greenboard": {"name": "slo"}}), None, "the name 'slo' is taken"),
        (changed(**{"x-greenboard": {"name": "cost", "many": "team"}}), None, "`many` is for an array"),
        (changed(**{"x-greenboard": {}}), None, "name"),
        ("[]", 1, "not a JSON Schema"),
        ('{"type": "object",', 1, "not JSON"),
        ('{"type": "object", "type": "object"}', 1, "duplicate key"),
    ],
)
def test_what_is_wrong_is_told_in_its_place(schema, line, said):
    with pytest.raises(UserError) as refused:
        declared(schema)
    assert said in str(refused.value)
    places = [one.place for one in getattr(refused.value, "errors", [refused.value])]
    assert all(place is not None and place.path == "cost.json" for place in places)
    assert line is None or line in {place.line for place in places}


def test_a_schema_stands_among_the_files_of_ones_own(tmp_path):
    (tmp_path / "cost.json").write_text(json.dumps(COST))
    words = extended(SHIPPED, tmp_path)
    assert words.normalise("cost", {"monthly": 5}) == {"monthly": 5.0}


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(data=some.data())
def test_any_schema_is_read_or_refused(data):
    schema = {**COST, **data.draw(some.dictionaries(some.sampled_from([*COST, "items", "oneOf"]), json_values))}
    properties = schema.get("properties")
    if isinstance(properties, dict) and "monthly" in properties:
        keys = some.sampled_from(["type", "format", "enum", "items", "examples", "title", "x-greenboard"])
        changes = data.draw(some.dictionaries(keys, json_values))
        schema = {**schema, "properties": {**properties, "monthly": {**properties["monthly"], **changes}}}
    try:
        declared(schema)
    except UserError:
        pass
