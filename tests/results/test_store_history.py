import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from greenboard.catalog import store as catalog
from greenboard.core import events
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.intervals import OutOfOrder
from greenboard.facts.lately import Known
from greenboard.results import models, service, store
from greenboard.results.events import ResultsChanged
from greenboard.results.service import Held
from greenboard.rules.types import Outcome

from .history_cast import BRONZE, CARD, CHECKOUT, CODE, ON_CALL, SILVER, day, enter, fail, run, say, scorecard

pytestmark = pytest.mark.django_db

GOOD = (("coverage", {"line_pct": 90.0}), ("branch_policy", {"required_reviews": 1}))


@pytest.fixture
def card(tmp_path):
    return scorecard(tmp_path, BRONZE, SILVER)


@pytest.fixture
def shop(card):
    """Checkout is silver from day 0."""
    enter(-1)
    say(0, *GOOD)
    run(card, 0)


def level(at=None):
    return store.levels(CARD, None if at is None else day(at))[0]


def since(at):
    return [(c.rule, c.before, c.after, c.cause.kind, c.worse) for c in store.changes(CARD, day(at))]


def test_results_and_level_are_read_back(shop):
    assert [(row.rule, row.outcome, row.since) for row in store.results(CARD)] == [
        ("covered", Outcome.PASS, day(0)),
        ("reviewed", Outcome.PASS, day(0)),
    ]
    assert (level().entity, level().level, level().rank, level().score) == (CHECKOUT, "silver", 2, 100.0)
    assert level().cause.kind == "first"


def test_an_evaluation_of_nothing_new_writes_nothing(shop, card):
    say(1, *GOOD)
    done = run(card, 1)
    assert (done.results_changed, done.levels_changed) == (0, 0)
    assert models.ResultInterval.objects.count() == 2
    assert models.LevelInterval.objects.count() == 1


def test_a_changed_fact_is_named_as_the_cause_of_result_and_level(shop, card):
    say(2, ("coverage", {"line_pct": 60.0}))
    run(card, 2)
    assert since(1) == [(None, "silver", None, "fact", True), ("covered", "pass", "fail", "fact", True)]
    found = store.changes(CARD, day(1), rule="covered")[0].cause
    assert found.text == "Coverage: lines 90 → 60 %"
    assert (found.fact_type, found.source, found.link) == ("coverage", "Codecov", "https://tools.example/codecov")
    assert level().cause.text == "Is covered: Coverage: lines 90 → 60 %"


def test_every_read_can_be_of_the_past(shop, card):
    say(2, ("coverage", {"line_pct": 60.0}))
    run(card, 2)
    assert level(1).level == "silver"
    assert level(2).level is None
    assert store.results(CARD, day(1), rule="covered")[0].outcome is Outcome.PASS
    assert store.levels(CARD, day(-1)) == []
    assert store.rule_counts(CARD, day(1))["covered"] == {Outcome.PASS: 1}
    assert store.rule_counts(CARD)["covered"] == {Outcome.FAIL: 1}


def test_a_changed_rule_is_the_cause_and_the_old_one_still_explains_the_old_result(shop, card, tmp_path):
    stricter = scorecard(tmp_path, ("covered", "coverage.line_pct >= 95.0", "bronze"), SILVER)
    run(stricter, 3)
    assert since(1) == [(None, "silver", None, "rule", True), ("covered", "pass", "fail", "rule", True)]
    assert service.explain(stricter, CHECKOUT, day(1)).result("covered").outcome is Outcome.PASS
    assert service.explain(stricter, CHECKOUT).result("covered").outcome is Outcome.FAIL
    assert models.RuleVersion.objects.filter(rule__name="covered").count() == 2


def test_what_is_stored_is_explained_as_it_is_judged(shop, card):
    say(2, ("coverage", {"line_pct": 60.0}))
    run(card, 2)
    stood = store.stood(CARD, CHECKOUT)
    told = service.explain(card, CHECKOUT, held=Held(stood))
    assert told == service.explain(card, CHECKOUT)
    brief = service.explain(card, CHECKOUT, held=Held(stood), passing=False)
    assert brief.result("covered") == told.result("covered")
    assert (brief.result("reviewed").outcome, brief.result("reviewed").evidence) == (Outcome.PASS, ())
    assert brief.standing == told.standing


def test_facts_of_now_explain_what_was_judged_only_while_they_are_those_of_then(shop, card):
    def explained():
        there = catalog.find(CHECKOUT)
        said = Known(*facts.current(None, [CHECKOUT])[CHECKOUT], {there.id})
        held = Held(store.stood(CARD, CHECKOUT), level(), said, there)
        told = service.explain(card, CHECKOUT, held=held)
        assert told == service.explain(card, CHECKOUT)
        return told.result("covered").evidence[0].value

    assert explained() == 90.0
    say(2, ("coverage", {"line_pct": 60.0}))
    assert explained() == 90.0
    run(card, 2)
    assert explained() == 60.0


def test_a_scorecard_that_changed_since_explains_as_it_was_judged(shop, card, tmp_path):
    stricter = scorecard(tmp_path, ("covered", "coverage.line_pct >= 95.0", "bronze"), SILVER)
    held = Held(store.stood(CARD, CHECKOUT), level())
    assert service.explain(stricter, CHECKOUT, held=held) == service.explain(stricter, CHECKOUT)
    assert service.explain(stricter, CHECKOUT, held=held).result("covered").outcome is Outcome.PASS


def test_a_stale_fact_is_the_clock_and_the_level_is_held_for_the_grace(tmp_path):
    card = scorecard(tmp_path, BRONZE, (*ON_CALL, "grace: 3d"))
    enter(-1)
    say(0, ("coverage", {"line_pct": 90.0}), ("oncall", {"schedules": 1}))
    run(card, 0)
    fail(1, "oncall")
    run(card, 3)
    found = store.changes(CARD, day(1))
    assert [(c.rule, c.after, c.cause.kind) for c in found] == [("on-call", "no_data", "clock")]
    assert found[0].cause.text.endswith("last answered on 01 Sep, longer than 2 days ago: answered 403")
    assert (level().level, level().held_since) == ("silver", day(3))
    assert service.settled(card, CHECKOUT).held_by == ("on-call",)
    run(card, 7)
    assert (level().level, level().held_since) == ("bronze", None)
    assert level().cause.kind == "clock"
    assert level().cause.text == "Is on-call: no data for longer than 3 days"


def test_a_source_that_cannot_be_read_any_more_is_the_cause(tmp_path):
    card = scorecard(tmp_path, BRONZE, ("objectives", "slo.exists(s, s.target_pct > 0.0)", "silver"))
    enter(-1)
    say(0, ("coverage", {"line_pct": 90.0}), ("slo", [{"name": "a", "target_pct": 99.0}]))
    run(card, 0)
    fail(1, "slo")
    fail(4, "slo")
    run(card, 4)
    found = store.changes(CARD, day(0), rule="objectives")[0]
    assert (found.after, found.cause.kind) == ("no_data", "fact")


def test_a_rule_that_reads_the_clock_turns_without_any_fact(tmp_path):
    card = scorecard(tmp_path, ("fresh", "age(readme.last_changed_at) <= days(5)", "bronze"))
    enter(-1)
    say(0, ("readme", {"exists": True, "last_changed_at": day(0)}))
    run(card, 0)
    run(card, 6)
    assert since(0)[1] == ("fresh", "pass", "fail", "clock", True)


def test_a_changed_tier_that_takes_a_rule_away_is_the_scope(tmp_path):
    card = scorecard(tmp_path, BRONZE, (*SILVER, "scope: {tiers: [0, 1]}"))
    enter(-1)
    say(0, *GOOD, ("entity", {"tier": 1}))
    run(card, 0)
    enter(2, tier=3)
    say(2, ("entity", {"tier": 3}))
    run(card, 2)
    found = store.changes(CARD, day(0), rule="reviewed")[0]
    assert (found.after, found.cause.kind, found.cause.text) == ("not_applicable", "scope", "Entity: tier 1 → 3")


def test_the_first_look_is_no_change_unless_it_is_asked_for(shop):
    assert store.changes(CARD, day(-5)) == []
    assert {change.cause.kind for change in store.changes(CARD, day(-5), first=True)} == {"first"}


def test_a_repository_is_the_cause_for_the_component_that_lives_in_it(tmp_path):
    card = scorecard(tmp_path, ("licensed", "license.exists", "bronze"))
    enter(-1)
    say(0, ("license", {"exists": False}), entity=CODE)
    run(card, 0)
    say(1, ("license", {"exists": True}), entity=CODE)
    run(card, 1, [CHECKOUT])
    assert since(0)[1] == ("licensed", "fail", "pass", "fact", False)


def test_an_entity_that_leaves_the_scope_ends_with_its_results(shop, card, tmp_path):
    enter(0.5, ref=Ref("library", "default", "money"))
    run(card, 1)
    assert len(store.levels(CARD)) == 2
    run(scorecard(tmp_path, BRONZE, SILVER, kinds="service"), 2)
    assert [row.entity for row in store.levels(CARD)] == [CHECKOUT]
    assert {(c.after, c.cause.kind) for c in store.changes(CARD, day(1))} == {(None, "scope")}


def test_a_dropped_rule_ends_with_its_results(shop, tmp_path):
    run(scorecard(tmp_path, BRONZE), 1)
    assert [row.rule for row in store.results(CARD)] == ["covered"]
    assert [(c.rule, c.after, c.cause.kind) for c in store.changes(CARD, day(0), rule="reviewed")] == [
        ("reviewed", None, "rule")
    ]


def test_an_evaluation_of_the_past_is_refused(shop, card):
    run(card, 5)
    with pytest.raises(OutOfOrder):
        run(card, 4)


def test_two_evaluations_at_one_moment_leave_the_last_word(shop, card):
    say(1, ("coverage", {"line_pct": 10.0}))
    run(card, 1)
    say(1, ("coverage", {"line_pct": 95.0}))
    run(card, 1)
    assert level().level == "silver"
    assert since(0) == []


def test_explain_gives_the_evidence_of_then(shop, card):
    say(2, ("coverage", {"line_pct": 60.0}))
    run(card, 2)
    evidence = service.explain(card, CHECKOUT, day(1)).result("covered").evidence[0]
    assert (evidence.value, evidence.source, evidence.link) == (90.0, "Codecov", "https://tools.example/codecov")
    assert service.explain(card, CHECKOUT).result("covered").evidence[0].value == 60.0
    with pytest.raises(UserError, match="not held against Shop"):
        service.explain(card, CODE)


def test_the_history_of_levels_is_one_row_for_each_stretch(shop, card):
    for at, pct in ((2, 60.0), (4, 90.0), (6, 91.0)):
        say(at, ("coverage", {"line_pct": pct}))
        run(card, at)
    rows = store.level_history(CARD, CHECKOUT, day(-5))
    assert [(row.level, row.since, row.valid_to) for row in rows] == [
        ("silver", day(0), day(2)),
        (None, day(2), day(4)),
        ("silver", day(4), None),
    ]
    assert [row.level for row in store.level_history(CARD, CHECKOUT, day(3))] == [None, "silver"]


def test_trends_count_what_held_on_each_day(shop, card):
    say(2, ("coverage", {"line_pct": 60.0}))
    run(card, 2)
    points = store.trend(CARD, day(0), day(3))
    assert [(point.at, dict(point.by_level), point.score) for point in points] == [
        (day(0), {"silver": 1}, 100.0),
        (day(1), {"silver": 1}, 100.0),
        (day(2), {"": 1}, 50.0),
        (day(3), {"": 1}, 50.0),
    ]
    counted = store.rule_trend(CARD, "covered", day(0), day(3))
    assert [(point.passed, point.failed, point.undecided) for point in counted] == [(1, 0, 0)] * 2 + [(0, 1, 0)] * 2


def test_changes_are_announced_after_the_commit(shop, card, django_capture_on_commit_callbacks):
    heard: list[ResultsChanged] = []
    say(1, ("coverage", {"line_pct": 10.0}))
    with events.subscribed(ResultsChanged, heard.append), django_capture_on_commit_callbacks(execute=True):
        run(card, 1)
        assert heard == []
    assert [event.entities for event in heard] == [{CHECKOUT}]


def test_the_history_of_levels_up_to_a_moment_is_as_it_was_then(shop, card):
    say(2, ("coverage", {"line_pct": 60.0}))
    run(card, 2)
    assert [(row.level, row.valid_to) for row in store.level_history(CARD, CHECKOUT, day(-5), day(1))] == [
        ("silver", None)
    ]
    assert [row.level for row in store.level_history(CARD, CHECKOUT, day(-5), day(2))] == ["silver", None]


def test_a_trend_counts_what_stood_at_each_moment(shop, card):
    for at, pct in ((2, 60.0), (4, 90.0)):
        say(at, ("coverage", {"line_pct": pct}))
        run(card, at)
    enter(5, ref=Ref("library", "default", "money"))
    run(card, 5)
    points = store.trend(CARD, day(-1), day(6))
    assert [(point.at, dict(point.by_level)) for point in points] == [
        (day(at), {} if at < 0 else {"": 1} if at in (2, 3) else {"silver": 1} | ({"": 1} if at > 4 else {}))
        for at in range(-1, 7)
    ]
    assert [point.score for point in points[:5]] == [None, 100.0, 100.0, 50.0, 50.0]
    assert [(p.passed, p.failed) for p in store.rule_trend(CARD, "covered", day(1), day(4))] == [
        (1, 0),
        (0, 1),
        (0, 1),
        (1, 0),
    ]


def test_groups_are_counted_by_rule(shop, card):
    enter(1, ref=Ref("library", "default", "money"))
    run(card, 1)
    checkout, money = (row.id for row in (catalog.find(CHECKOUT), catalog.find(Ref("library", "default", "money"))))
    found = store.tallies(CARD, {"web": [checkout], "all": [checkout, money], "none": []})
    assert found["web"]["covered"] == {Outcome.PASS: 1}
    assert found["all"]["covered"] == {Outcome.PASS: 1, Outcome.NO_DATA: 1}
    assert found["none"] == {}
    assert store.tallies(CARD, {"all": [checkout, money]}, day(0))["all"]["covered"] == {Outcome.PASS: 1}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="tells how SQLite finds its rows")
def test_what_turned_at_a_moment_is_found_without_reading_all_that_ever_was(shop, card):
    say(2, ("coverage", {"line_pct": 20.0}))
    run(card, 2)
    with CaptureQueriesContext(connection) as asked:
        assert store.changes(CARD, day(1.9), day(2))
    told = [one["sql"] for one in asked if 'FROM "results_resultinterval"' in one["sql"]]
    with connection.cursor() as cursor:
        ways = [cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall() for sql in told]
    found = [step[3] for way in ways for step in way if "results_resultinterval" in step[3]]
    assert len(found) == 2
    assert all(" USING INDEX " in step and ("valid_from" in step or "valid_to" in step) for step in found)
