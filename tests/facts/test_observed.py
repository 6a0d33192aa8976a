"""Custom facts: keys are typed as schemas declare them or as their values show, and never made to fit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.catalog.types import Entity, Kind
from greenboard.core.refs import Ref
from greenboard.facts import observed
from greenboard.facts.merge import merge
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.facts.vocabulary import FactType, FieldType, load
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import FAIL, NO_DATA, PASS, evaluate
from greenboard.rules.language import RuleError
from greenboard.rules.language import compile as compile_rule

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SHIPPED = load()
MODEL = Kind(
    "model",
    properties={
        "properties": {
            "stage": {"enum": ["draft", "live"]},
            "score": {"type": "number", "description": "How well it does"},
            "trained_at": {"type": "string", "format": "date-time"},
            "labels": {"type": "array", "items": {"type": "string"}},
            "retries": {"type": ["integer", "null"]},
            "shape": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        }
    },
)


def entity(name: str, kind: str = "service", **properties: Any) -> Entity:
    return Entity(Ref(kind, "default", name), properties=properties)


def keys(*entities: Entity, kinds: tuple[Kind, ...] = ()) -> FactType:
    return observed.fact_type(SHIPPED.types["properties"], entities, kinds)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((True, False), FieldType.BOOL),
        ((1, 2), FieldType.INT),
        ((1, 2.5), FieldType.FLOAT),
        (("a", "b"), FieldType.STRING),
        (("2026-11-23T09:00:00Z", "2026-01-01T00:00:00.5+02:00"), FieldType.TIMESTAMP),
        (("2026-11-23T09:00:00Z", "soon"), FieldType.STRING),
        (("2026-11-23",), FieldType.STRING),
        ((["a"], []), FieldType.STRINGS),
        (([1], [2.5]), FieldType.FLOATS),
        (([1, 2.5],), FieldType.FLOATS),
        ((["2026-11-23T09:00:00Z"],), FieldType.TIMESTAMPS),
        ((1, None), FieldType.INT),
    ],
)
def test_a_key_has_the_type_that_its_values_have(values: tuple[Any, ...], kind: FieldType) -> None:
    found = keys(*(entity(f"e{index}", key=value) for index, value in enumerate(values)))
    assert found.unreadable == {}
    assert found.fields["key"].type is kind


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ((1, "a"), "its values are of different types: int (1 at service:default/e0), string ('a' at service:default"),
        ((True, 1), "different types"),
        (("a", ["a"]), "different types"),
        ((True, []), "bool (True at service:default/e0), list ([] at service:default/e1)"),
        (({"a": 1},), "an object ({'a': 1} at service:default/e0)"),
        (([["a"]],), "a list of objects, lists or nulls"),
        (([1, "a"],), "a list of values of different types"),
        (([True],), "a list of bool"),
        ((2**63,), "beyond 64 bits"),
        (([],), "no value anywhere"),
    ],
)
def test_a_key_that_cannot_be_read_says_why_with_an_example(values: tuple[Any, ...], reason: str) -> None:
    found = keys(*(entity(f"e{index}", key=value) for index, value in enumerate(values)))
    assert "key" not in found.fields
    assert reason in found.unreadable["key"]


def test_keys_are_read_by_names_that_rules_can_write() -> None:
    found = keys(entity("a", **{"cost-center": 1, "on.call": "x", "naïve": 1}), entity("b", cost_center=2))
    assert list(found.fields) == ["on_call"]
    assert "written in several ways: cost-center, cost_center" in found.unreadable["cost_center"]
    assert "letters, digits" in found.unreadable["naïve"]


def test_a_schema_decides_over_what_is_seen() -> None:
    found = keys(entity("a", score=1, stage="draft", retries="many", shape="x"), kinds=(MODEL,))
    kinds = {name: field.type for name, field in found.fields.items()}
    assert kinds == {
        "labels": FieldType.STRINGS,
        "retries": FieldType.INT,
        "score": FieldType.FLOAT,
        "shape": FieldType.STRING,
        "stage": FieldType.STRING,
        "trained_at": FieldType.TIMESTAMP,
    }
    assert found.fields["stage"].values == ("draft", "live")
    assert found.fields["score"].doc == "How well it does"


def test_a_key_is_closed_only_where_nobody_says_anything_else() -> None:
    assert keys(entity("a", stage="retired"), kinds=(MODEL,)).fields["stage"].values == ()


def test_schemas_that_contradict_each_other_are_told() -> None:
    other = Kind("plan", properties={"properties": {"stage": {"type": "integer"}}})
    reason = keys(kinds=(MODEL, other)).unreadable["stage"]
    assert "int (the schema of plan), string (the schema of model)" in reason


def test_the_same_catalog_gives_the_same_vocabulary() -> None:
    people = [entity("a", b=1, a="x"), entity("b", a="y")]
    assert keys(*people) == keys(*reversed(people))
    assert observed.extended(SHIPPED, [entity("a")], ()) is SHIPPED


def test_shipped_kinds_count_where_they_are_in_use() -> None:
    assert observed.used([entity("a")], ()) == []
    assert [kind.name for kind in observed.used([entity("a", kind="ml-model")], ())] == ["ml-model"]


SOURCE = Source(SourceKind.CATALOG, "catalog", "greenboard.yaml:3")


def verdicts(source: str, *entities: Entity, kinds: tuple[Kind, ...] = ()) -> list[int]:
    words = SHIPPED.with_type(keys(*entities, kinds=kinds))
    facts = [Fact(one.ref, "properties", one.properties, SOURCE, NOW) for one in entities]
    rows = [merge([fact], [], words, NOW).values for fact in facts]
    return list(evaluate(compile_rule(source, words), Frame.build(words, rows, NOW)).tolist())


def test_rules_read_custom_facts_with_their_types() -> None:
    both = entity("a", **{"cost-center": 7, "reviewed": "2026-11-01T00:00:00Z", "langs": ["go"]}), entity("b")
    assert verdicts("properties.cost_center > 5", *both) == [PASS, NO_DATA]
    assert verdicts("has(properties.cost_center)", *both) == [PASS, FAIL]
    assert verdicts("age(properties.reviewed) < days(30)", *both) == [PASS, NO_DATA]
    assert verdicts("'go' in properties.langs", *both) == [PASS, NO_DATA]


def test_a_value_that_does_not_fit_is_a_gap_and_not_known() -> None:
    people = entity("a", score="high"), entity("b", score=3)
    words = SHIPPED.with_type(keys(*people, kinds=(MODEL,)))
    told = [Fact(one.ref, "properties", one.properties, SOURCE, NOW) for one in people]
    snapshot = merge(told[:1], [], words, NOW)
    assert snapshot.values["properties"] == {}
    assert snapshot.gaps["properties"][0].reason == "score: wrong type (expected float; got 'high')"
    assert snapshot.gaps["properties"][0].source is SOURCE
    assert verdicts("properties.score > 2", *people, kinds=(MODEL,)) == [NO_DATA, PASS]


def test_a_rule_that_asks_for_an_unreadable_key_is_told_why() -> None:
    words = SHIPPED.with_type(keys(entity("a", pager=1), entity("b", pager="x")))
    with pytest.raises(RuleError) as caught:
        compile_rule("properties.pager == 1", words)
    assert "properties.pager cannot be read: its values are of different types: int (1 at" in caught.value.what
    assert caught.value.place is not None
    assert caught.value.place.column == 12


def test_a_key_that_nobody_has_is_told_with_those_that_there_are() -> None:
    words = SHIPPED.with_type(keys(entity("a", pager=1)))
    with pytest.raises(RuleError) as caught:
        compile_rule("properties.pagr == 1", words)
    assert caught.value.hint == "Did you mean 'pager'?"


@pytest.mark.parametrize("now", [{"pager": "x"}, {"other": 1}, {"pager": [1]}])
def test_a_rule_compiled_before_keys_changed_reads_them_as_unknown(now: dict[str, Any]) -> None:
    before = SHIPPED.with_type(keys(entity("a", pager=1)))
    after = SHIPPED.with_type(keys(entity("a", **now)))
    rows = [merge([Fact(entity("a").ref, "properties", now, SOURCE, NOW)], [], after, NOW).values]
    frame = Frame.build(after, rows, NOW)
    for source in ("properties.pager > 0", "properties.?pager.orValue(1) > 5", "properties.pager in [1, 2]"):
        assert evaluate(compile_rule(source, before), frame).tolist() in ([NO_DATA], [FAIL])
    assert evaluate(compile_rule("properties.pager > 0", before), frame).tolist() == [NO_DATA]


def test_rows_read_under_another_type_are_unknown_and_never_zero() -> None:
    words = SHIPPED.with_type(keys(entity("a", due="2026-11-23T09:00:00Z")))
    frame = Frame.build(words, [{"properties": {"due": "soon"}}, {"properties": {"due": NOW}}], NOW)
    assert evaluate(compile_rule("properties.due < now + days(1)", words), frame).tolist() == [NO_DATA, PASS]


def test_columns_of_custom_facts_are_typed() -> None:
    people = [entity("a", i=1, s="x", l=["x"], t="2026-11-23T09:00:00Z", f=1.5, b=True)]
    words = SHIPPED.with_type(keys(*people))
    facts = merge([Fact(people[0].ref, "properties", people[0].properties, SOURCE, NOW)], [], words, NOW).values
    frame = Frame.build(words, [facts], NOW)
    for name in "isltfb":
        column = frame.variable("properties").field(name)  # type: ignore[union-attr]
        data = getattr(column, "data", None)
        assert (data if data is not None else column.content.data).dtype != object


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c-d", "c_d", "é"]), JSON, max_size=4), max_size=5))
def test_any_properties_are_typed_or_told_and_every_value_fits_or_is_left_out(told: list[dict[str, Any]]) -> None:
    people = [entity(f"e{index}", **properties) for index, properties in enumerate(told)]
    found = keys(*people)
    assert not found.fields.keys() & found.unreadable.keys()
    assert {observed.field_name(name) for properties in told for name in properties} == {
        *found.fields,
        *found.unreadable,
    }
    for properties in told:
        values, misfits = observed.fitted(found, properties)
        assert misfits == {}
        assert values.keys() == {
            observed.field_name(name)
            for name, value in properties.items()
            if value is not None and observed.field_name(name) in found.fields
        }
