"""Expressions keep unknown unknown."""

from datetime import UTC, datetime

import pytest

from greenboard.connections.expressions import Env, ExpressionError, Mistyped, compiled
from greenboard.connections.expressions.standard import FUNCTIONS

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def value(text, record=None, **names):
    return compiled(text, frozenset(names))(record, Env(NOW, names, record))


@pytest.mark.parametrize(
    ("text", "record", "wanted"),
    [
        ("a.b.c", {"a": {"b": {"c": 1}}}, 1),
        ("a.b.c", {"a": {"b": 5}}, None),
        ("a[0].b", {"a": [{"b": 2}]}, 2),
        ("a[-1]", {"a": [1, 2]}, 2),
        ("a[3]", {"a": [1, 2]}, None),
        ("a[1:]", {"a": [1, 2, 3]}, [2, 3]),
        ("a[*].b", {"a": [{"b": 1}, {}]}, [1, None]),
        ("a[].b[].c", {"a": [{"b": [{"c": 1}]}, {"b": [{"c": 2}]}]}, [1, 2]),
        ("a[].b[]", {"a": [{"b": [1]}, {}]}, None),
        ("a[?x == 'y'].z", {"a": [{"x": "y", "z": 1}, {"x": "n", "z": 2}]}, [1]),
        ("a[?x == 'y'].z", {"a": [{"x": "y", "z": 1}, {"z": 2}]}, None),
        ("a == 'x'", {}, None),
        ("a == `null`", {}, True),
        ("a != `null`", {"a": 0}, True),
        ("a == `1`", {"a": True}, False),
        ("a > `1`", {"a": 2}, True),
        ("a > `1`", {"a": "2"}, None),
        ("!a", {}, None),
        ("!a", {"a": []}, True),
        ("a && b", {"a": False}, False),
        ("a && b", {"b": False}, False),
        ("a && b", {"b": True}, None),
        ("a || b", {"b": True}, True),
        ("a || b", {"b": False}, None),
        ("a || b", {"b": "x"}, None),
        ("{x: a, y: [a, b]}", {"a": 1}, {"x": 1, "y": [1, None]}),
        ("a.* | [0]", {"a": {"x": 1}}, 1),
        ("a | [0] | b", {"a": [{"b": 3}]}, 3),
        ("count_where(a, &b == root.c)", {"a": [{"b": 1}, {"b": 2}], "c": 2}, 1),
    ],
)
def test_a_record_gives_what_it_says_and_null_for_what_it_does_not(text, record, wanted):
    assert value(text, record) == wanted


@pytest.mark.parametrize(
    ("text", "record", "wanted"),
    [
        ("len(a)", {}, None),
        ("len(a)", {"a": []}, 0),
        ("count_where(a, &b)", {"a": [{"b": True}, {}]}, None),
        ("any(a, &b)", {"a": [{"b": True}, {}]}, True),
        ("any(a, &b)", {"a": [{"b": False}, {}]}, None),
        ("all(a, &b)", {"a": [{"b": False}, {}]}, False),
        ("all(a, &b)", {"a": []}, None),
        ("sum(a)", {"a": [1, None]}, None),
        ("sum(a)", {"a": []}, 0),
        ("max(a)", {"a": [1, 3, 2]}, 3),
        ("max(a)", {"a": []}, None),
        ("p50(a)", {"a": [1, 2, 3, 4]}, 2.5),
        ("distinct(a)", {"a": ["x", "y", "x"]}, ["x", "y"]),
        ("distinct(a)", {"a": ["x", None]}, None),
        ("newest(a)", {"a": ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+02:00"]}, "2026-01-01T00:00:00Z"),
        ("newest_by(a, &at).x", {"a": [{"at": "2026-01-01", "x": 1}, {"at": "2026-02-01", "x": 2}]}, 2),
        ("whole(a, b)", {"a": [1], "b": 2}, None),
        ("one_of(a, ['x'])", {"a": "z"}, None),
        ("map_value(a, {x: 'y'})", {"a": "x"}, "y"),
        ("map_value(a, {true: 'y'})", {"a": True}, "y"),
        ("when_absent(a, `0`, b)", {"a": False, "b": 3}, 0),
        ("when_absent(a, `0`, b)", {"b": 3}, None),
        ("when(a, `0`, b)", {"b": 3}, None),
        ("pct(a, b)", {"a": 0, "b": 0}, None),
        ("pct(a, b)", {"a": 1, "b": 4}, 25),
        ("days_since(a)", {"a": "2026-11-22T09:00:00Z"}, 1),
        ("within(a, '30d')", {"a": "2026-10-01T00:00:00Z"}, False),
        ("between(a, b)", {"a": "2026-01-01T00:00:00Z", "b": "2026-01-01T00:01:00.500Z"}, 60.5),
        ("duration(a)", {"a": "PT1H30M"}, 5400),
        ("duration(a)", {"a": "1d12h"}, 129600),
        ("epoch_ms(a)", {"a": 1_000}, "1970-01-01T00:00:01Z"),
        ("tag(a, 'service')", {"a": ["team:x", "service:checkout"]}, "checkout"),
        ("repository(a)", {"a": "git@github.com:Acme/Checkout.git"}, "https://github.com/acme/checkout"),
        ("repository(a)", {"a": "https://user@gitlab.com/acme/x/"}, "https://gitlab.com/acme/x"),
        ("sev(a)", {"a": "Blocker"}, "critical"),
        ("sev(a)", {"a": "purple"}, None),
        ("cvss(a)", {"a": 7.0}, "high"),
        ("extract(a, ':([^:@]+)')", {"a": "registry/x:1.2"}, "1.2"),
        ("major(a)", {"a": "v14.2.1"}, 14),
        ("join_text(', ', a)", {"a": ["x", None]}, None),
    ],
)
def test_functions_are_unknown_where_they_cannot_know(text, record, wanted):
    assert value(text, record) == wanted


def test_what_is_joined_goes_before_fields_of_the_record_and_can_be_read_within_filters():
    assert value("a[?x == limit.y]", {"a": [{"x": 1}, {"x": 2}], "limit": 9}, limit={"y": 2}) == [{"x": 2}]


@pytest.mark.parametrize("text", ["len(a)", "sum(a)", "minutes(a)", "newest(a)", "within(a, '30d')", "duration(a)"])
def test_a_value_of_another_type_is_told_and_not_turned_into_something(text):
    with pytest.raises(Mistyped):
        value(text, {"a": {"b": 1}})


@pytest.mark.parametrize("text", ["len(", "nosuch(a)", "len(a, b)", "count_where(a, b)", "len(&a)"])
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(ExpressionError):
        compiled(text)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda one: one.name)
def test_every_function_is_told_with_an_example_that_can_be_read(function):
    compiled(function.example)
    assert function.doc.endswith(".")


@pytest.mark.parametrize("function", [one for one in FUNCTIONS.values() if one.strict], ids=lambda one: one.name)
def test_no_strict_function_makes_something_of_nothing(function):
    assert value(f"{function.name}({', '.join('&a' if one == 'rule' else 'a' for one in function.takes)})", {}) is None
