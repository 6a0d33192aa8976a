"""What rules come to: decided where they can be, unknown where something is missing, an error where they fail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.rules.cast import CHECKOUT, NOW, VOCABULARY, frame, program, verdicts

from greenboard.facts.types import Value
from greenboard.rules import vectors
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import ERROR, FAIL, NO_DATA, PASS, evaluate


def test_it_works() -> None:
    assert verdicts("entity.kind == 'service'") == [PASS, FAIL, NO_DATA]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("slo.all(s, s.target_pct >= 99)", [PASS, PASS, NO_DATA]),
        ("slo.exists(s, s.sli == 'availability')", [PASS, FAIL, NO_DATA]),
        ("slo.exists_one(s, s.target_pct > 99.5)", [PASS, FAIL, NO_DATA]),
        ("size(slo) > 0", [PASS, FAIL, NO_DATA]),
        ("size(slo.filter(s, s.sli == 'latency')) == 1", [PASS, FAIL, NO_DATA]),
        ("slo.map(s, s.name) == ['checkouts', 'quick']", [PASS, FAIL, NO_DATA]),
        ("'pci' in entity.tags", [PASS, NO_DATA, NO_DATA]),
        ("entity.kind in ['service', 'website']", [PASS, FAIL, NO_DATA]),
        ("has(entity.tier)", [PASS, FAIL, NO_DATA]),
        ("entity.?tier.orValue(4) <= 1", [PASS, FAIL, NO_DATA]),
        ("slo[0].sli == 'availability'", [PASS, ERROR, NO_DATA]),
        ("slo[?0].?name.orValue('none') == 'none'", [FAIL, PASS, NO_DATA]),
        ("coverage.line_pct >= 80", [FAIL, NO_DATA, NO_DATA]),
        ("entity.name.startsWith('check') && entity.name.matches('^[a-z]+$')", [PASS, FAIL, NO_DATA]),
        ("entity.tier / 0 > 1", [ERROR, NO_DATA, NO_DATA]),
        ("workload.all(w, w.replicas >= param.copies)", [FAIL, PASS, NO_DATA]),
        ("param.target > 99", [PASS, NO_DATA, PASS]),
        ("percent(workload.map(w, w.privileged)) > 60", [PASS, ERROR, NO_DATA]),
        ("quantile(workload.map(w, w.replicas), 0.5) == 3", [PASS, ERROR, NO_DATA]),
        ("sum(workload.map(w, w.replicas)) == 7", [PASS, FAIL, NO_DATA]),
        ("semver_in('1.4.2', '^1.2') && semver_compare('2.0.0-rc.1', '2.0.0') < 0", [PASS, PASS, PASS]),
    ],
)
def test_verdicts(source: str, expected: list[int]) -> None:
    assert verdicts(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("coverage.line_pct > 1 && false", FAIL),
        ("coverage.line_pct > 1 || true", PASS),
        ("coverage.line_pct > 1 && true", NO_DATA),
        ("true ? true : coverage.line_pct > 1", PASS),
        ("coverage.line_pct > 1 ? true : true", NO_DATA),
        ("!(coverage.line_pct > 1)", NO_DATA),
        ("1 / 0 > 1 && false", FAIL),
        ("1 / 0 > 1 || coverage.line_pct > 1", ERROR),
    ],
)
def test_what_is_unknown_counts_only_where_it_could_decide(source: str, expected: int) -> None:
    assert verdicts(source)[2] == expected


def test_one_failing_element_decides_all_although_another_is_unknown() -> None:
    assert verdicts("slo.all(s, s.current_pct > 99.99)")[0] == FAIL
    assert verdicts("slo.all(s, s.current_pct > 99)")[0] == NO_DATA
    assert verdicts("slo.exists(s, s.current_pct > 99)")[0] == PASS


def test_an_unknown_element_leaves_a_filter_unknown() -> None:
    assert verdicts("size(slo.filter(s, s.current_pct > 99)) >= 1")[0] == NO_DATA


def test_a_statement_counts_until_it_expires() -> None:
    assert verdicts("attested('COD.4')") == [PASS, NO_DATA, NO_DATA]
    assert verdicts("attested('OWN.2')")[0] == FAIL
    assert verdicts("attested('SEC.1')")[0] == FAIL


def test_age_is_measured_from_the_moment_of_the_frame() -> None:
    rule = program("age(readme.last_changed_at) <= days(90)")
    assert rule.reads_clock
    earlier = Frame.build(VOCABULARY, [CHECKOUT], NOW - timedelta(days=350))
    assert evaluate(rule, frame(CHECKOUT)).tolist() == [FAIL]
    assert evaluate(rule, earlier).tolist() == [PASS]


def test_whole_and_broken_numbers_compare() -> None:
    assert verdicts("coverage.line_pct == 71.5 && entity.tier < 1.5 && 1 == 1.0")[0] == PASS


@pytest.mark.parametrize(
    "source", ["9223372036854775807 + entity.tier > 0", "-9223372036854775807 - 2 * entity.tier < 0"]
)
def test_an_overflow_is_an_error(source: str) -> None:
    assert verdicts(source)[0] == ERROR


def test_an_outer_variable_is_seen_in_inner_lists() -> None:
    assert (
        verdicts("slo.all(s, workload.exists(w, w.replicas >= 3 && s.target_pct >= 99.0 && entity.tier == 1))")[0]
        == PASS
    )


def test_a_variable_may_hide_a_fact_type() -> None:
    assert verdicts("workload.exists(slo, slo.replicas == 1)")[0] == PASS


def test_an_empty_frame_has_no_verdicts() -> None:
    assert evaluate(program("true"), Frame.build(VOCABULARY, [], NOW)).tolist() == []


def test_rows_beyond_the_budget_are_evaluated_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = program("workload.all(a, workload.exists(b, a.replicas <= b.replicas))")
    whole = evaluate(rule, frame(*[CHECKOUT] * 50)).tolist()
    monkeypatch.setattr(vectors, "MAX_LANES", 30)
    assert evaluate(rule, frame(*[CHECKOUT] * 50)).tolist() == whole == [PASS] * 50


def test_one_row_beyond_the_budget_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "MAX_LANES", 5)
    rule = program("workload.all(a, workload.exists(b, a.replicas <= b.replicas))")
    assert evaluate(rule, frame(CHECKOUT)).tolist() == [ERROR]


def test_facts_are_not_changed_by_evaluation() -> None:
    slo: Value = ({"name": "a", "target_pct": 99.0},)
    row = {"slo": slo}
    evaluate(program("slo.map(s, s.target_pct * 2.0).exists(t, t > 1.0)"), frame(row))
    assert row == {"slo": ({"name": "a", "target_pct": 99.0},)}
