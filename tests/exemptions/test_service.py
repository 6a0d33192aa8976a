"""Exemptions from the wish to the end: who may what, what is refused, and what time brings about, each once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from greenboard.access.errors import Absent, InTheWay
from greenboard.access.models import Entry, Grant, Person, Role
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import events
from greenboard.core.errors import UserError
from greenboard.core.happened import Happened
from greenboard.core.refs import Ref
from greenboard.exemptions import asking, deciding, finding, ledger, store, tending
from greenboard.exemptions.models import Event, Exemption
from greenboard.exemptions.types import Category, Pair, State, Terms, Within

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)
CARD, RULE, TITLE = "production-readiness", "cod-1-coverage", "Line coverage is high enough"
CHECKOUT, LEDGER, TEAM = (
    Ref("service", "default", "checkout"),
    Ref("service", "default", "ledger"),
    Ref("team", "default", "payments"),
)
WHY = "The tests are being rewritten"


def day(number):
    return START + timedelta(days=number)


def terms(lasts=90.0, **more):
    ends = None if lasts is None else day(lasts)
    return Terms(more.pop("category", Category.WAIVED), more.pop("reason", WHY), ends=ends, **more)


def pair(ref=CHECKOUT, rule=RULE):
    return Pair(ref, CARD, rule)


@pytest.fixture(autouse=True)
def shop():
    entities = (Entity(CHECKOUT), Entity(LEDGER), Entity(TEAM))
    catalog.save(Declared(entities, (Relation(RelationKind.OWNS, TEAM, CHECKOUT),)), START, cause="test")


def account(name, role="", scope=""):
    person = Person.objects.create_user(name, password="x", is_superuser=not role)
    if role:
        Grant.objects.create(role=Role.objects.get(name=role), person=person, scope=scope, created_at=START)
    return person


@pytest.fixture
def ann():
    """May ask for what her team owns."""
    return account("ann", "member", str(TEAM))


@pytest.fixture
def bob():
    return account("bob", "maintainer")


@pytest.fixture
def told():
    heard = []
    with events.subscribed(Happened, heard.append):
        yield heard


def made(ann, bob, *, at=0.0, lasts=90.0, **more):
    number = asking.ask([pair()], terms(lasts, **more), ann, day(at)).made[0]
    deciding.approve({number: None}, "Agreed", bob, day(at))
    return number


def did(number):
    return [(one.did, one.by) for one in ledger.history(number)]


def test_who_decides_is_somebody_else_and_the_log_tells_who_did_what(ann, bob, told, settings):
    number = asking.ask([pair()], terms(), ann, START).made[0]
    with pytest.raises(PermissionDenied):
        deciding.approve({number: None}, "Agreed", ann, START)
    own = asking.ask([pair(LEDGER)], terms(), bob, START).made[0]
    with pytest.raises(deciding.OwnRequest):
        deciding.approve({own: None}, "Agreed", bob, START)
    settings.DECIDE_OWN_EXEMPTIONS = True
    deciding.approve({own: None, number: 1}, "Agreed", bob, START)
    assert did(number) == [("requested", "ann"), ("approved", "bob")]
    assert [(one.kind.value, one.title) for one in told if one.entity == CHECKOUT] == [
        ("exemption.requested", f"ann asks for an exemption of checkout from “{TITLE}”"),
        ("exemption.decided", f"bob approved an exemption of checkout from “{TITLE}”"),
    ]
    assert [one.people for one in told if one.entity == CHECKOUT] == [("bob",), ("ann",)]
    assert Entry.objects.filter(action="exemption.approved", target="2 exemptions").count() == 1


def test_one_may_ask_for_what_one_may_ask_for_and_what_one_may_not_see_is_not_found(ann, bob):
    Grant.objects.filter(everyone=True).delete()
    with pytest.raises(Absent):
        asking.ask([pair(LEDGER)], terms(), ann, START)
    viewer = account("eve", "viewer")
    with pytest.raises(PermissionDenied):
        asking.ask([pair()], terms(), viewer, START)
    hidden = asking.ask([pair(LEDGER)], terms(), bob, START).made[0]
    with pytest.raises(Absent):
        finding.row(hidden, ann)
    with pytest.raises(Absent):
        asking.ask([pair(), pair(LEDGER)], terms(), ann, START)
    assert Exemption.objects.filter(requested_by="ann").count() == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (terms(reason="no"), "says too little"),
        (terms(category=Category.MITIGATED), "what stands against the risk is not said"),
        (terms(control="A proxy"), "it is mitigated"),
        (terms(-1), "would end before it begins"),
        (terms(None), "it has no end"),
        (terms(within=Within("staging", "services")), "not of both"),
    ],
)
def test_what_can_be_no_exemption_is_refused_with_its_reason(ann, given, said):
    with pytest.raises(UserError, match=said):
        asking.ask([pair()], given, ann, START)


def test_no_rule_and_no_scorecard_are_named(ann):
    with pytest.raises(UserError, match="Did you mean 'cod-1-coverage'"):
        asking.ask([pair(rule="cod-1-coverag")], terms(), ann, START)


def test_without_an_end_only_by_permission(bob):
    root = account("root")
    number = asking.ask([pair()], terms(None), root, START).made[0]
    deciding.approve({number: None}, "It is scrapped next", bob, START)
    assert len(store.holding(CARD, day(10_000))) == 1


def test_the_same_is_asked_for_once_and_of_many_what_is_there_is_left_out(ann, bob):
    number = asking.ask([pair()], terms(), ann, START).made[0]
    with pytest.raises(InTheWay, match=f"ann asked for it already: exemption {number}"):
        asking.ask([pair()], terms(), bob, START)
    asked = asking.ask([pair(), pair(LEDGER)], terms(), bob, START)
    assert (len(asked.made), asked.left_out) == (1, [pair()])
    scoped = asking.ask([pair()], terms(within=Within("staging")), ann, START)
    assert len(scoped.made) == 1


def test_who_is_second_is_told_who_was_first(ann, bob):
    carl = account("carl", "maintainer")
    number = asking.ask([pair()], terms(), ann, START).made[0]
    deciding.deny({number: 1}, "Write the tests", carl, day(0.5))
    with pytest.raises(InTheWay, match=f"exemption {number} was denied by carl first, at 2026-01-01 12:00 UTC"):
        deciding.approve({number: 1}, "Agreed", bob, day(1))
    with pytest.raises(InTheWay, match="was denied by carl first"):
        deciding.withdraw({number: 1}, ann, day(1))
    assert did(number) == [("requested", "ann"), ("denied", "carl")]
    assert store.holding(CARD, day(2)) == []


def test_a_decision_of_many_is_all_or_nothing(ann, bob):
    several = asking.ask([pair(), pair(LEDGER)], terms(), bob, START).made
    carl = account("carl", "maintainer")
    deciding.approve({several[0]: None}, "Agreed", carl, START)
    with pytest.raises(InTheWay):
        deciding.approve(dict.fromkeys(several), "Agreed", carl, START)
    assert finding.row(several[1], bob).state == State.REQUESTED


def test_what_was_revoked_held_until_then(ann, bob):
    number = made(ann, bob)
    deciding.revoke({number: 2}, "The audit came early", bob, day(10))
    assert [len(store.holding(CARD, day(at))) for at in (-1, 0, 9.9, 10, 80)] == [0, 1, 1, 0, 0]
    with pytest.raises(InTheWay, match="was revoked by bob first"):
        deciding.revoke({number: 2}, "Again", bob, day(11))


def test_a_renewal_follows_without_a_gap_and_there_is_one(ann, bob):
    number = made(ann, bob, lasts=30)
    later = asking.renew(number, terms(120), ann, day(20))
    with pytest.raises(InTheWay, match="ann asked for its renewal already"):
        asking.renew(number, terms(200), bob, day(21))
    deciding.approve({later: None}, "Agreed", bob, day(25))
    held = [[one.id for one in store.holding(CARD, day(at))] for at in (26, 29.99, 30, 119, 121)]
    assert held == [[number], [number], [later], [later], []]


@pytest.mark.slow
def test_over_two_years_everything_happens_once_whoever_looks_and_whatever_is_missed(ann, bob, told):
    made(ann, bob, at=0, lasts=300)
    renewed = asking.ask([pair(LEDGER)], terms(200), bob, START).made[0]
    deciding.approve({renewed: None}, "Agreed", account("carl", "maintainer"), START)
    at = START
    while at < day(730):
        # A look every seven hours; nobody runs in May and June; looks come twice, as after a restart.
        if not day(120) <= at < day(181):
            tending.tend(at)
            assert tending.tend(at) == 0
        if at == day(189):
            later = asking.renew(renewed, terms(500), bob, at)
            deciding.approve({later: None}, "Agreed", Person.objects.get(username="carl"), at)
        at += timedelta(hours=7)
    told_of = [(one.did, one.exemption.entity.name, (one.at - START).days) for one in _by_time()]
    assert told_of == [
        ("reminded", "ledger", 181),
        ("expired", "ledger", 200),
        ("reminded", "checkout", 270),
        ("reminded", "checkout", 293),
        ("reminded", "checkout", 299),
        ("expired", "checkout", 300),
        ("reminded", "ledger", 470),
        ("reminded", "ledger", 493),
        ("reminded", "ledger", 499),
        ("expired", "ledger", 500),
    ]
    assert sum(one.kind.value in ("exemption.ending", "exemption.ended") for one in told) == len(told_of)


def _by_time():
    rows = Event.objects.filter(did__in=["reminded", "expired"]).select_related("exemption__entity")
    return rows.order_by("at", "exemption_id", "id")


def test_what_nobody_decides_in_time_ends_and_so_much_at_once_is_told_as_one(ann, bob, told):
    many = [Entity(Ref("service", "default", f"s{number}")) for number in range(30)]
    catalog.save(Declared(tuple(many), ()), START, cause="test")
    asking.ask([pair(one.ref) for one in many], terms(5), bob, START)
    assert tending.tend(day(6)) == 30
    assert [one.title for one in told] == ["bob asks for 30 exemptions", "Nobody decided 30 exemptions in time"]
    assert set(Exemption.objects.values_list("state", flat=True)) == {"expired"}
