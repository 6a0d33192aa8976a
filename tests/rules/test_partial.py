"""Lists that may lack items: a rule may find something in them, and conclude nothing from what is not there."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from tests.rules import random_more, random_rules
from tests.rules.cast import GIVEN, NOW, VOCABULARY, program

from greenboard.facts.types import Partial
from greenboard.rules.columns import Frame, Row
from greenboard.rules.evaluate import ERROR, FAIL, NO_DATA, PASS, evaluate
from greenboard.rules.explain import Explanation, explain
from greenboard.rules.language import RuleError
from greenboard.rules.language import compile as compile_rule
from greenboard.rules.types import Outcome

ROWS: list[Row] = [
    {
        "workload": Partial(
            [
                {"name": "deployment/a", "replicas": 2, "liveness": True, "privileged": False},
                {"name": "deployment/b", "replicas": 3, "liveness": False, "privileged": False},
            ]
        )
    },
    {"workload": ({"name": "deployment/a", "replicas": 1, "liveness": True, "privileged": False},)},
]


def _verdict(source: str) -> int:
    return int(evaluate(program(source), Frame.build(VOCABULARY, ROWS, NOW), {"copies": [2, 2]})[0])


def _why(source: str) -> Explanation:
    return explain(program(source), Frame.build(VOCABULARY, ROWS, NOW), 0, {"copies": [2, 2]})


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("workload.exists(w, w.replicas == 3)", PASS),
        ("workload.exists(w, w.replicas == 9)", NO_DATA),
        ("workload.exists(w, !has(w.replicas))", NO_DATA),
        ("workload.all(w, w.liveness)", FAIL),
        ("workload.all(w, !w.privileged)", NO_DATA),
        ("workload.exists_one(w, w.replicas == 3)", NO_DATA),
        ("size(workload) >= 2", PASS),
        ("size(workload) > 0", PASS),
        ("0 < size(workload)", PASS),
        ("size(workload) >= 3", NO_DATA),
        ("size(workload) < 2", FAIL),
        ("size(workload) < 3", NO_DATA),
        ("size(workload) == 2", NO_DATA),
        ("size(workload) == 1", FAIL),
        ("size(workload) != 1", PASS),
        ("size(workload) + 1 >= 2", NO_DATA),
        ("size(workload) == size(workload)", NO_DATA),
        ("size(workload.filter(w, w.privileged)) == 0", NO_DATA),
        ("size(workload.filter(w, w.liveness)) >= 1", PASS),
        ("size(workload.filter(w, w.liveness)) == 0", FAIL),
        ("'deployment/a' in workload.map(w, w.name)", PASS),
        ("'deployment/z' in workload.map(w, w.name)", NO_DATA),
        ("workload.map(w, w.name) == ['deployment/a', 'deployment/b']", NO_DATA),
        ("sum(workload.map(w, w.replicas)) >= 2", NO_DATA),
        ("percent(workload.map(w, w.liveness)) >= 50.0", NO_DATA),
        ("quantile(workload.map(w, double(w.replicas)), 0.5) >= 1.0", NO_DATA),
        ("workload[0].replicas == 2", NO_DATA),
        ("workload[?0].hasValue()", NO_DATA),
    ],
)
def test_only_what_no_unseen_item_could_change_is_decided(source: str, verdict: int) -> None:
    assert _verdict(source) == verdict


def test_the_reason_is_said() -> None:
    found = _why("workload.all(w, !w.privileged)")
    assert found.outcome is Outcome.NO_DATA
    assert found.text == "there may be more workloads than are known"
    assert found.missing == ("workload",)


def test_no_verdict_is_overturned_by_what_was_not_seen() -> None:
    rng, words = random.Random(29), random_rules.vocabulary()
    decided = 0
    for _ in range(60):
        seen = [random_rules.random_row(rng, 0.05) for _ in range(6)]
        rows = [{**row, **{name: Partial(row[name]) for name in ("some", "few") if name in row}} for row in seen]
        whole = [_more(rng, row) for row in seen for _ in range(4)]
        given = {"limit": [1] * 24, "share": [0.5] * 24, "word": ["a"] * 24}
        partly = Frame.build(words, rows, NOW - timedelta(days=170))
        wholly = Frame.build(words, whole, NOW - timedelta(days=170))
        for _ in range(25):
            source = random_more.Maker(rng).make("bool", 3)
            try:
                compiled = compile_rule(source, words, parameters=random_rules.PARAMETERS)
            except RuleError:
                continue
            ours = evaluate(compiled, partly, {name: values[:6] for name, values in given.items()}).tolist()
            theirs = evaluate(compiled, wholly, given).tolist()
            for index, verdict in enumerate(ours):
                if verdict in (PASS, FAIL):
                    decided += any(name in source for name in ("some", "few"))
                    possible = set(theirs[4 * index : 4 * index + 4])
                    assert possible <= {verdict, NO_DATA, ERROR}, f"{source} on {rows[index]}"
    assert decided > 500


def _more(rng: random.Random, row: dict[str, Any]) -> dict[str, Any]:
    """The same facts with none or a few more items, which are known in full."""
    other = random_rules.random_row(rng, 0)
    grown = {name: (*row[name], *other[name]) for name in ("some", "few") if name in row and rng.random() < 0.8}
    return {**row, **grown}


def test_what_is_told_of_one_row_leaves_the_others_as_they_are() -> None:
    frame = Frame.build(VOCABULARY, ROWS, NOW)
    counted = evaluate(program("size(workload) <= 2"), frame, GIVEN).tolist()
    assert counted == [NO_DATA, PASS]
