"""Joined records are found by their keys, whatever the tool writes as one, and however many there are."""

from __future__ import annotations

import pytest

from greenboard.connections import keyed
from greenboard.connections.work import Look, Work


@pytest.fixture
def work():
    with Work(None, ["things"]) as made:
        yield made


def keep(work: Work, *records: dict[str, object]) -> None:
    kept = [(str(number), None, record) for number, record in enumerate(records)]
    work.write("things", [("", Look("done"), kept)])


def ids(work: Work, key: str) -> list[str]:
    return [row.id for row in work.keyed.rows("by", "things", key)]


def test_numbers_and_texts_of_a_field_are_the_same_key(work):
    keep(work, {"of": {"id": 7}}, {"of": {"id": "7"}}, {"of": {"id": "a"}})
    assert work.keyed.by_field("by", "things", ("of", "id"))
    assert ids(work, "7") == ["0", "1"]
    assert ids(work, "a") == ["2"]
    assert ids(work, "b") == []


@pytest.mark.parametrize("odd", [None, True, 1.5, 2**70, [1], {"id": 1}])
def test_a_field_that_holds_anything_else_is_left_to_the_expression(work, odd):
    keep(work, {"of": "a"}, {"of": odd})
    assert not work.keyed.by_field("by", "things", ("of",))
    assert "by" not in work.keyed
    work.keyed.make("by", iter([("x", 2), ("x", 1), ("x", 2)]))
    assert ids(work, "x") == ["0", "1"]


def test_a_name_that_no_path_can_say_is_left_to_the_expression(work):
    keep(work, {'a"b': "x"})
    assert not work.keyed.by_field("by", "things", ('a"b',))


@pytest.mark.parametrize("most", [1, 500])
def test_what_is_read_ahead_is_what_would_be_found_and_much_is_not_read_ahead(work, monkeypatch, most):
    monkeypatch.setattr(keyed, "_MOST", most)
    keep(work, {"of": "a"}, {"of": "b"}, {"of": "a"})
    assert work.keyed.by_field("by", "things", ("of",))
    work.keyed.ahead("by", "things", ["a", "c"])
    assert (ids(work, "a"), ids(work, "b"), ids(work, "c")) == (["0", "2"], ["1"], [])
