"""Changes come as one line per cause."""

from datetime import UTC, datetime, timedelta

from greenboard.core.refs import Ref
from greenboard.facts.vocabulary import load
from greenboard.results.rows import Cause, Change
from greenboard.scorecards import definition
from greenboard.web import causes
from greenboard.web.asked import Asked

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKED = Asked("/", {}, NOW, None, NOW - timedelta(days=7))
ONCALL = Cause("fact", "PagerDuty could not be read: it answered 403", "oncall", "PagerDuty")
GRACE = Cause("clock", "Somebody answers at night: no data for longer than 7 days", "oncall", "PagerDuty")
REPLICAS = Cause("fact", "replicas 3 → 1", "workload", "k8s/deploy.yaml:14", commit="4f2a")
PASSED = Cause("clock", "Time passed: the rule compares a moment with now")
CARD = definition.find("production-readiness", load())
RULE, OTHER = CARD.rules[0].id, CARD.rules[1].id


def change(name, rule, before, after, cause, worse=True):
    return Change(Ref("service", "default", name), rule, before, after, NOW - timedelta(hours=1), cause, worse)


def lines(*changes):
    return [(group.direction, group.title, group.text) for group in causes.digest(changes, CARD, ASKED).groups]


def test_a_broken_connection_is_one_line_with_the_levels_that_fell_for_it():
    rules = [change(name, rule, "pass", "no_data", ONCALL) for name in ("cart", "login") for rule in (RULE, OTHER)]
    assert lines(*rules, change("cart", None, "silver", "bronze", GRACE)) == [
        ("lost", "2 entities", "Silver → Bronze, 2 rules")
    ]


def test_a_tool_that_is_silent_about_two_things_is_one_line():
    slo = Cause("fact", "PagerDuty could not be read: it answered 403", "incident", "PagerDuty")
    assert len(lines(change("cart", RULE, "pass", "no_data", ONCALL), change("cart", OTHER, "pass", "error", slo))) == 1


def test_files_that_cannot_be_read_are_a_line_for_each_entity():
    lost = [change(name, RULE, "pass", "no_data", REPLICAS) for name in ("cart", "login")]
    assert [title for _, title, _ in lines(*lost)] == ["cart", "login"]


def test_a_level_that_fell_because_something_got_worse_is_worse():
    found = lines(change("cart", RULE, "pass", "fail", REPLICAS), change("cart", None, "silver", "bronze", REPLICAS))
    assert found == [("worse", "cart", "Silver → Bronze, 1 rule")]


def test_time_that_passed_for_two_rules_is_two_lines_and_takes_the_level_along():
    level = Cause("clock", f"{CARD.rules[0].title}: {PASSED.text}")
    found = lines(
        change("cart", RULE, "pass", "fail", PASSED),
        change("cart", None, "silver", "bronze", level),
        change("login", OTHER, "pass", "fail", PASSED),
    )
    assert found == [("worse", "cart", "Silver → Bronze, 1 rule"), ("worse", "login", CARD.rules[1].title)]
