"""Pages of the inbox, of how one wants to hear, and of channels, routes and what was sent."""

import importlib
import re

import pytest
from tests.notifications.conftest import people, tool, tool_server  # noqa: F401 - fixtures
from tests.web.test_access_pages import said, signed_in
from tests.web.test_pages import Strict

from greenboard.core.events import announce
from greenboard.notifications import service, settings, store
from greenboard.notifications.models import Channel, Line, Preference, Route

telling = importlib.import_module("tests.notifications.test_telling")
world = importlib.import_module("tests.notifications.conftest")
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(people):  # noqa: F811 - the fixture
    return signed_in(people["ada"])


@pytest.fixture
def mia(people):  # noqa: F811 - the fixture
    """Somebody who manages notifications."""
    return signed_in(people["mia"])


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, answer.content[:2000]
    seen = Strict()
    seen.feed(answer.content.decode())
    assert seen.refused == []
    assert len(seen.ids) == len(set(seen.ids))
    return answer.content.decode()


def test_the_inbox_begins_empty_and_says_what_comes(ada):
    assert "Nothing was told you yet" in text(ada, "/inbox")
    assert 'class="count"' not in text(ada, "/")
    assert "nothing unread" in text(ada, "/mine")


def test_what_happened_is_there_counted_in_the_frame_read_and_unread(ada):
    announce(telling.happened("The exemption of <b>checkout</b> ends.", why="It was given for 30 days."))
    announce(telling.happened("Another.", path="/attestations/9"))
    world.tell()
    listed = text(ada, "/inbox")
    assert "The exemption of &lt;b&gt;checkout&lt;/b&gt; ends." in listed
    assert re.search(r'class="count">2<', listed)
    assert "2 notices unread" in text(ada, "/mine")
    number = Line.objects.order_by("id").first().pk
    opened = text(ada, f"/inbox/{number}")
    assert "It was given for 30 days." in opened
    assert 'href="/attestations/3"' in opened
    assert re.search(r'class="count">1<', text(ada, "/inbox?show=unread"))
    assert "checkout" not in text(ada, "/inbox?show=unread").split("<main")[1]
    ada.post(f"/inbox/{number}/unread")
    assert re.search(r'class="count">2<', text(ada, "/inbox"))
    ada.post("/inbox/read")
    assert "All is read" in text(ada, "/inbox?show=unread")


def test_nobody_opens_or_marks_what_is_in_the_inbox_of_another(ada, mia):
    announce(telling.happened())
    world.tell()
    number = Line.objects.get().pk
    assert mia.get(f"/inbox/{number}").status_code == 404
    assert mia.post(f"/inbox/{number}/read").status_code == 404
    assert Line.objects.get().read_at is None
    assert ada.get("/inbox?below=x").status_code == 400
    assert ada.get("/inbox?show=x").status_code == 400


def test_the_inbox_goes_on_page_by_page(ada, monkeypatch):
    monkeypatch.setattr("greenboard.web.inbox.view.PAGE", 2)
    for number in range(3):
        announce(telling.happened(f"Case {number}.", path=f"/x/{number}"))
    world.tell()
    older = re.search(r'href="(\?below=[\d.]+)">Older', text(ada, "/inbox"))[1]
    assert "Case 0." in text(ada, f"/inbox{older}")


def test_how_one_wants_to_hear_is_saved_and_who_is_second_is_told(ada, people):  # noqa: F811 - the fixture
    form = {
        "zone": "Europe/Berlin",
        "quiet_from": "22:00",
        "quiet_to": "07:00",
        "digest": "weekly",
        "digest_at": "08:30",
    }
    form |= {"digest_day": "2", "way-attestation.ending": "off", "version": "0", "channel": ""}
    assert "Nothing leaves the portal yet" in text(ada, "/notifications")
    assert ada.post("/notifications/save", form).status_code == 302
    row = Preference.objects.get(person=people["ada"])
    assert (row.zone, str(row.quiet_to), row.digest, row.digest_day) == ("Europe/Berlin", "07:00:00", "weekly", 2)
    assert row.ways == {"attestation.ending": "off"}
    assert "changed meanwhile" in said(ada.post("/notifications/save", form))
    assert "Did you mean" in said(ada.post("/notifications/save", {**form, "zone": "Europe/Berlim", "version": "1"}))
    assert (
        "half of the quiet" in said(ada.post("/notifications/save", {**form, "quiet_to": "", "version": "1"})).lower()
    )
    assert 'value="Europe/Berlin"' in text(ada, "/notifications")


def test_a_channel_is_made_tried_changed_and_removed_and_its_secret_never_shown(mia, tool):  # noqa: F811 - the fixture
    url = f"{tool.url}/services/very-secret"
    assert "Address of the webhook" in text(mia, "/channels/new/slack-webhook")
    refused = mia.post("/channels/new/slack-webhook", {"name": "chat", "url": ""})
    assert "is missing" in said(refused)
    assert 'value="chat"' in refused.content.decode()
    page = mia.post("/channels/new/slack-webhook", {"name": "chat", "url": url}).headers["Location"]
    tool.faults = [(404, {}, b"no_service")]
    mia.post(f"{page}/test")
    shown = text(mia, page)
    assert "make a new one and enter its address" in shown
    mia.post(f"{page}/test")
    assert "Arrived" in text(mia, page)
    mia.post(f"{page}/change", {"name": "talk", "url": "", "active": "1", "version": "1"})
    row = Channel.objects.get()
    assert (row.name, row.version, settings.given(row)["url"]) == ("talk", 2, url)
    assert "changed meanwhile" in said(mia.post(f"{page}/change", {"name": "x", "version": "1"}))
    for address in ("/channels", page, "/messages"):
        assert "very-secret" not in text(mia, address)
    assert mia.post(f"{page}/remove").headers["Location"] == "/channels"
    assert mia.get(page).status_code == 404


def test_a_route_is_made_changed_and_removed(mia, tool, people):  # noqa: F811 - the fixture
    row = world.channel("teams", url=f"{tool.url}/workflows/x")
    form = {
        "name": "pci",
        "tags": "pci",
        "severity": "warning",
        "channel": str(row.pk),
        "events": ["attestation.ending"],
    }
    form |= {"people": "bob", "scope": "service:default/checkout", "active": "1", "version": "0", "teams": "payments"}
    text(mia, "/routes/new")
    assert "leads nowhere" in said(mia.post("/routes/make", {**form, "channel": "", "people": ""}))
    assert "No account" in said(mia.post("/routes/make", {**form, "people": "nobody"}))
    assert "not in the catalog" in said(mia.post("/routes/make", {**form, "scope": "service:default/none"}))
    assert mia.post("/routes/make", form).status_code == 302
    made = Route.objects.get()
    listed = text(mia, "/channels")
    assert (
        "event attestation.ending, team payments, within service:default/checkout, tag pci, warning or worse" in listed
    )
    assert "payments" in text(mia, f"/routes/{made.pk}")
    mia.post(f"/routes/{made.pk}/change", {**form, "name": "all", "version": "1"})
    assert "changed meanwhile" in said(mia.post(f"/routes/{made.pk}/change", {**form, "version": "1"}))
    assert Route.objects.get().name == "all"
    announce(telling.happened())
    world.deliver()
    assert len(tool.got) == 1
    mia.post(f"/routes/{made.pk}/remove")
    assert not Route.objects.exists()


def test_a_team_gets_a_channel_and_loses_it(mia, tool):  # noqa: F811 - the fixture
    row = world.channel("teams", url=f"{tool.url}/workflows/x")
    form = {
        "team": "payments",
        "channel": str(row.pk),
        "zone": "UTC",
        "digest": "daily",
        "digest_at": "09:00",
        "version": "0",
    }
    text(mia, "/team-channel")
    assert "no addresses of its own" in said(mia.post("/team-channel/save", {**form, "address": "#x"}))
    assert mia.post("/team-channel/save", form).status_code == 302
    assert "payments" in text(mia, "/channels")
    assert "readonly" in text(mia, "/team-channel?team=payments")
    mia.post("/team-channel/drop", {"team": "payments"})
    assert not store.of_teams().exists()


def test_what_was_given_up_is_sent_again(mia, tool):  # noqa: F811 - the fixture
    row = world.channel("teams", url=f"{tool.url}/workflows/x")
    service.make_route(service.Way("all", channel=row.pk))
    tool.faults = [(404, {}, b"gone")]
    announce(telling.happened())
    world.deliver()
    listed = text(mia, "/messages?state=failed")
    assert "Answered 404" in listed
    number = re.search(r"/messages/(\d+)/again", listed)[1]
    assert mia.post(f"/messages/{number}/again").status_code == 302
    world.deliver()
    assert len(tool.got) == 2
    assert mia.get("/messages?state=x").status_code == 400
    assert mia.post("/messages/999/again").status_code == 404


def test_who_may_not_manage_sees_no_channel(ada):
    assert ada.get("/channels").status_code == 403
    assert ada.get("/messages").status_code == 403
