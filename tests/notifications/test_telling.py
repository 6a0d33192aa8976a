"""Who hears what: owners and whom it names, by inbox and mail; once, together, within sight, as they want it."""

import importlib
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy

import pytest
from django.db import transaction

from greenboard.access.decide import sight
from greenboard.access.models import Grant, Role
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.events import announce
from greenboard.core.happened import Happened, Happening, Severity
from greenboard.core.refs import Ref
from greenboard.notifications import inbox, sending, service, wanting
from greenboard.notifications.composing import CAP
from greenboard.notifications.models import Line, Message, Notice
from greenboard.notifications.types import Digest, Gathers, State, Times

world = importlib.import_module("tests.notifications.conftest")
deliver, tell = world.deliver, world.tell
pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def happened(title="The attestation of OWN.1 for checkout ends in 7 days.", **more):
    """Something that the owners of checkout must act on."""
    said = {"kind": Happening.ATTESTATION_ENDING, "at": clock.now(), "todo": "Attest again.", "path": "/attestations/3"}
    return Happened(**{**said, "title": title, "entity": world.CHECKOUT, "severity": Severity.WARNING, **more})


def titles(person):
    return [line.notice.title for line in inbox.lines(person, sight(person))]


def sent(box):
    return [message_from_bytes(one.content, policy=policy.default) for one in box.mails]


def test_a_new_installation_tells_owners_by_the_inbox_alone(people):
    announce(happened())
    deliver()
    assert titles(people["ada"]) == ["The attestation of OWN.1 for checkout ends in 7 days."]
    assert titles(people["bob"]) == titles(people["mia"]) == []
    assert inbox.unread(people["ada"], sight(people["ada"])) == 1
    assert not Message.objects.exists()


def test_with_a_server_for_mail_owners_get_what_they_must_act_on_and_no_more(people, mail):
    announce(happened())
    announce(
        happened("Checkout has a new description.", kind=Happening.ATTESTATION_GIVEN, todo="", severity=Severity.INFO)
    )
    deliver()
    (one,) = sent(mail)
    assert (one["To"], one["Subject"]) == ("ada@shop.example", "The attestation of OWN.1 for checkout ends in 7 days.")
    assert one["Auto-Submitted"] == "auto-generated"
    plain, html = one.get_body(("plain",)).get_content(), one.get_body(("html",)).get_content()
    assert "https://board.shop.example/attestations/3" in plain
    assert "What to do: Attest again." in plain
    assert "<strong>What to do:</strong> Attest again." in html
    assert len(titles(people["ada"])) == 2
    deliver()
    assert len(mail.mails) == 1


def test_whoever_is_named_is_told_at_once_though_they_own_nothing_of_it(people, mail):
    announce(happened(people=("bob",), todo=""))
    deliver()
    assert [one["To"] for one in sent(mail)] == ["bob@shop.example"]


def test_what_one_may_not_see_one_is_not_told_though_named(people, mail):
    Grant.objects.filter(everyone=True).delete()
    viewer = Role.objects.get(name="viewer")
    Grant.objects.create(role=viewer, person=people["bob"], scope=str(world.FINDER), created_at=clock.now())
    announce(happened(people=("bob",)))
    announce(happened("Finder is asked for.", entity=world.FINDER, people=("bob",)))
    announce(happened("Nothing anybody knows.", entity=Ref("service", "default", "nothing"), people=("bob",)))
    deliver()
    assert titles(people["bob"]) == ["Finder is asked for."]
    assert [one["Subject"] for one in sent(mail)] == ["Finder is asked for."]


def test_what_one_may_not_see_any_more_leaves_the_inbox_and_the_digest(people, mail):
    wanting.set_own(people["bob"], wanting.Wanted(ways={Happening.ATTESTATION_ENDING: "digest"}))
    announce(happened(people=("bob",)))
    tell()
    assert inbox.unread(people["bob"], sight(people["bob"])) == 1
    Grant.objects.filter(everyone=True).delete()
    again = type(people["bob"]).objects.get(pk=people["bob"].pk)
    assert inbox.unread(again, sight(again)) == 0
    deliver(clock.now() + timedelta(days=2))
    assert [one["To"] for one in sent(mail)] == ["ada@shop.example"]


def test_the_same_is_told_once_however_often_it_is_announced_and_looked_at(people, mail):
    event = happened(key="attestation:3")
    for _ in range(3):
        announce(event)
        tell()
    deliver(clock.now() + 2 * MINUTE)
    deliver(clock.now() + 3 * MINUTE)
    assert len(mail.mails) == 1
    assert Line.objects.get(person=people["ada"]).count == 1


def test_what_is_rolled_back_is_not_told(people):
    with transaction.atomic():
        announce(happened())
        transaction.set_rollback(True)
    tell()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("number", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_source_that_fails_for_a_thousand_entities_is_one_message(people, mail, number):
    several = [Ref("service", "default", f"part-{one}") for one in range(number)]
    owns = [Relation(RelationKind.OWNS, world.PAYMENTS, one) for one in several]
    whole = Declared((Entity(world.PAYMENTS), *map(Entity, several)), tuple(owns))
    catalog.save(whole, clock.now(), cause="test")
    at = clock.now()
    for one in several:
        announce(happened(f"GitHub gives nothing for {one.name}.", entity=one, key="source.failed:github", at=at))
    tell(at)
    deliver(at + 2 * MINUTE)
    (one,) = sent(mail)
    assert one["Subject"] == f"GitHub gives nothing for part-0. And {number - 1} more like it."
    assert (
        f"And {number - 20} more: https://board.shop.example/attestations/3" in one.get_body(("plain",)).get_content()
    )
    assert [line.count for line in inbox.lines(people["ada"], sight(people["ada"]))] == [number]
    assert inbox.unread(people["ada"], sight(people["ada"])) == 1


def test_what_goes_on_of_one_key_is_told_once_more_in_the_hour(people, mail):
    start = clock.now()
    for minute in range(0, 50, 10):
        announce(happened(f"Case {minute}.", key="storm", at=start + minute * MINUTE))
        tell(start + minute * MINUTE)
        deliver(start + (minute + 2) * MINUTE)
    deliver(start + 65 * MINUTE)
    assert [one["Subject"] for one in sent(mail)] == ["Case 0.", "Case 40. And 3 more like it."]


def test_of_more_than_so_many_an_hour_the_rest_comes_together_and_it_is_said(people, mail):
    start = datetime(2026, 11, 26, 10, 5, tzinfo=UTC)
    for number in range(CAP + 7):
        announce(happened(f"Case {number}.", path=f"/attestations/{number}"))
    deliver(start)
    assert len(mail.mails) == CAP
    deliver(start + 60 * MINUTE)
    last = sent(mail)[-1]
    assert last["Subject"] == "Together, as there are so many: 7 notices"
    assert "More than 20 messages came within an hour" in last.get_body(("plain",)).get_content()
    assert len(mail.mails) == CAP + 1


def test_quiet_hours_hold_everything_but_what_is_critical(people, mail):
    quiet = Times("Europe/Berlin", time(22), time(7))
    wanting.set_own(people["ada"], wanting.Wanted(quiet))
    night = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    announce(happened("One.", path="/attestations/1"))
    announce(happened("Two.", path="/attestations/2"))
    announce(happened("Three.", path="/attestations/4", severity=Severity.CRITICAL))
    deliver(night)
    assert [one["Subject"] for one in sent(mail)] == ["Three."]
    deliver(datetime(2026, 11, 27, 5, 59, tzinfo=UTC))
    deliver(datetime(2026, 11, 27, 6, 0, tzinfo=UTC))
    assert [one["Subject"] for one in sent(mail)][1:] == ["In the quiet hours: 2 notices"]


def test_a_digest_comes_on_its_day_once_even_after_a_week_of_silence(people, mail):
    weekly = Times("America/New_York", digest=Digest.WEEKLY, digest_at=time(8), digest_day=0)
    wanting.set_own(people["ada"], wanting.Wanted(weekly, {Happening.ATTESTATION_ENDING: "digest"}))
    start = datetime(2026, 11, 26, 12, tzinfo=UTC)
    for number in range(3):
        announce(happened(f"Case {number}.", path=f"/attestations/{number}"))
    tell(start)
    deliver(datetime(2026, 11, 30, 12, 59, tzinfo=UTC))
    assert mail.mails == []
    deliver(datetime(2026, 12, 9, tzinfo=UTC))
    deliver(datetime(2026, 12, 30, tzinfo=UTC))
    assert [one["Subject"] for one in sent(mail)] == ["Digest: 3 notices"]


def test_who_changes_their_mind_has_what_gathers_come_as_they_want_it_now(people, mail):
    daily = wanting.Wanted(ways={Happening.ATTESTATION_ENDING: "digest"})
    wanting.set_own(people["ada"], daily)
    announce(happened())
    tell()
    wanting.set_own(people["ada"], replace(daily, times=Times(digest=Digest.OFF), version=1))
    deliver()
    assert [one["Subject"] for one in sent(mail)] == ["Digest: 1 notice"]


def test_who_wants_nothing_of_a_kind_hears_nothing_of_it(people, mail):
    wanting.set_own(people["ada"], wanting.Wanted(ways={Happening.ATTESTATION_ENDING: "off"}))
    announce(happened(people=("ada",)))
    deliver()
    assert titles(people["ada"]) == []
    assert mail.mails == []


def test_what_is_long_past_when_it_is_written_goes_to_the_inbox_only(people, mail):
    announce(happened(at=clock.now() - timedelta(days=9)))
    deliver()
    assert mail.mails == []
    assert len(titles(people["ada"])) == 1


def test_routes_send_what_fits_them_to_a_channel_once(people, tool):
    chat = world.channel("slack-webhook", url=f"{tool.url}/services/x")
    say = {"channel": chat.pk, "severity": "warning"}
    service.make_route(service.Way("pci", tags=("pci",), **say))
    service.make_route(service.Way("payments", teams=("payments",), kinds=(Happening.ATTESTATION_ENDING,), **say))
    announce(happened())
    announce(happened("Little.", severity=Severity.INFO))
    announce(happened("Finder's.", entity=world.FINDER))
    announce(happened("Of another kind.", kind=Happening.EXEMPTION_ENDING, entity=world.LEDGER))
    deliver()
    assert [body["text"] for body in tool.bodies()] == ["The attestation of OWN.1 for checkout ends in 7 days."]


def test_a_team_hears_in_its_own_channel_and_has_its_digest(people, tool):
    chat = world.channel("slack-webhook", url=f"{tool.url}/services/x")
    wanting.set_team(world.PAYMENTS, wanting.Wanted(Times(digest_at=time(9)), channel=chat.pk))
    announce(happened())
    announce(happened("Good news.", kind=Happening.EXEMPTION_ENDED, todo="", severity=Severity.INFO))
    announce(happened("Finder's.", entity=world.FINDER))
    deliver()
    deliver(clock.now() + timedelta(days=1, minutes=5))
    assert [body["text"] for body in tool.bodies()] == [
        "The attestation of OWN.1 for checkout ends in 7 days.",
        "Digest of payments: 1 notice",
    ]


def test_who_manages_connections_hears_of_a_source_and_others_do_not(people):
    announce(
        Happened(Happening.SOURCE_FAILED, clock.now(), "GitHub could not be read.", path="/connections/github", key="x")
    )
    tell()
    assert titles(people["mia"]) == ["GitHub could not be read."]
    assert titles(people["ada"]) == []


def test_what_is_read_begins_a_line_of_its_own_again(people):
    announce(happened(key="k", title="One."))
    tell()
    inbox.read(people["ada"], None, clock.now())
    assert inbox.unread(people["ada"], sight(people["ada"])) == 0
    announce(happened(key="k", title="Two.", at=clock.now() + MINUTE))
    tell()
    assert titles(people["ada"]) == ["Two.", "One."]
    assert inbox.unread(people["ada"], sight(people["ada"])) == 1


def test_old_notices_and_messages_are_forgotten_and_what_waits_is_not(people, mail):
    announce(happened())
    deliver()
    announce(happened("Another.", path="/attestations/9"))
    tell()
    sending.purge(clock.now() + sending.KEPT + timedelta(days=1))
    assert [(one.state, one.gathers) for one in Message.objects.all()] == [(State.WAITING, Gathers.CASES)]
    assert not Notice.objects.exists()
