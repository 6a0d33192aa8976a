"""Drafts over the API: what is wrong with them, and what they would change."""

import pytest
from django.urls import resolve
from tests.api.conftest import CARD, RULE

from greenboard.results import present
from greenboard.rules import reference


def check(asker, expression, **more):
    answer = asker.post("rules/check", {"scorecard": CARD, "rule": RULE, "expression": expression, **more})
    assert answer.status_code == 200, answer.content
    return answer.json()


def preview(asker, limit=50, **rule):
    answer = asker.post("rules/preview", {"scorecard": CARD, "rule": {"id": RULE, **rule}, "limit": limit})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_good_expression_tells_what_it_reads(reader):
    told = check(reader, "coverage.line_pct >= param.min_pct && size(slo) > 0")
    assert (told["ok"], told["errors"], told["type"]) == (True, [], "bool")
    first, second = told["reads"]
    assert (first["type"], first["unit"], second["type"]) == ("float", "percent", "list")
    assert first["doc"]
    assert [one["path"] for one in told["reads"]] == ["coverage.line_pct", "slo"]
    assert all(resolve(one["url"]).url_name == "fact-type" for one in told["reads"])


def test_a_mistake_is_told_with_its_place_in_the_expression(reader):
    told = check(reader, "has(coverage.line_pct) &&\n  coverage.line_pc >= 80")
    assert not told["ok"]
    (wrong,) = told["errors"]
    assert wrong["where"] == "expression"
    assert (wrong["line"], wrong["column"], wrong["offset"], wrong["length"]) == (2, 12, 37, 7)
    assert wrong["message"] == "coverage has no field 'line_pc'"
    assert wrong["hint"] == "Did you mean 'line_pct'?"


def test_the_condition_is_looked_at_too(reader):
    told = check(reader, "true", when="nothing.here")
    assert [one["where"] for one in told["errors"]] == ["when"]


@pytest.mark.parametrize("expression", ["", "  ", "coverage.line_pct", "1 +", "x" * 30_000, "\ud800 == 'a'"])
def test_no_expression_is_too_odd_to_be_answered(reader, expression):
    told = check(reader, expression)
    assert not told["ok"]
    assert told["errors"][0]["where"] == "expression"


def test_thresholds_can_be_drafted_with_the_expression(reader):
    parts = {"least": {"type": "float", "default": 3}}
    assert check(reader, "coverage.line_pct >= param.least", parameters=parts)["ok"]
    assert check(reader, "coverage.line_pct >= param.least", parameters={})["errors"]


def test_a_draft_is_counted_beside_the_rule_in_force(reader):
    told = preview(reader, expression="coverage.line_pct >= 80")
    assert told["ok"]
    assert told["ready"]
    assert told["counts"] == {"fail": 2, "pass": 1, "no_data": 0, "error": 0, "not_applicable": 0}
    assert told["before"]["pass"] == 2
    assert told["changed"]["total"] == 1
    (one,) = told["changed"]["entities"]
    assert (one["name"], one["before"], one["after"]) == ("ledger", "pass", "fail")
    assert resolve(one["url"]).kwargs == {"kind": "service", "namespace": "default", "name": "ledger"}
    assert [one["name"] for one in told["entities"]["fail"]] == ["ledger", "search"]
    assert told["entities"]["pass"][0] | {"url": ""} == {
        "ref": "service:default/checkout", "name": "checkout", "url": "", "team": "payments", "tier": 2,
    }  # fmt: skip
    assert told["entities_total"] == 3
    assert told["milliseconds"] > 0


def test_lists_are_as_long_as_asked_and_totals_exact(reader):
    told = preview(reader, limit=1, expression="coverage.line_pct >= 95")
    assert told["counts"]["fail"] == 3
    assert len(told["entities"]["fail"]) == 1
    assert (told["changed"]["total"], len(told["changed"]["entities"])) == (2, 1)


def test_a_new_rule_needs_only_an_expression(reader):
    answer = reader.post("rules/preview", {"scorecard": CARD, "rule": {"expression": "coverage.line_pct >= 80"}})
    told = answer.json()
    assert told["before"] is None
    assert told["counts"]["pass"] == 1


def test_a_mistake_in_a_draft_is_an_answer_not_a_refusal(reader):
    told = preview(reader, expression="coverage.line_pc >= 80")
    assert (told["ok"], told["errors"][0]["column"]) == (False, 10)
    told = preview(reader, level="iron")
    assert (told["errors"][0]["where"], told["errors"][0]["expected"]) == ("level", "bronze, silver, gold")


def test_a_scorecard_is_previewed_from_its_yaml(reader):
    text = (
        "name: production-readiness\ntitle: Less\nlevels: [{name: bronze, title: Bronze}]\nrules:\n"
        "  - {id: cod-1-coverage, item: COD.1, title: C, why: w, fix: f, level: bronze,\n"
        "     expression: coverage.line_pct >= 80}\n"
    )
    told = reader.post("scorecards/preview", {"yaml": text}).json()
    assert told["ok"]
    one = next(one for one in told["rules"] if one["rule"] == RULE)
    assert (one["counts"]["pass"], one["before"]["pass"], one["changed"]) == (1, 2, 1)
    assert told["levels"]["after"] == {"": 2, "bronze": 1}
    assert told["counts"] == one["counts"]


def test_the_scorecard_that_ships_can_be_previewed_with_its_files(reader):
    from greenboard.core import content

    text = content.library("scorecards", "production-readiness.yaml").read_text()
    told = reader.post("scorecards/preview", {"yaml": text}).json()
    assert told["ok"]
    assert (told["changed"]["total"], told["levels"]["total"]) == (0, 0)


@pytest.mark.parametrize("name", ["../../pyproject.toml", "/etc/hostname", "production-readiness/../../kinds/x.yaml"])
def test_a_scorecard_given_as_text_reads_no_other_file(reader, name):
    text = f"name: own\ntitle: Own\nlevels: [{{name: a, title: A}}]\ninclude: ['{name}']\n"
    told = reader.post("scorecards/preview", {"yaml": text}).json()
    assert not told["ok"]
    assert "cannot be included here" in told["errors"][0]["message"]


def test_a_large_catalog_is_read_aside_and_asked_for_again(reader, monkeypatch):
    monkeypatch.setattr(present, "SMALL", 0)
    monkeypatch.setattr(present, "_aside", _Later())
    monkeypatch.setattr(present.connections, "close_all", lambda: None)
    assert preview(reader) == {"ok": True, "errors": [], "ready": False}
    assert preview(reader)["ready"] is False
    assert not present._kept.live.loaded
    present._kept.coming.run()
    assert preview(reader)["ready"]


class _Later:
    """Runs what it is given when told so, in this thread: another one would not see the test's transaction."""

    def submit(self, work, *given):
        from concurrent.futures import Future

        future = Future()
        future.run = lambda: future.set_result(work(*given))
        return future


def test_what_was_learned_is_seen_by_the_next_preview(reader):
    from datetime import timedelta

    from greenboard.core import clock
    from greenboard.core.refs import Ref
    from greenboard.facts import service as facts
    from greenboard.facts.types import Fact, Source, SourceKind

    assert preview(reader, expression="coverage.line_pct >= 80")["counts"]["pass"] == 1
    tool, at = Source(SourceKind.CONNECTION, "Codecov"), clock.now() - timedelta(seconds=1)
    facts.record([Fact(Ref("service", "default", "search"), "coverage", {"line_pct": 99.0}, tool, at)], [], at)
    assert preview(reader, expression="coverage.line_pct >= 80")["counts"]["pass"] == 2


def test_the_vocabulary_is_kept_by_its_tag(reader):
    answer = reader.get("/api/v1/vocabulary")
    told = answer.json()
    coverage = next(one for one in told["types"] if one["name"] == "coverage")
    field = next(one for one in coverage["fields"] if one["name"] == "line_pct")
    assert set(field) == {"name", "type", "doc", "unit", "values", "example"}
    assert all(idiom["fields"] for idiom in coverage["idioms"])
    assert any(idiom["fields"] == ["diff_pct"] for idiom in coverage["idioms"])
    by_name = {one["name"]: one for one in told["functions"]}
    assert set(by_name) == set(reference.names())
    assert set(by_name["trim"]) == {"name", "signature", "doc", "on", "of_related"}
    assert (by_name["trim"]["on"], by_name["exists"]["on"], by_name["age"]["on"]) == ("string", "list", "")
    again = reader.get("/api/v1/vocabulary", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "no-store" not in answer.headers["Cache-Control"]
