"""Explanations: one sentence that names the value and the fact that decided, what was read, what was missing."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from tests.rules import random_rules
from tests.rules.cast import NOW, why

from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import evaluate
from greenboard.rules.explain import explain
from greenboard.rules.language import RuleError
from greenboard.rules.language import compile as compile_rule
from greenboard.rules.types import Outcome


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("workload.all(w, w.replicas >= 2)", "deployment/checkout: 1 replica, wanted at least 2"),
        ("workload.all(w, w.replicas >= param.copies)", "deployment/checkout: 1 replica, wanted at least 2"),
        ("workload.all(w, w.liveness)", "deployment/worker: has no liveness probe"),
        ("!workload.exists(w, w.replicas == 1)", "deployment/checkout: 1 replica, wanted anything but 1"),
        ("workload.exists(w, w.replicas > 5)", "none of the 3 workloads: at least 6 replicas"),
        ("coverage.line_pct >= 80", "coverage: lines 71.5 %, wanted at least 80 %"),
        ("80 <= coverage.line_pct", "coverage: lines 71.5 %, wanted at least 80 %"),
        ("slo.all(s, s.target_pct > 99.5)", "SLO quick: target 99 %, wanted more than 99.5 %"),
        (
            "slo.all(s, s.current_pct < s.target_pct)",
            "SLO checkouts: current 99.95 %, wanted less than 99.9 % (target)",
        ),
        ("entity.kind in ['website', 'api']", "kind service, wanted one of website, api"),
        ("'gdpr' in entity.tags", "tags java, pci, wanted gdpr among them"),
        ("has(entity.system)", "system not known"),
        ("attested('SEC.1')", "nobody attests SEC.1"),
        ("attested('OWN.2')", "the attestation of OWN.2 expired on 2026-11-20"),
        (
            "age(readme.last_changed_at) <= days(90)",
            "README: last changed 2025-10-19, 400 days ago, wanted at most 90 days",
        ),
        ("size(slo) >= 3", "2 SLOs, wanted at least 3"),
        ("size(workload.filter(w, w.privileged)) == 0", "2 of 3 workloads: is or may become privileged, wanted none"),
        ("entity.name.endsWith('-api')", "name checkout, wanted one that ends with -api"),
        ("slo.exists_one(s, s.target_pct >= 99)", "2 of 2 SLOs: target at least 99 %, wanted exactly one"),
    ],
)
def test_a_failure_names_the_value_and_what_was_wanted(source: str, text: str) -> None:
    found = why(source)
    assert found.outcome is Outcome.FAIL
    assert found.text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("workload.all(w, w.replicas >= 1)", "each of the 3 workloads: at least 1 replica"),
        ("entity.tier > 1 || entity.kind == 'service'", "kind service"),
        ("attested('COD.4')", "COD.4 is attested until 2026-12-23"),
        ("size(slo) > 0", "2 SLOs"),
    ],
)
def test_a_pass_names_what_decided(source: str, text: str) -> None:
    found = why(source)
    assert found.outcome is Outcome.PASS
    assert found.text == text


def test_a_missing_field_is_named_with_its_item() -> None:
    found = why("slo.all(s, s.current_pct >= s.target_pct)")
    assert found.outcome is Outcome.NO_DATA
    assert found.text == "SLO quick: current not known"
    assert found.missing == ("slo.current_pct",)


def test_a_missing_fact_is_named() -> None:
    found = why("coverage.line_pct >= 80 && slo.all(s, s.burn_alert)", 2)
    assert found.missing == ("coverage", "slo")
    assert found.text == "nothing is known of coverage; nothing is known of SLOs"


def test_an_error_says_what_could_not_be_computed() -> None:
    found = why("slo[7].name == 'a'")
    assert found.outcome is Outcome.ERROR
    assert found.text == "slo[7] cannot be computed: there is no element 7"


def test_the_branch_that_was_taken_is_explained() -> None:
    found = why("entity.kind == 'service' ? workload.all(w, w.liveness) : true")
    assert found.text == "deployment/worker: has no liveness probe"
    assert ("entity.kind", None) in {(read.path, read.key) for read in found.reads if read.decisive}


def test_reads_carry_the_key_and_say_which_decided() -> None:
    reads = {(read.path, read.key): read for read in why("workload.all(w, w.replicas >= 2)").reads}
    assert reads["workload.replicas", "deployment/checkout"].value == 1
    assert reads["workload.replicas", "deployment/checkout"].decisive
    assert not reads["workload.replicas", "deployment/worker"].decisive


def test_a_known_empty_list_is_said_to_be_empty() -> None:
    assert why("slo.exists(s, s.burn_alert)", 1).text == "there is no SLO"


def test_explanations_always_agree_with_verdicts() -> None:
    rng, words = random.Random(11), random_rules.vocabulary()
    outcomes = (Outcome.FAIL, Outcome.PASS, Outcome.NO_DATA, Outcome.ERROR)
    rows = [random_rules.random_row(rng, rng.choice([0, 0.1])) for _ in range(6)]
    frame = Frame.build(words, rows, NOW - timedelta(days=170))
    given = {"limit": [1] * 6, "share": [0.5] * 6, "word": ["a"] * 6}
    for _ in range(250):
        source = random_rules.Maker(rng).make("bool", 3)
        try:
            program = compile_rule(source, words, parameters=random_rules.PARAMETERS)
        except RuleError:
            continue
        verdicts = evaluate(program, frame, given).tolist()
        for row, verdict in enumerate(verdicts):
            found = explain(program, frame, row, given)
            assert found.outcome is outcomes[verdict], source
            assert found.text, source
            assert bool(found.missing) is (found.outcome is Outcome.NO_DATA), source
