"""Saved views: kept, shared, changed by one at a time, and mailed once when they are due."""

import importlib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from greenboard.access.errors import Above, InTheWay
from greenboard.access.models import Entry
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.reports import scheduling, tending, views
from greenboard.reports.models import Schedule, Sending, View
from greenboard.reports.scheduling import upcoming

cast = importlib.import_module("tests.access.cast")
WISH = views.Wish("Ours", "birds-eye", "by=system&team=payments")
MONDAYS = scheduling.Wish("week", 0, 7, "csv", ("ada",))


def test_a_view_is_an_address_under_a_name_and_is_found_by_whom_it_is_shared_with(board, person):
    made = board.post("/reports/views/new", {"name": "Ours", "report": "birds-eye", "query": "by=system&page=2"})
    assert made.status_code == 302
    page = board.get("/reports/views").content.decode()
    assert 'href="/reports/birds-eye?by=system"' in page
    bob = cast.person("bob")
    assert views.seen_by(bob) == []
    view = View.objects.get()
    views.change(person, view, views.Wish("Ours", "birds-eye", "by=system", "all"), 1)
    assert [one.name for one in views.seen_by(bob)] == ["Ours"]
    cast.member(person, "team:default/payments")
    views.change(person, view, views.Wish("Ours", "birds-eye", "by=system", "team", "payments"), 2)
    assert views.seen_by(bob) == []
    cast.member(bob, "team:default/payments")
    assert [one.name for one in views.seen_by(bob)] == ["Ours"]
    with pytest.raises(Above):
        views.remove(bob, view)
    views.remove(person, view)
    actions = list(Entry.objects.filter(action__startswith="view.").values_list("action", flat=True))
    assert sorted(set(actions)) == ["view.changed", "view.made", "view.removed"]


def test_what_no_report_knows_is_refused(person):
    for wish in (
        views.Wish("A", "nothing", ""),
        views.Wish("A", "birds-eye", "colour=red"),
        views.Wish("A", "birds-eye", "since=yesterday"),
        views.Wish("A", "birds-eye", "by=team&by=tier"),
        views.Wish("", "birds-eye", ""),
        views.Wish("A", "birds-eye", "", "team", "payments"),
    ):
        with pytest.raises(UserError):
            views.make(person, wish)
    assert View.objects.count() == 0


def test_of_two_who_change_a_view_the_second_is_told_who_was_first(person):
    view = views.make(person, WISH)
    boss = cast.person("boss", is_superuser=True)
    again = View.objects.get()
    views.change(boss, View.objects.get(), views.Wish("Theirs", "birds-eye"), 1)
    with pytest.raises(InTheWay, match="boss changed it at"):
        views.change(person, again, views.Wish("Mine", "birds-eye"), 1)
    assert View.objects.get().name == "Theirs"
    assert view.version == 1


def test_the_api_keeps_views_and_gives_figures(board, person):
    given = {"name": "By tier", "report": "birds-eye", "query": "by=tier"}
    made = board.post("/api/v1/report-views", given, content_type="application/json")
    assert made.status_code == 201, made.content
    number = made.json()["id"]
    assert board.get("/api/v1/report-views").json()["views"][0]["address"] == "/reports/birds-eye?by=tier"
    changed = board.put(f"/api/v1/report-views/{number}", {**given, "version": 7}, content_type="application/json")
    assert changed.status_code == 409
    told = board.get("/api/v1/reporting/birds-eye?by=tier").json()
    assert {row["group"] for row in told["tables"][0]["rows"]} == {"0", "1", "2", "3", "none"}
    assert board.get("/api/v1/reporting/birds-eye?colour=red").status_code in (400, 422)
    assert board.get("/api/v1/reporting/nothing").status_code == 404
    assert board.delete(f"/api/v1/report-views/{number}").status_code == 204


@given(
    st.sampled_from(("week", "month")),
    st.integers(1, 6),
    st.integers(0, 23),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),
)
def test_the_next_time_is_the_first_one_after_now(every, day, hour, moment):
    now = moment.replace(tzinfo=UTC)
    at = upcoming(every, day, hour, now)
    assert now < at
    assert (at.weekday() if every == "week" else at.day, at.hour, at.minute) == (day, hour, 0)
    hours = [now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=step) for step in range(1, 24 * 32)]
    first = next(one for one in hours if one.hour == hour and (one.weekday() if every == "week" else one.day) == day)
    assert at == first


def test_a_view_is_mailed_once_when_it_is_due_within_the_sight_of_who_gets_it(person, settings):
    settings.EMAIL_HOST, settings.ORIGIN = "mail.example", "https://ready.example"
    cast.nothing_for_everyone()
    cast.granted("maintainer", person=person)
    bob = cast.person("bob", email="bob@shop.example")
    cast.granted("viewer", "team:default/storefront", person=bob)
    type(person).objects.filter(pk=person.pk).update(email="ada@shop.example")
    view = views.make(cast.again(person), views.Wish("Teams", "birds-eye", "", "all"))
    scheduling.make(cast.again(person), view, scheduling.Wish("week", 0, 7, "csv", ("ada", "bob")))
    due = Schedule.objects.get().next_at
    assert tending.tend(due - timedelta(seconds=1)) == 0
    late = due + timedelta(days=9)  # nobody ran for a week and more
    assert tending.tend(late) == 3
    assert tending.tend(late) == 0
    assert sorted(one.to[0] for one in mail.outbox) == ["ada@shop.example", "bob@shop.example"]
    files = {one.to[0]: one.attachments[0][1] for one in mail.outbox}
    assert "payments" in files["ada@shop.example"]
    assert "payments" not in files["bob@shop.example"]
    assert "storefront" in files["bob@shop.example"]
    assert "https://ready.example/reports/birds-eye" in mail.outbox[0].body
    assert {one.state for one in Sending.objects.all()} == {"sent"}
    assert Schedule.objects.get().next_at == due + timedelta(days=14)


def test_a_server_that_does_not_answer_is_tried_again_and_who_was_closed_gets_nothing(person, settings, monkeypatch):
    settings.EMAIL_HOST, settings.ORIGIN = "mail.example", ""
    type(person).objects.filter(pk=person.pk).update(email="ada@shop.example")
    view = views.make(cast.again(person), WISH)
    scheduling.make(person, view, MONDAYS)
    due = Schedule.objects.get().next_at
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        tending.tend(due)
        one = Sending.objects.get()
        assert (one.state, one.attempts) == ("waiting", 1)
        assert tending.tend(due + timedelta(minutes=4)) == 0
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    tending.tend(due + timedelta(minutes=6))
    one.refresh_from_db()
    assert (one.state, one.answer) == ("failed", "the account was closed")
    assert mail.outbox == []


def refuse(*_args, **_more):
    raise OSError("connection refused")


def test_others_are_mailed_by_who_may_and_strangers_in_allowed_domains_only(person, settings):
    cast.nothing_for_everyone()
    cast.granted("member", person=person)
    cast.person("bob")
    view = views.make(cast.again(person), WISH)
    with pytest.raises(Above):
        scheduling.make(cast.again(person), view, scheduling.Wish("week", 0, 7, "pdf", ("bob",)))
    cast.granted("maintainer", person=person)
    outside = scheduling.Wish("month", 1, 7, "pdf", (), ("cto@partner.example",))
    with pytest.raises(UserError, match=r"not mailed to partner\.example"):
        scheduling.make(cast.again(person), view, outside)
    settings.REPORT_DOMAINS = ("partner.example",)
    assert scheduling.make(cast.again(person), view, outside).addresses == ["cto@partner.example"]


def test_the_page_of_views_mails_and_ends(board, person):
    view = views.make(person, WISH)
    sent = {"every": "week", "weekday": "2", "day": "1", "hour": "6", "format": "pdf"}
    assert board.post(f"/reports/views/{view.pk}/mail", sent).status_code == 302
    assert "PDF on Wednesdays at 06:00 UTC" in board.get("/reports/views").content.decode()
    other = Client()
    other.force_login(cast.person("bob"))
    assert other.post(f"/reports/views/{view.pk}/mail", sent).status_code == 404
    number = Schedule.objects.get().pk
    assert board.post(f"/reports/views/{view.pk}/mail/{number}/end").status_code == 302
    assert Schedule.objects.count() == 0
    assert clock.now() < datetime(2100, 1, 1, tzinfo=UTC)
