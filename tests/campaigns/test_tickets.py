"""Tickets of campaigns follow results: none is lost and none opened twice, whatever fails in between."""

import itertools

import pytest
from tests.campaigns import cast
from tests.campaigns.cast import FAIL, PASS, RULES, UNKNOWN, Engine, Killed

from greenboard.campaigns import following, service
from greenboard.campaigns.models import Ticket, TicketEvent
from greenboard.campaigns.service import Ending

OWNER, TIER = RULES


@pytest.fixture
def start(tracker, time):
    def starting(connection="jira", **parts):
        tickets = {"connection": connection, **parts}
        held = service.make(cast.definition(tickets=tickets), "ada", cast.BEGAN)
        cast.Campaign.objects.update(started_at=held.definition.starts_at)
        following.touch(held.row)
        return held

    return starting


def settle(time, engine, rounds=12):
    """Time goes by: what waits is tried again."""
    for _ in range(rounds):
        time.go(minutes=5)
        following.revive(time.now)
        engine.work()


def open_titles(tracker):
    return sorted(one["title"] for one in tracker.issues.values() if one["open"])


def test_what_fails_has_one_ticket_where_it_belongs_and_what_is_undecided_has_none(start, tracker):
    start()
    Engine().work()
    assert sorted(tracker.issues) == ["FIND-3", "FIND-4", "SHOP-1", "SHOP-2"]
    assert {one.state for one in Ticket.objects.all()} == {"open"}
    assert sorted(TicketEvent.objects.values_list("what", flat=True)) == ["opened"] * 4
    assert any(title.startswith("checkout: ") for title in open_titles(tracker))


def test_a_ticket_is_closed_when_it_passes_and_opened_again_when_it_fails_again(start, tracker, time):
    start()
    engine = Engine()
    engine.work()
    for outcome, is_open in ((PASS, False), (FAIL, True), (UNKNOWN, True), (PASS, False)):
        cast.judge({("checkout", OWNER): outcome}, time.go(minutes=1))
        following.note_results(cast.written("checkout", at=time.now))
        engine.work()
        assert tracker.issues["SHOP-1"]["open"] is is_open
    assert len(tracker.issues) == 4
    row = Ticket.objects.get(issue="SHOP-1")
    assert list(row.events.order_by("id").values_list("what", flat=True)) == ["opened", "closed", "reopened", "closed"]
    assert len(tracker.issues["SHOP-1"]["comments"]) == 3
    assert all(one["open"] for key, one in tracker.issues.items() if key != "SHOP-1")


def test_an_exemption_closes_the_ticket(start, tracker, time):
    start()
    engine = Engine()
    engine.work()
    cast.judge({("checkout", OWNER): FAIL}, time.go(minutes=1), exempt=True)
    following.note_results(cast.written("checkout", at=time.now))
    engine.work()
    assert tracker.issues["SHOP-1"]["open"] is False


def test_tickets_can_be_grouped_by_entity_and_say_what_is_left(start, tracker, time):
    start("github", grouped=True)
    engine = Engine()
    engine.work()
    assert sorted(tracker.issues) == ["acme/search#2", "acme/shop#1"]
    assert tracker.issues["acme/shop#1"]["body"].count("### ") == 2
    cast.judge({("checkout", OWNER): PASS}, time.go(minutes=1))
    following.note_results(cast.written("checkout", at=time.now))
    engine.work()
    assert tracker.issues["acme/shop#1"]["body"].count("### ") == 1
    assert tracker.issues["acme/shop#1"]["open"]


def test_what_belongs_nowhere_says_what_to_do_and_nobody_is_called(start, tracker, time):
    cast.catalog.save(cast.Declared((cast.Entity(cast.service("checkout")),)), time.now, cause="test")
    start()
    Engine().work()
    row = Ticket.objects.filter(entity__name="checkout").first()
    assert "no project is known for it" in row.error
    assert sorted(tracker.issues) == ["FIND-1", "FIND-2"]


def test_no_more_are_open_at_once_than_is_allowed(start, tracker):
    start(most=3)
    Engine().work()
    assert len(tracker.issues) == 3


FAULTS = ("429", "500", "timeout", "timeout", "429", "timeout", "500", "500")


@pytest.mark.parametrize("connection", ["jira", "github"])
def test_faults_lose_nothing_and_make_nothing_twice(start, tracker, time, connection):
    start(connection)
    tracker.faults = list(FAULTS)
    engine = Engine()
    engine.work()
    settle(time, engine)
    assert len(tracker.issues) == 4
    assert {one.state for one in Ticket.objects.all()} == {"open"}
    tracker.faults = list(FAULTS)
    cast.judge({(name, rule): PASS for name in ("checkout", "search") for rule in RULES}, time.go(minutes=1))
    following.note_results(cast.written("checkout", "search", at=time.now))
    engine.work()
    settle(time, engine)
    assert open_titles(tracker) == []
    assert {one.error for one in Ticket.objects.all()} == {""}


def test_what_a_lost_attempt_made_is_not_made_again_before_the_search_can_know_it(start, tracker, time):
    start()
    tracker.faults, tracker.hidden = ["timeout"], {"SHOP-1"}
    engine = Engine()
    engine.work()
    assert len(tracker.issues) == 4
    for _ in range(5):  # results change again and again meanwhile
        following.note_results(cast.written("checkout", at=time.go(seconds=5)))
        engine.work()
    tracker.hidden, tracker.doubled = set(), True
    settle(time, engine)
    assert len(tracker.issues) == 4
    assert Ticket.objects.get(issue="SHOP-1").state == "open"


def test_what_a_lost_attempt_made_is_closed_when_it_passes_meanwhile(start, tracker, time):
    start()
    tracker.faults = ["timeout"]
    engine = Engine()
    engine.work()
    cast.judge({("checkout", OWNER): PASS}, time.go(seconds=5))
    following.note_results(cast.written("checkout", at=time.now))
    settle(time, engine)
    assert tracker.issues["SHOP-1"]["open"] is False


@pytest.mark.parametrize("kill_at", [0, 1, 3, 5])
def test_a_process_that_dies_after_any_step_makes_nothing_twice(start, tracker, time, kill_at):
    start()
    engine = Engine(kill_at)
    try:
        engine.work()
    except Killed:
        engine.work()
    settle(time, engine, 3)
    assert sorted(tracker.issues) == ["FIND-3", "FIND-4", "SHOP-1", "SHOP-2"]
    assert open_titles(tracker) == sorted(one["title"] for one in tracker.issues.values())


@pytest.mark.parametrize(("moment", "at"), list(itertools.product(["die before", "die after"], (0, 2))))
def test_a_process_that_dies_within_a_call_makes_nothing_twice(start, tracker, time, moment, at):
    start()
    tracker.faults = [""] * at + [moment]
    engine = Engine()
    with pytest.raises(Killed):
        engine.work()
    engine.work()
    settle(time, engine, 3)
    assert len(tracker.issues) == 4
    assert {one.state for one in Ticket.objects.all()} == {"open"}


def test_a_run_that_is_lost_for_ever_is_replaced(start, tracker, time):
    start()
    lost = Engine()
    lost.done = set(cast.Wish.objects.values_list("id", flat=True))  # the engine forgot it
    following.revive(time.go(minutes=11))
    lost.work()
    assert len(tracker.issues) == 4


def test_an_issue_that_somebody_deleted_is_made_again_only_when_it_fails_again(start, tracker, time):
    start()
    engine = Engine()
    engine.work()
    del tracker.issues["SHOP-1"]
    cast.judge({("checkout", OWNER): PASS}, time.go(minutes=1))
    following.note_results(cast.written("checkout", at=time.now))
    engine.work()
    assert Ticket.objects.get(entity__name="checkout", rule=OWNER).state == "none"
    assert len(tracker.issues) == 3


def test_a_campaign_that_ends_leaves_tickets_or_closes_them(start, tracker, time):
    held = start()
    engine = Engine()
    engine.work()
    service.end(held.name, 1, Ending(close_tickets=True), "ada", time.go(minutes=1))
    engine.work()
    assert open_titles(tracker) == []
    cast.judge({("ledger", TIER): FAIL}, time.go(minutes=1))
    following.note_results(cast.written("ledger", at=time.now))
    engine.work()
    assert len(tracker.issues) == 4


@pytest.mark.parametrize(("connection", "key"), [("jira", "SHOP-1"), ("github", "acme/shop#1")])
def test_what_people_do_to_an_issue_is_seen_and_left_to_them_until_it_passes(start, tracker, time, connection, key):
    start(connection)
    engine = Engine()
    engine.work()
    mine, issue = Ticket.objects.get(entity__name="checkout", rule=OWNER), tracker.issues[key]
    issue["open"], issue["who"] = False, "Bob"
    settle(time, engine, 13)
    mine.refresh_from_db()
    assert (mine.wanted, mine.state, mine.assignee) == ("open", "shut", "Bob")
    assert issue["open"] is False  # it is their right
    for outcome, is_open in ((PASS, False), (FAIL, True)):
        cast.judge({("checkout", OWNER): outcome}, time.go(minutes=1))
        following.note_results(cast.written("checkout", at=time.now))
        engine.work()
        assert issue["open"] is is_open
    assert len(tracker.issues) == 4
    told = list(mine.events.order_by("id").values_list("what", flat=True))
    assert told == ["opened", "closed there", "passed", "reopened"]


def test_an_issue_that_is_opened_or_given_away_there_is_seen_within_the_hour(start, tracker, time):
    start()
    engine = Engine()
    engine.work()
    settle(time, engine, 13)
    seen = sum(call.startswith("GET /rest/api/3/issue/SHOP-1") for call in tracker.calls)
    settle(time, engine, 13)
    assert sum(call.startswith("GET /rest/api/3/issue/SHOP-1") for call in tracker.calls) == seen + 1
    for change in ({"who": "Bob"}, {"open": False}, {"open": True}):
        tracker.issues["SHOP-1"].update(change)
        settle(time, engine, 13)
    row = Ticket.objects.get(issue="SHOP-1")
    told = list(row.events.order_by("id").values_list("what", flat=True))
    assert told == ["opened", "assigned there", "closed there", "opened there"]
    assert (row.state, row.assignee) == ("open", "Bob")


def test_an_issue_that_is_deleted_there_while_it_fails_is_made_anew_only_when_it_fails_again(start, tracker, time):
    start()
    engine = Engine()
    engine.work()
    del tracker.issues["SHOP-1"]
    settle(time, engine, 13)
    assert Ticket.objects.get(issue="SHOP-1").state == "shut"
    assert len(tracker.issues) == 3
    tracker.issues["gone"] = {"labels": [], "key": "gone", "open": False, "who": None}
    for outcome in (PASS, FAIL):
        cast.judge({("checkout", OWNER): outcome}, time.go(minutes=1))
        following.note_results(cast.written("checkout", at=time.now))
        engine.work()
    row = Ticket.objects.get(entity__name="checkout", rule=OWNER)
    assert (row.state, row.issue) == ("open", "SHOP-5")
