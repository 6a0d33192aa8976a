"""The backtest of a rule is what judging each moment on its own would have come to."""

from dataclasses import replace

import pytest

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.connections.models import Connection
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import custom
from greenboard.facts import store as facts
from greenboard.facts.described import describe
from greenboard.facts.merge import merge
from greenboard.facts.models import FactInterval
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.results import service
from greenboard.results.archive import Archive, ends
from greenboard.results.around import surroundings
from greenboard.results.backtest import ABSENT, outcomes
from greenboard.results.judge import Subject
from greenboard.results.judge import outcomes as judged
from greenboard.results.neighbours import Wanted
from greenboard.results.past import read
from greenboard.results.rows import OUTCOMES
from greenboard.rules.language import compile as compile_rule

from .history_cast import BRONZE, CHECKOUT, ON_CALL, day, enter, fail, scorecard
from .past_cast import Shop, card

pytestmark = pytest.mark.django_db


def held(standard, rule, past, moments):
    """What a backtest says: outcome by entity, for each moment."""
    codes = outcomes(standard, rule, past)[-len(moments) :]
    refs = [entity.ref for entity in past.entities]
    return [
        {ref.name: OUTCOMES[code].value for ref, code in zip(refs, line.tolist(), strict=True) if code != ABSENT}
        for line in codes
    ]


def one_by_one(standard, moments):
    """What judging the facts and the catalog of each moment says, by rule."""
    found = {rule.id: [] for rule in standard.rules}
    for moment in moments:
        asked, around = with_others(standard, moment)
        for rule in standard.rules:
            found[rule.id].append({})
        for subject, said in zip(
            asked, judged(standard, asked, facts.vocabulary(), moment, surroundings=around), strict=True
        ):
            for name, outcome in said.items():
                found[name][-1][subject.entity.ref.name] = outcome.value
    return found


def with_others(standard, moment):
    """Who is judged at a moment, and everything around them, read anew."""
    known, words = facts.current(moment), facts.vocabulary()
    asked, others = [], []
    for entity in catalog.plain(moment).values():
        covered = standard.scope.covers(entity) is not False
        (asked if covered else others).append(Subject(entity, merge(*known[entity.ref], words, moment)))
    return asked, surroundings(asked, others, catalog.relations(moment), complete=True)


@pytest.mark.parametrize("seed", range(6))
def test_a_backtest_is_what_judging_each_moment_comes_to(seed, tmp_path, monkeypatch):
    # Half of the time only what changed is read again, which is else left to histories larger than these.
    monkeypatch.setattr("greenboard.results.archive._MANY", 10 * (seed % 2))
    shop, standard, kept = Shop(seed), card(tmp_path), Archive()
    shop.happen(25)
    before, seen = shop.moments(6), set()
    for _ in range(3):
        shop.happen(6)
        moments = [*before, day(shop.now + shop.rng.choice([0, 0.5, 3]))]
        expected, anew = one_by_one(standard, moments), Archive()
        shop.now += 3
        for rule in standard.rules:
            for archive in (kept, anew):
                found = held(standard, rule, read(archive, [rule], moments), moments)
                assert found == expected[rule.id], (rule.id, "kept" if archive is kept else "read anew")
            seen |= {outcome for line in found for outcome in line.values()}
    assert seen >= {"pass", "fail", "no_data"}


def course_of(standard, name, moments, archive=None):
    """What a rule came to for checkout at some days."""
    rule, days = standard.rule(name), [day(moment) for moment in moments]
    past = read((archive or Archive()), [rule], days)
    found = [line.get("checkout") for line in held(standard, rule, past, days)]
    assert found == [line.get("checkout") for line in one_by_one(standard, days)[name]]
    return found


def said(at, name, value, source, observed=None):
    made = facts.vocabulary().normalise(name, value)
    record([Fact(CHECKOUT, name, made, source, day(at if observed is None else observed))], [], day(at))


ALPHA, BETA = (Source(SourceKind.CONNECTION, name) for name in ("Alpha", "Beta"))


def test_of_two_tools_that_disagree_the_one_that_looked_last_is_believed_on_each_day(tmp_path):
    standard, archive = scorecard(tmp_path, BRONZE), Archive()
    enter(-1)
    said(0, "coverage", {"line_pct": 90.0}, BETA)
    said(1, "coverage", {"line_pct": 10.0}, ALPHA)
    said(3, "coverage", {"line_pct": 90.0}, BETA)
    assert course_of(standard, "covered", [0, 1, 2, 3.5], archive) == ["pass", "fail", "pass", "pass"]
    said(4, "coverage", {"line_pct": 10.0}, ALPHA)
    # Between its looks a statement counts as seen at each moment: the two are level on day 2 now.
    assert course_of(standard, "covered", [0, 1, 2, 5], archive) == ["pass", "fail", "fail", "fail"]


def test_a_connection_that_is_trusted_is_believed_in_the_past_as_well(tmp_path):
    standard, archive = scorecard(tmp_path, BRONZE), Archive()
    enter(-1)
    said(0, "coverage", {"line_pct": 90.0}, BETA)
    said(1, "coverage", {"line_pct": 10.0}, ALPHA)
    rule, days = standard.rule("covered"), [day(0), day(2)]

    def found():
        return [line["checkout"] for line in held(standard, rule, read(archive, [rule], days), days)]

    assert found() == ["pass", "fail"]
    Connection.objects.create(name="Beta", integration="lookout", created_at=day(0), changed_at=day(0), priority=1)
    assert found() == ["pass", "pass"]


def test_a_look_that_fails_leaves_the_same_list_open_from_then_on(tmp_path):
    standard = scorecard(tmp_path, ("objectives", "slo.all(s, s.target_pct > 0.0)", "bronze"))
    enter(-1)
    said(0, "slo", [{"name": "a", "target_pct": 99.0}], ALPHA)
    fail(1, "slo")
    assert course_of(standard, "objectives", [0, 1.5]) == ["pass", "no_data"]


def test_what_was_too_old_for_a_while_did_not_count_then(tmp_path):
    standard = scorecard(tmp_path, ON_CALL)
    enter(-1)
    said(0, "oncall", {"schedules": 1}, ALPHA)
    said(5, "oncall", {"schedules": 1}, ALPHA)
    tick = 1 / 86_400_000_000
    moments = [-2, 0, 2, 2 + tick, 5, 7, 7 + 2 * tick]
    expected = [None, "pass", "pass", "no_data", "pass", "pass", "no_data"]
    assert course_of(standard, "on-call", moments) == expected


def test_a_value_that_the_vocabulary_no_longer_reads_is_a_gap_in_the_past_too(tmp_path):
    standard = scorecard(tmp_path, ("objectives", "slo.exists(s, s.target_pct > 0.0)", "bronze"), BRONZE)
    enter(-1)
    for name, value in (("slo", [{"name": "a", "target_pct": 99.0}]), ("coverage", {"line_pct": 90.0})):
        said(0, name, value, ALPHA)
    FactInterval.objects.update(value='{"gone": 1}')
    said(1, "slo", [{"name": "b", "target_pct": 99.0}], BETA)
    assert course_of(standard, "objectives", [0, 1]) == ["no_data", "pass"]
    assert course_of(standard, "covered", [0, 1]) == ["no_data", "no_data"]


def test_only_what_changed_is_read_again(tmp_path, django_assert_max_num_queries):
    standard, archive = scorecard(tmp_path, BRONZE), Archive()
    enter(-1)
    said(0, "coverage", {"line_pct": 90.0}, ALPHA)
    assert course_of(standard, "covered", [0, 1], archive) == ["pass", "pass"]
    with django_assert_max_num_queries(4):  # the catalog, the facts, who is believed
        archive.past(standard.types, [day(0), day(1.5)])
    said(2, "coverage", {"line_pct": 10.0}, ALPHA)
    assert course_of(standard, "covered", [0, 2], archive) == ["pass", "fail"]


def test_shorter_looks_back_are_read_from_longer_ones(tmp_path):
    standard, archive = scorecard(tmp_path, BRONZE), Archive()
    enter(-1)
    said(0, "coverage", {"line_pct": 90.0}, ALPHA)
    said(1, "coverage", {"line_pct": 10.0}, ALPHA)
    assert course_of(standard, "covered", [0, 1, 2], archive) == ["pass", "fail", "fail"]
    assert course_of(standard, "covered", [1, 2], archive) == ["fail", "fail"]
    assert course_of(standard, "covered", [-0.5, 0, 1, 2], archive) == ["no_data", "pass", "fail", "fail"]


def test_more_days_than_are_kept_in_mind_are_refused():
    with pytest.raises(UserError, match="expected 1 to 400; got 401"):
        ends(401, day(0))
    assert [f"{moment:%d %H:%M}" for moment in ends(3, day(2.5))] == ["01 23:59", "02 23:59"]


def test_more_changes_than_are_looked_at_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("greenboard.facts.past.MOST", 1)
    enter(-1)
    for at, pct in ((0, 90.0), (1, 10.0)):
        said(at, "coverage", {"line_pct": pct}, ALPHA)
    with pytest.raises(UserError, match=r"too much happened to coverage in this time .*Ask for fewer days"):
        Archive().past(["coverage"], [day(0), day(2)])


def test_the_level_on_another_scorecard_is_that_of_each_day(tmp_path):
    small = scorecard(tmp_path, BRONZE)
    rule = replace(small.rules[0], program=compile_rule('level("shop") == "silver"', facts.vocabulary()))
    enter(-2)
    for at, pct in ((0, 90.0), (2, 10.0), (4, 95.0)):
        said(at, "coverage", {"line_pct": pct}, ALPHA)
        service.evaluate(small, day(at))
    moments = [day(at) for at in (-3, -1, 0, 1.5, 2, 4.5)]
    past = Archive().past([], moments, Wanted(scorecards=frozenset({"shop"})), [small])
    found = [line.get("checkout") for line in held(small, rule, past, moments)]
    assert found == [None, "no_data", "pass", "pass", "fail", "pass"]


def test_custom_facts_have_their_types_in_the_past_too(tmp_path):
    def declare(at, **properties):
        catalog.save(Declared((Entity(CHECKOUT, properties=properties),)), day(at), cause="test")
        record(describe(catalog.declared(day(at)), day(at), complete=True), [], day(at))

    declare(0, **{"pager-levels": 1, "reviewed": "2026-08-31T00:00:00Z"})
    declare(1, **{"pager-levels": 3, "reviewed": "2026-08-31T00:00:00Z"})
    custom.refresh()
    standard = scorecard(
        tmp_path,
        ("paged", "properties.pager_levels >= 2", "bronze"),
        ("reviewed", "age(properties.reviewed) < days(2)", "bronze"),
    )
    assert course_of(standard, "paged", [0, 1.5]) == ["fail", "pass"]
    assert course_of(standard, "reviewed", [0, 1.5]) == ["pass", "fail"]
    kept = Archive()
    moments = [day(0), day(1.5)]
    assert held(standard, standard.rules[0], read(kept, standard.rules, moments), moments)[1] == {"checkout": "pass"}
    declare(2, **{"pager-levels": "many", "other": 1})
    again = custom.refresh()
    told = compile_rule("properties.pager_levels == 'many'", again)
    later = [day(0), day(1.5), day(2)]
    changed = replace(standard.rules[0], program=told)
    assert held(standard, changed, read(kept, [changed], later), later)[2] == {"checkout": "pass"}


@pytest.fixture
def _keys_anew():
    custom._current.forget()
    yield
    custom._current.forget()


@pytest.mark.usefixtures("_keys_anew")
def test_custom_facts_of_the_past_are_read_by_the_types_of_today(tmp_path, monkeypatch):
    monkeypatch.setattr("greenboard.results.archive._MANY", 10)
    archive, cart = Archive(), Ref("service", "default", "cart")

    def declare(at, ref, **properties):
        company = Declared((Entity(ref, properties=properties),))
        catalog.save(company, day(at), cause="test")
        record(describe(company, day(at), complete=True), [], day(at))
        custom.refresh()

    declare(0, CHECKOUT, pager=1)
    declare(0, cart, pager=3)
    whole = scorecard(tmp_path, ("paged", "properties.pager > 2", "bronze"))
    assert course_of(whole, "paged", [-1, 0], archive) == [None, "fail"]
    declare(3, CHECKOUT, pager=4.5)
    broken = scorecard(tmp_path, ("paged", "properties.pager > 2.5", "bronze"))
    assert course_of(broken, "paged", [-1, 4], archive) == [None, "pass"]
    days = [day(-1), day(4)]
    assert held(broken, broken.rules[0], read(archive, broken.rules, days), days)[1]["cart"] == "pass"
    declare(5, CHECKOUT, pager=4.5, region="eu")
    there = scorecard(tmp_path, ("there", 'properties.region == "eu"', "bronze"))
    assert course_of(there, "there", [-1, 6], archive) == [None, "pass"]
