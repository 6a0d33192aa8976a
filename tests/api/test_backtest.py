"""Drafts held against the past over the API."""

from datetime import timedelta

from django.urls import resolve
from tests.api.conftest import CARD, RULE

from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.types import Fact, Source, SourceKind

OUTCOMES = {"pass", "fail", "no_data", "error", "not_applicable"}


def backtest(asker, days=3, **rule):
    body = {"scorecard": CARD, "rule": {"id": RULE, **rule}, "days": days, "limit": 50}
    answer = asker.post("rules/backtest", body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def cover(name, pct):
    tool, at = Source(SourceKind.CONNECTION, "Codecov"), clock.now()
    facts.record([Fact(Ref("service", "default", name), "coverage", {"line_pct": pct}, tool, at)], [], at)


def counts(day):
    return {name: day[name] for name in OUTCOMES if day[name]}


def test_each_day_is_counted_beside_the_rule_in_force(reader):
    told = backtest(reader, expression="coverage.line_pct >= 10")
    assert told["ok"]
    assert told["ready"]
    assert told["errors"] == []
    assert told["milliseconds"] > 0
    today = clock.now().date()
    assert [day["day"] for day in told["days"]] == [str(today - timedelta(days=back)) for back in (2, 1, 0)]
    assert all(day.keys() == {"day", *OUTCOMES} for day in told["days"])
    assert counts(told["days"][0]) == {}, "nothing was in the catalog then"
    assert counts(told["days"][-1]) == {"pass": 3}
    assert counts(told["before"]["days"][-1]) == {"pass": 2, "fail": 1}


def test_who_failed_is_named_with_the_day(reader):
    told = backtest(reader)
    assert [(one["name"], one["ref"]) for one in told["first_failed"]] == [("search", "service:default/search")]
    assert told["first_failed"][0]["day"] in {day["day"] for day in told["days"]}
    assert told["first_failed_total"] == 1
    assert resolve(told["first_failed"][0]["url"]).url_name == "entity"
    assert (told["flapping"], told["flapping_total"]) == ([], 0)


def test_what_changes_is_there_at_the_next_call(reader):
    assert counts(backtest(reader)["days"][-1]) == {"pass": 2, "fail": 1}
    cover("search", 99.0)
    assert counts(backtest(reader)["days"][-1]) == {"pass": 3}


def test_a_new_rule_has_nothing_to_stand_beside(reader):
    told = backtest(reader, id="brand-new", expression="coverage.line_pct >= 90")
    assert told["before"] is None
    assert counts(told["days"][-1]) == {"pass": 1, "fail": 2}


def test_a_mistake_is_an_answer(reader):
    told = backtest(reader, expression="coverage.line_pc >= 80")
    assert (told["ok"], told["errors"][0]["hint"]) == (False, "Did you mean 'line_pct'?")
    assert "days" not in told


def test_too_many_days_are_refused(reader):
    answer = reader.post("rules/backtest", {"scorecard": CARD, "rule": {"id": RULE}, "days": 401})
    assert answer.status_code == 422
    assert "less than or equal to 400" in answer.json()["detail"]
