"""Holding entities against a scorecard: outcomes, evidence, and reasons for what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from greenboard.catalog.types import Entity, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.facts import vocabulary
from greenboard.facts.merge import merge
from greenboard.facts.types import Fact, Gap, Source, SourceKind
from greenboard.results.around import surroundings
from greenboard.results.judge import Subject, judge, outcomes
from greenboard.results.types import Judgement, Lack, Result
from greenboard.rules.types import Outcome
from greenboard.scorecards import definition
from greenboard.scorecards.types import Scorecard

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WORDS = vocabulary.load()
REF = Ref("service", "default", "checkout")
HEAD = "name: own\ntitle: Own\nlevels: [{name: bronze, title: Bronze}, {name: silver, title: Silver}]\nrules:\n"


def _rule(name: str, expression: str, more: str = "") -> str:
    body = f"id: {name}, item: OWN.1, title: {name}, why: w, fix: mend it, level: bronze, expression: '{expression}'"
    return f"  - {{{body}{more}}}\n"


@pytest.fixture
def card(tmp_path: Path) -> Any:
    def build(*rules: str) -> Scorecard:
        path = tmp_path / "own.yaml"
        path.write_text(HEAD + "".join(rules))
        return definition.load(path, WORDS)

    return build


def _fact(kind: str, value: Any, *, days: int = 0, places: dict[str, str] | None = None) -> Fact:
    source = Source(SourceKind.REPOSITORY, "reader", "k8s/deploy.yaml:3", "abc123")
    return Fact(REF, kind, WORDS.normalise(kind, value), source, NOW - timedelta(days=days), places or {})


def _judge(card: Scorecard, facts: Sequence[Fact] = (), gaps: Sequence[Gap] = (), **entity: Any) -> Judgement:
    subject = Subject(Entity(REF, **entity), merge(facts, gaps, WORDS, NOW))
    (found,) = judge(card, [subject], WORDS, NOW)
    assert {result.rule: result.outcome for result in found.results} == outcomes(card, [subject], WORDS, NOW)[0]
    return found


def _only(judgement: Judgement) -> Result:
    (result,) = judgement.results
    return result


def test_evidence_names_value_place_commit_and_item(card: Any) -> None:
    fact = _fact(
        "workload",
        [{"name": "deployment/a", "replicas": 1}],
        places={"deployment/a.replicas": "k8s/deploy.yaml:14"},
    )
    result = _only(_judge(card(_rule("copies", "workload.all(w, w.replicas >= 2)")), [fact]))
    assert result.outcome is Outcome.FAIL
    (read,) = [part for part in result.evidence if part.fact == "workload.replicas"]
    assert (read.key, read.value, read.source, read.commit) == ("deployment/a", 1, "k8s/deploy.yaml:14", "abc123")
    assert result.fix == "mend it"


def test_what_nobody_supplies_is_no_data_with_a_remedy(card: Any) -> None:
    result = _only(_judge(card(_rule("oncall", "oncall.schedules > 0"))))
    assert (result.outcome, result.sourceless) == (Outcome.NO_DATA, True)
    assert result.message == ("no connected source tells of on-call. A connection to an on-call tool would decide it.")


def test_what_is_too_old_is_no_data_and_holds_the_level_back(card: Any) -> None:
    rules = card(_rule("covered", "coverage.line_pct >= 80.0"), _rule("read", "readme.exists"))
    found = _judge(rules, [_fact("coverage", {"line_pct": 90.0}, days=45), _fact("readme", {"exists": True})])
    assert "coverage from reader: 45 days old, at most 30 days count" in found.results[0].message
    assert found.results[0].missing[0].lack is Lack.STALE
    assert found.standing.provisional is None


def test_a_failed_look_says_where_and_holds_the_level_back(card: Any) -> None:
    gap = Gap(REF, "workload", "did not find expected key", Source(SourceKind.REPOSITORY, "k", "k8s/a.yaml:3:5"), NOW)
    rules = card(_rule("copies", "workload.all(w, w.replicas >= 2)"), _rule("read", "readme.exists"))
    seen = [_fact("workload", [{"name": "deployment/b", "replicas": 3}]), _fact("readme", {"exists": True})]
    found = _judge(rules, seen, [gap])
    assert found.results[0].outcome is Outcome.NO_DATA
    assert "k8s/a.yaml:3:5 could not be read: did not find expected key" in found.results[0].message
    assert found.standing.provisional is None
    assert found.standing.provisional_blocking == ("copies",)


def test_a_failure_is_seen_even_in_a_list_that_is_not_complete(card: Any) -> None:
    gap = Gap(REF, "workload", "broken", Source(SourceKind.REPOSITORY, "k", "k8s/a.yaml:3:5"), NOW)
    seen = [_fact("workload", [{"name": "deployment/b", "replicas": 1}])]
    found = _judge(card(_rule("copies", "workload.all(w, w.replicas >= 2)")), seen, [gap])
    assert _only(found).outcome is Outcome.FAIL


def test_no_expression_passes_over_what_was_not_seen(card: Any) -> None:
    gap = Gap(REF, "workload", "broken", Source(SourceKind.REPOSITORY, "k", "k8s/a.yaml:3:5"), NOW)
    seen = [_fact("workload", [{"name": "deployment/b", "replicas": 3, "privileged": False}])]
    for expression in (
        "workload.all(w, w.replicas >= 2)",
        "!workload.exists(w, w.privileged)",
        "workload.filter(w, w.privileged).size() == 0",
    ):
        assert _only(_judge(card(_rule("r", expression)), seen, [gap])).outcome is Outcome.NO_DATA, expression


def test_a_rule_is_not_asked_of_other_kinds(card: Any) -> None:
    result = _only(_judge(card(_rule("r", "readme.exists", ", scope: {kinds: [library]}"))))
    assert (result.outcome, result.message) == (Outcome.NOT_APPLICABLE, "not asked of a service")


def test_an_unknown_tier_leaves_a_rule_about_tiers_undecided(card: Any) -> None:
    rules = card(_rule("r", "readme.exists", ", scope: {tiers: [0, 1]}"))
    readme = [_fact("readme", {"exists": True})]
    assert _only(_judge(rules, readme)).outcome is Outcome.NO_DATA
    assert _only(_judge(rules, readme)).missing[0].fact == "entity.tier"
    assert _only(_judge(rules, readme, tier=1)).outcome is Outcome.PASS
    assert _only(_judge(rules, readme, tier=2)).outcome is Outcome.NOT_APPLICABLE


def test_an_unknown_condition_is_no_data_and_a_false_one_not_applicable(card: Any) -> None:
    rules = card(_rule("r", "readme.exists", ", when: 'size(workload) > 0'"))
    readme = _fact("readme", {"exists": True})
    assert _only(_judge(rules, [readme])).outcome is Outcome.NO_DATA
    assert _only(_judge(rules, [readme, _fact("workload", [])])).outcome is Outcome.NOT_APPLICABLE


def test_thresholds_differ_by_entity_in_one_go(card: Any) -> None:
    limits = ", parameters: {least: {type: int, default: 1, by_tier: {0: 3}}}"
    rules = card(_rule("r", "workload.all(w, w.replicas >= param.least)", limits))
    snapshot = merge([_fact("workload", [{"name": "deployment/a", "replicas": 2}])], [], WORDS, NOW)
    subjects = [Subject(Entity(REF, tier=tier), snapshot) for tier in (None, 0, 2)]
    found = [_only(judgement).outcome for judgement in judge(rules, subjects, WORDS, NOW)]
    assert found == [Outcome.PASS, Outcome.FAIL, Outcome.PASS]


def test_an_exemption_is_kept_beside_the_outcome(card: Any) -> None:
    rules = card(_rule("r", "readme.exists"))
    subject = Subject(Entity(REF), merge([_fact("readme", {"exists": False})], [], WORDS, NOW))
    (found,) = judge(rules, [subject], WORDS, NOW, {REF: {"r"}})
    assert (_only(found).outcome, _only(found).exempt, found.standing.level) == (Outcome.FAIL, True, "silver")


def test_an_entity_outside_of_the_scope_gets_no_level(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(HEAD.replace("rules:", "scope: {kinds: [library]}\nrules:") + _rule("r", "readme.exists"))
    found = _judge(definition.load(path, WORDS), [_fact("readme", {"exists": True})])
    assert _only(found).outcome is Outcome.NOT_APPLICABLE
    assert (found.standing.level, found.standing.score) == (None, None)


def test_what_cannot_be_judged_from_here_is_left_out_with_its_reason(card: Any) -> None:
    source = Source(SourceKind.REPOSITORY, "dependency", "build.gradle")
    gap = Gap(REF, "dependency", "a Gradle build is a program", source, NOW, unclear=True)
    rules = card(_rule("locked", "dependency.all(d, d.lock_file)"), _rule("read", "readme.exists"))
    found = _judge(rules, [_fact("readme", {"exists": True})], [gap])
    assert found.results[0].outcome is Outcome.NO_DATA
    assert found.results[0].message.startswith("build.gradle: a Gradle build is a program. ")
    assert found.standing.left_out == ("locked",)
    assert found.standing.provisional == "silver"


LEDGER = Ref("service", "default", "ledger")
SLOS = "dependencies().all(d, d.slo.exists(s, s.target_pct >= 99.9))"


def _of_ledger(kind: str, value: Any) -> Fact:
    source = Source(SourceKind.REPOSITORY, "slo", "slo.yaml:4", "def456", "https://example.org/ledger")
    return Fact(LEDGER, kind, WORDS.normalise(kind, value), source, NOW)


def _with_dependency(card: Scorecard, facts: Sequence[Fact] = (), gaps: Sequence[Gap] = (), *others: Ref) -> Judgement:
    """Checkout, which depends on the ledger, of which these facts and gaps are known, and on others."""
    subjects = [Subject(Entity(REF), merge([], [], WORDS, NOW))]
    ledger = Subject(Entity(LEDGER), merge(facts, gaps, WORDS, NOW))
    relations = [Relation(RelationKind.DEPENDS_ON, REF, other) for other in (LEDGER, *others)]
    beside = surroundings(subjects, [ledger], relations, complete=False)
    (found,) = judge(card, subjects, WORDS, NOW, surroundings=beside)
    assert {one.rule: one.outcome for one in found.results} == outcomes(
        card, subjects, WORDS, NOW, surroundings=beside
    )[0]
    return found


def test_evidence_of_a_related_entity_has_its_source_and_link(card: Any) -> None:
    slo = _of_ledger("slo", [{"name": "up", "target_pct": 99.0}])
    found = _only(_with_dependency(card(_rule("slos", SLOS)), [slo]))
    assert (found.outcome, found.message) == (Outcome.FAIL, "ledger's SLO up: target 99 %, wanted at least 99.9 %")
    read = next(part for part in found.evidence if part.fact == "dependencies().slo.target_pct")
    assert (read.key, read.source, read.commit) == ("service:default/ledger up", "slo.yaml:4", "def456")
    assert read.link.startswith("https://example.org/ledger")


def test_what_a_related_entity_lacks_is_said_of_it(card: Any) -> None:
    gap = Gap(LEDGER, "slo", "not YAML", Source(SourceKind.REPOSITORY, "slo", "slo.yaml:9"), NOW)
    found = _only(_with_dependency(card(_rule("slos", SLOS)), [], [gap]))
    (lack,) = found.missing
    assert (found.outcome, lack.fact, lack.lack) == (Outcome.NO_DATA, "dependencies().slo", Lack.GAP)
    assert lack.reason == "ledger: slo.yaml:9 could not be read: not YAML"
    assert not found.sourceless


def test_a_related_entity_that_nobody_declares_is_unknown(card: Any) -> None:
    slo = _of_ledger("slo", [{"name": "up", "target_pct": 99.95}])
    found = _only(_with_dependency(card(_rule("slos", SLOS)), [slo], (), Ref("service", "default", "ghost")))
    assert found.outcome is Outcome.NO_DATA
    assert found.message.startswith("ghost: nothing in the repository tells of SLOs")


def test_what_is_not_known_around_an_entity_is_said_with_what_would_tell_it(card: Any) -> None:
    rules = (
        _rule("slos", SLOS),
        _rule("team", 'in_team("payments")'),
        _rule("level", 'level("basics") == "gold"'),
        _rule("used", "size(dependents()) > 0"),
    )
    messages = {one.rule: one.message for one in _judge(card(*rules)).results}
    assert messages == {
        "slos": "nobody says what it depends on. A list of dependencies in its descriptor would decide it.",
        "team": "the team that owns it is not known. An owner in its descriptor would decide it.",
        "level": '"basics": its level is not known. An evaluation of that scorecard would decide it.',
        "used": "what depends on it is not known. The catalog of a server knows what depends on what.",
    }


def test_an_own_threshold_holds_for_one_entity_alone(card: Any) -> None:
    limits = ', parameters: {most: {type: int, default: 1, by_entity: {"service:default/checkout": 3}}}'
    found = _only(_with_dependency(card(_rule("few", "size(dependencies()) < param.most", limits))))
    assert found.outcome is Outcome.PASS
