"""Tables: frames that are joined, patched and taken apart come to what frames built at once come to."""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from tests.rules import random_rules
from tests.rules.cast import CHECKOUT, GIVEN, NOBODY, NOW, SEARCH, VOCABULARY, program

from greenboard.facts.types import Partial
from greenboard.rules import tables
from greenboard.rules.around import Around
from greenboard.rules.columns import Frame, Row, Strings
from greenboard.rules.evaluate import FAIL, NO_DATA, PASS, evaluate
from greenboard.rules.explain import explain
from greenboard.rules.growing import Growing
from greenboard.rules.language import Program, RuleError
from greenboard.rules.language import compile as compile_rule

WORDS = random_rules.vocabulary()
MOMENT = NOW - timedelta(days=170)


def _programs(rng: random.Random, count: int) -> list[Program]:
    found: list[Program] = []
    while len(found) < count:
        try:
            found.append(
                compile_rule(random_rules.Maker(rng).make("bool", 3), WORDS, parameters=random_rules.PARAMETERS)
            )
        except RuleError:
            continue
    return found


def _rows(rng: random.Random, count: int) -> list[Row]:
    """Rows with holes, with lists that may lack items, and sometimes with a type that none of them has."""
    hidden = set(rng.sample(sorted(WORDS.types), rng.randint(0, 3)))
    fields = rng.choice([set(), {"i", "s"}, set(WORDS.types["one"].fields)]) if rng.random() < 0.3 else set()
    return [_row(rng, hidden, fields) for _ in range(count)]


def _row(rng: random.Random, hidden: set[str], fields: set[str]) -> Row:
    row: dict[str, Any] = {}
    for name, value in random_rules.random_row(rng, rng.choice([0.05, 0.3])).items():
        if name in hidden:
            continue
        if isinstance(value, tuple):
            items = [{key: part for key, part in item.items() if key not in fields - {"s"}} for item in value]
            row[name] = (Partial if rng.random() < 0.2 else tuple)(items)
        else:
            row[name] = {key: part for key, part in value.items() if key not in fields}
    return row


def _given(count: int) -> dict[str, list[Any]]:
    return {"limit": [1] * count, "share": [0.5] * count, "word": ["a"] * count}


def _same(programs: list[Program], frame: Frame, rows: list[Row]) -> int:
    """Hold a frame against one that is built from rows; how many verdicts were decided."""
    built, given, decided = Frame.build(WORDS, rows, MOMENT), _given(len(rows)), 0
    assert len(frame) == len(rows)
    some = np.array([row for row in range(len(rows)) if row % 3 != 1], dtype=np.int64)
    for one in programs:
        expected = evaluate(one, built, given)
        assert evaluate(one, frame, given).tolist() == expected.tolist(), one.source
        assert evaluate(one, frame, given, rows=some).tolist() == expected[some].tolist(), one.source
        decided += int((expected <= PASS).sum())
    for row in range(0, len(rows), 4):
        assert explain(programs[0], frame, row, given) == explain(programs[0], built, row, given)
    return decided


@pytest.mark.parametrize("seed", range(12))
def test_frames_joined_are_as_if_built_at_once(seed: int) -> None:
    rng = random.Random(seed)
    parts = [_rows(rng, count) for count in (3, 0, 1, 7)]
    strings = Strings()
    whole = tables.joined(Frame.build(WORDS, part, MOMENT, strings=strings) for part in parts)
    assert _same(_programs(rng, 30), whole, [row for part in parts for row in part]) > 20


@pytest.mark.parametrize("seed", range(12))
def test_a_frame_stays_right_over_any_sequence_of_changes(seed: int) -> None:
    rng = random.Random(100 + seed)
    rows, programs = _rows(rng, 6), _programs(rng, 12)
    frame = tables.ready(Frame.build(WORDS, rows, MOMENT))
    seen: list[tuple[Frame, list[Row]]] = []
    for _ in range(25):
        frame, rows = _changed(rng, frame, rows)
        seen.append((frame, rows))
    for earlier, then in rng.sample(seen, 8):
        _same(programs, earlier, then)


def _changed(rng: random.Random, frame: Frame, rows: list[Row]) -> tuple[Frame, list[Row]]:
    """Some rows are replaced; now and then rows are added, left out, put in another order, or all refreshed."""
    match rng.choice(["patch"] * 6 + ["add", "take", "refresh"]):
        case "add":
            more = _rows(rng, rng.randint(1, 2))
            return tables.joined([frame, Frame.build(WORDS, more, MOMENT, strings=frame.strings)]), rows + more
        case "take":
            index = [row for row in range(len(rows)) if rng.random() < 0.8] or [0]
            rng.shuffle(index)
            return tables.taken(frame, np.array(index)), [rows[row] for row in index]
        case "refresh":
            return tables.refreshed(frame), rows
    patch = dict(zip(rng.sample(range(len(rows)), min(2, len(rows))), _rows(rng, 2), strict=False))
    return tables.patched(frame, patch), [patch.get(at, row) for at, row in enumerate(rows)]


def test_only_the_types_named_are_replaced() -> None:
    frame = Frame.build(VOCABULARY, [CHECKOUT, SEARCH], NOW)
    changed = tables.patched(frame, {0: {"coverage": {"line_pct": 10.0}}}, types={"coverage"})
    assert evaluate(program("coverage.line_pct < 20.0"), changed).tolist() == [PASS, NO_DATA]
    assert evaluate(program("size(slo) == 2"), changed).tolist() == [PASS, FAIL]


def test_items_are_told_apart_without_the_rows_that_they_came_from() -> None:
    frame = tables.patched(Frame.build(VOCABULARY, [SEARCH, NOBODY], NOW), {1: CHECKOUT})
    rule = program("workload.all(w, w.replicas >= 2)")
    told = explain(rule, frame, 1, GIVEN)
    assert told == explain(rule, Frame.build(VOCABULARY, [CHECKOUT], NOW), 0, GIVEN)
    assert "deployment/checkout" in told.text


def test_what_is_around_the_rows_stays_when_their_facts_change() -> None:
    around = Around(teams=[("payments",), None])
    frame = Frame.build(VOCABULARY, [CHECKOUT, SEARCH], NOW, around=around)
    assert tables.patched(frame, {0: NOBODY}).around is around
    assert tables.refreshed(frame).around is around


def test_memory_of_replaced_facts_is_given_back() -> None:
    rng = random.Random(5)
    frame = tables.ready(Frame.build(WORDS, _rows(rng, 10), MOMENT))
    most = 0
    for _ in range(200):
        row = {"one": {"s": "x" * rng.randint(1, 9)}, "some": ({"s": "a"}, {"s": "b", "i": 3})}
        frame = tables.patched(frame, {rng.randrange(10): row})
        single, several = frame.variable("one"), frame.variable("some")
        most = max(most, len(single.field("s")), len(several.content))  # type: ignore[union-attr, arg-type]
    assert most <= 2 * 2 * 10


def test_texts_that_no_row_has_any_more_are_forgotten_when_a_frame_is_refreshed() -> None:
    frame = tables.ready(Frame.build(WORDS, [{}], MOMENT))
    for number in range(100):
        frame = tables.patched(frame, {0: {"one": {"s": f"text {number}", "ls": ("a", f"part {number}")}}})
    assert len(frame.strings.texts) > 200
    assert sorted(tables.refreshed(frame).strings.texts) == ["", "a", "part 99", "text 99"]


def test_what_is_added_to_an_array_is_not_seen_by_those_who_hold_it() -> None:
    first = Growing(np.array([1, 2]))
    longer = first.added(np.array([3]), 1)
    ours, theirs = longer.added(np.array([4]), 1), longer.added(np.array([5]), 1)
    assert [one.values.tolist() for one in (first, longer, ours, theirs)] == [
        [1, 2],
        [1, 2, 3],
        [1, 2, 3, 4],
        [1, 2, 3, 5],
    ]


def test_adding_does_not_copy_what_is_there() -> None:
    grown = Growing(np.zeros(1_000_000, dtype=np.int64)).added(np.zeros(1, dtype=np.int64), 1)
    again = grown.added(np.zeros(1, dtype=np.int64), 1)
    assert np.shares_memory(grown.values, again.values)
    assert sys.getsizeof(again.values) < 1_000
