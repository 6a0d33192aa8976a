"""No rule exhausts memory or time: what is too much is an error of that row, and of no other."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
from tests.rules.cast import CHECKOUT, NOW, VOCABULARY, frame, program

from greenboard.rules import texts, vectors
from greenboard.rules.columns import Frame, Row
from greenboard.rules.evaluate import ERROR, FAIL, PASS, evaluate
from greenboard.rules.explain import explain
from greenboard.rules.language import RuleError
from greenboard.rules.types import Outcome

HUGE: Row = {
    "entity": {"name": "huge", "tags": tuple(f"tag {index}" for index in range(100_000))},
    "workload": tuple({"name": f"w{index}", "replicas": index} for index in range(100_000)),
}
_MEASURED = """
import json, resource, sys, time
sys.path[:0] = ["src", "."]
from tests.rules.test_bounds import HUGE
from tests.rules.cast import CHECKOUT, frame, program
from greenboard.rules.evaluate import evaluate
rules = [program(source) for source in json.loads(sys.argv[1])]
frames = [frame(CHECKOUT, HUGE, CHECKOUT) for _ in rules]
for each in frames:
    evaluate(program("size(workload) > 0 && size(entity.tags) > 0"), each)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.perf_counter()
verdicts = [evaluate(rule, each).tolist() for rule, each in zip(rules, frames)]
spent = time.perf_counter() - started
print(json.dumps([verdicts, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, spent]))
"""
NESTED = "workload.all(a, workload.all(b, a.replicas + b.replicas >= 0))"
TRIPLE = "workload.exists(a, workload.exists(b, workload.exists(c, a.name == b.name + c.name)))"
SQUARES = "workload.all(a, a.name in workload.map(b, b.name))"
FLAT = "size(workload.map(a, workload.map(b, b.replicas)).flatten()) > 0"
ADDED = " + ".join(["workload"] * 25)
TEXTS = "size(entity.tags.map(t, entity.tags.join(t)).join('')) > 0"
GROWN = "size(" + "entity.name" + ".replace('', 'x' + entity.name)" * 12 + ") > 0"


@pytest.mark.parametrize(
    ("source", "small"),
    [(NESTED, PASS), (TRIPLE, FAIL), (SQUARES, PASS), (FLAT, PASS), (f"size({ADDED}) > 0", PASS), (TEXTS, PASS)],
)
def test_one_entity_that_is_too_much_is_an_error_and_the_others_are_decided(source: str, small: int) -> None:
    started = time.perf_counter()
    found = evaluate(program(source), frame(CHECKOUT, HUGE, CHECKOUT)).tolist()
    assert found == [small, ERROR, small]
    assert time.perf_counter() - started < 20


@pytest.mark.slow
def test_memory_stays_within_bounds_whatever_a_rule_asks() -> None:
    rules = json.dumps([NESTED, TRIPLE, SQUARES, FLAT, f"size({ADDED}) > 0", TEXTS, GROWN])
    done = subprocess.run([sys.executable, "-c", _MEASURED, rules], capture_output=True, text=True, check=True)
    verdicts, grown, spent = json.loads(done.stdout)
    assert all(each[1] == ERROR for each in verdicts[:-1])
    assert grown < 700, f"{grown:.0f} MiB"
    assert spent < 60


def test_the_explanation_of_such_a_row_says_so() -> None:
    told = explain(program(NESTED), frame(CHECKOUT, HUGE), 1)
    assert told.outcome is Outcome.ERROR
    assert "more than 2,000,000 elements" in told.text


def test_comprehensions_beside_one_another_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "MAX_LANES", 10)
    one = "workload.all(w, w.replicas >= 1)"
    assert evaluate(program(" && ".join([one] * 3)), frame(CHECKOUT)).tolist() == [PASS]
    assert evaluate(program(" && ".join([one] * 4)), frame(CHECKOUT)).tolist() == [ERROR]


@pytest.mark.parametrize(
    "source",
    [
        GROWN,
        "size(" + "(entity.name + entity.name)" + ".replace('e', entity.name + entity.name)" * 9 + ") > 0",
        "size(cel.bind(a, entity.name.split(''), a.map(x, a.map(y, a.join(a.join(''))).join('')).join(''))) > 0",
    ],
)
def test_a_text_that_grows_too_long_is_an_error(source: str) -> None:
    row: Row = {"entity": {"name": "checkout" * 20}}
    assert evaluate(program(source), frame(row)).tolist() == [ERROR]


def test_a_long_text_that_is_only_read_is_no_error() -> None:
    row: Row = {"entity": {"description": "word " * 100_000}}
    found = program("entity.description.contains('word') && size(entity.description.trim()) > 3")
    assert evaluate(found, frame(row)).tolist() == [PASS]


def test_what_rules_make_of_texts_is_bounded_for_all_rows_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MAX_MADE", 100)
    rows: list[Row] = [{"entity": {"name": f"name {index:02}"}} for index in range(30)]
    found = evaluate(program("size(entity.name + '!') == 8"), Frame.build(VOCABULARY, rows, NOW)).tolist()
    assert found.count(PASS) == 12
    assert found.count(ERROR) == 18


def test_named_parts_cannot_grow_an_expression_without_end() -> None:
    doubled = "entity.name"
    for index in range(20):
        doubled = f"cel.bind(n{index}, {doubled}, n{index} + n{index})"
    with pytest.raises(RuleError, match="named parts come to more than 5,000 operations"):
        program(f"size({doubled}) > 0")


def test_sums_of_many_huge_numbers_take_no_time() -> None:
    rows: list[Row] = [
        {"workload": tuple({"name": f"w{at}", "replicas": 2**62} for at in range(20))} for _ in range(2_000)
    ]
    started = time.perf_counter()
    found = evaluate(program("sum(workload.map(w, w.replicas)) > 0"), Frame.build(VOCABULARY, rows, NOW))
    assert set(found.tolist()) == {ERROR}
    assert time.perf_counter() - started < 5


def test_zero_and_its_negative_are_written_each_as_it_is() -> None:
    rows: list[Row] = [{"coverage": {"line_pct": value}} for value in (0.0, -0.0, 0.0, 1.5)]
    frame = Frame.build(VOCABULARY, rows, NOW)
    assert evaluate(program('string(coverage.line_pct) == "0"'), frame).tolist() == [PASS, FAIL, PASS, FAIL]
    assert evaluate(program('string(coverage.line_pct) == "-0"'), frame).tolist() == [FAIL, PASS, FAIL, FAIL]
