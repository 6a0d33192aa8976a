"""Tools with faults: nothing is lost, nothing comes twice where the receiver can tell, and what was given up is said."""

import importlib
import json
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest

from greenboard.access.decide import sight
from greenboard.access.models import Entry
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.events import announce
from greenboard.notifications import calling, inbox, sending, service, settings, store
from greenboard.notifications.channels import apprise
from greenboard.notifications.models import Channel, Message
from greenboard.notifications.types import State
from greenboard.outbound import signing

world = importlib.import_module("tests.notifications.conftest")
telling = importlib.import_module("tests.notifications.test_telling")
pytestmark = pytest.mark.django_db
HTML = (200, {"Content-Type": "text/html"}, b"<!doctype html><title>Sign in</title>")
LIMITED = (429, {"Retry-After": "90"}, b'{"ok":false,"error":"ratelimited"}')
BROKEN = (500, {}, b"oops")
TOKEN = "xoxb-1-very-secret"


def routed(kind, **given):
    """A channel that is told everything."""
    row = world.channel(kind, **given)
    service.make_route(service.Way("all", channel=row.pk))
    return row


def kinds(tool):
    """A channel of each kind over HTTP, and what its tool says when all is well."""
    return {
        "slack-webhook": ({"url": f"{tool.url}/services/x"}, (200, {}, b"ok")),
        "slack": ({"token": TOKEN, "channel": "#ops", "api": tool.url}, (200, {}, b'{"ok":true,"ts":"1"}')),
        "teams": ({"url": f"{tool.url}/workflows/x"}, (202, {}, b"")),
        "webhook": ({"url": f"{tool.url}/hook", "secret": "s" * 20}, (204, {}, b"")),
    }


def log():
    return Message.objects.order_by("-id").first()


@pytest.mark.parametrize("kind", ["slack-webhook", "slack", "teams", "webhook"])
@pytest.mark.parametrize("fault", [LIMITED, BROKEN, "drop", HTML, None])
def test_what_did_not_arrive_is_sent_again_with_the_same_number_until_it_does(people, tool, kind, fault):
    given, tool.good = kinds(tool)[kind]
    if fault is HTML and kind == "webhook":
        pytest.skip("a receiver of one's own may answer what it wants")
    tool.faults = [fault] if fault else []
    routed(kind, **given)
    announce(telling.happened())
    world.deliver()
    for _ in range(2):
        Message.objects.filter(state=State.WAITING).update(next_at=clock.now())
        sending.send(clock.now())
    row = log()
    assert (row.state, row.attempts) == (State.DONE, 2 if fault else 1), row.answer
    assert len(tool.got) == row.attempts
    assert len({body for _, body in tool.got}) == 1
    assert row.letter["number"].encode() in tool.got[0][1] or kind == "slack-webhook"


def test_a_tool_that_asks_for_patience_gets_it(people, tool):
    given, tool.good = kinds(tool)["slack"]
    tool.faults = [LIMITED]
    routed("slack", **given)
    announce(telling.happened())
    world.deliver()
    assert timedelta(seconds=80) < log().next_at - clock.now() <= timedelta(seconds=90)
    assert "ratelimited" in log().answer


def test_a_tool_that_hangs_is_left_and_tried_again(people, tool, monkeypatch):
    slow = calling.client(settings.installation.OUTBOUND_ALLOW, timeout=0.3)
    tool.faults = ["hang"]
    routed("teams", url=f"{tool.url}/workflows/x")
    announce(telling.happened())
    with monkeypatch.context() as patch:
        patch.setattr(calling, "_client", lambda: slow)
        world.deliver()
    assert (log().state, log().status) == (State.WAITING, None)
    assert "Timeout" in log().answer
    Message.objects.update(next_at=clock.now())
    sending.send(clock.now())
    assert log().state == State.DONE


def test_what_asking_again_does_not_change_is_given_up_at_once_and_said(people, tool):
    given, _ = kinds(tool)["slack"]
    tool.good = (200, {}, b'{"ok":false,"error":"not_in_channel"}')
    routed("slack", **given)
    announce(telling.happened())
    world.deliver()
    assert (log().state, log().attempts) == (State.FAILED, 1)
    assert "invite it there with /invite" in log().answer
    world.tell()
    (line,) = list(inbox.lines(people["mia"], sight(people["mia"])))
    assert line.notice.title == "A message by the channel chat was given up after one attempt."
    assert line.notice.path == f"/channels/{log().channel_id}"
    assert len(tool.got) == 1


def test_after_a_day_of_attempts_it_is_given_up_and_can_be_sent_again(people, tool):
    tool.good = BROKEN
    routed("teams", url=f"{tool.url}/workflows/x")
    announce(telling.happened())
    world.deliver()
    for _ in sending.PAUSES:
        Message.objects.filter(state=State.WAITING).update(next_at=clock.now())
        sending.send(clock.now())
    row = log()
    assert (row.state, row.attempts) == (State.FAILED, len(sending.PAUSES) + 1)
    tool.good = (202, {}, b"")
    fresh = service.again(row.pk)
    with pytest.raises(UserError, match="still waits"):
        service.again(fresh.pk)
    sending.send(clock.now())
    assert store.message(fresh.pk).state == State.DONE
    assert tool.got[-1][1] == tool.got[0][1]
    assert Entry.objects.filter(action="message.again").count() == 1


def test_killed_between_sending_and_noting_it_is_sent_once_more_with_the_same_number_and_counted(
    people, tool, monkeypatch
):
    given, tool.good = kinds(tool)["webhook"]
    routed("webhook", **given)
    announce(telling.happened())
    world.tell()
    with monkeypatch.context() as patch:
        patch.setattr(sending, "note", lambda *_: None)
        sending.send(clock.now())
    assert (log().state, log().attempts, len(tool.got)) == (State.WAITING, 1, 1)
    assert sending.send(clock.now()) == 0
    sending.send(clock.now() + sending.LEASE)
    assert (log().state, log().attempts) == (State.DONE, 2)
    assert len({headers["Greenboard-Delivery"] for headers, _ in tool.got}) == 1


def test_of_two_workers_one_sends(people, tool):
    routed("teams", url=f"{tool.url}/workflows/x")
    announce(telling.happened())
    world.tell()
    first, second = (Message.objects.select_related("channel").get() for _ in range(2))
    assert sending._claim(first, clock.now())
    assert not sending._claim(second, clock.now())


def test_a_webhook_is_signed(people, tool):
    given, tool.good = kinds(tool)["webhook"]
    routed("webhook", **given)
    announce(telling.happened())
    world.deliver()
    headers, body = tool.got[0]
    signed = f"{headers['Greenboard-Delivery']}.".encode() + body
    assert signing.verify("s" * 20, signed, headers["Greenboard-Signature"], clock.now())
    assert json.loads(body)["cases"][0]["title"] == "The attestation of OWN.1 for checkout ends in 7 days."


def test_slack_gets_the_token_the_channel_and_no_name_to_call(people, tool):
    given, tool.good = kinds(tool)["slack"]
    routed("slack", **given)
    announce(telling.happened("<!channel> & <https://evil.example|click> checkout"))
    world.deliver()
    headers, body = tool.got[0]
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    said = json.loads(body)
    assert (said["channel"], said["metadata"]["event_payload"]["id"]) == ("#ops", log().letter["number"])
    assert "<!channel>" not in body.decode()
    assert "<https://evil" not in body.decode()


@pytest.mark.parametrize("fault", ["451 later", "421 closing", "drop", "taken drop"])
def test_mail_that_was_not_taken_is_sent_again_with_the_same_id(people, mail, fault):
    mail.refuse.append(fault)
    announce(telling.happened())
    world.deliver()
    assert log().state == State.WAITING
    Message.objects.update(next_at=clock.now())
    sending.send(clock.now())
    ids = {message_from_bytes(one.content, policy=policy.default)["Message-ID"] for one in mail.mails}
    assert (log().state, len(ids)) == (State.DONE, 1)


def test_mail_for_nobody_is_given_up_at_once(people, mail):
    people["ada"].email = "nobody@shop.example"
    people["ada"].save()
    announce(telling.happened())
    world.deliver()
    assert (log().state, log().status) == (State.FAILED, 550)
    assert "does not take mail for this address" in log().answer


def test_headers_of_mail_cannot_be_injected(people, mail):
    announce(telling.happened("Checkout\r\nBcc: all@shop.example\r\n\r\n<script>alert(1)</script>"))
    people["bob"].email = "bob@shop.example\nBcc: all@shop.example"
    people["bob"].save()
    announce(telling.happened("For Bob.", people=("bob",), entity=world.FINDER))
    world.deliver()
    (one,) = telling.sent(mail)
    assert one["Bcc"] is None
    assert one["Subject"] == "Checkout Bcc: all@shop.example <script>alert(1)</script>"
    assert "<script>" not in one.get_body(("html",)).get_content()
    assert Message.objects.get(person=people["bob"]).state == State.FAILED


def test_a_test_says_at_once_what_is_missing(people, tool, settings):
    settings.EMAIL_HOST = ""
    with pytest.raises(UserError, match="GREENBOARD_SMTP_URL"):
        world.channel("mail", name="post")
    given, _ = kinds(tool)["slack"]
    row = world.channel("slack", **given)
    tool.good = (200, {}, b'{"ok":false,"error":"missing_scope"}')
    tried = service.test(row.pk, "")
    assert tried.state == State.FAILED
    assert "give it chat:write" in tried.answer
    tool.good = (200, {}, b'{"ok":true}')
    assert service.test(row.pk, "").state == State.DONE


@pytest.mark.parametrize(
    ("kind", "given", "why"),
    [
        ("slack", {"token": "xoxp-user"}, "begins with xoxb-"),
        ("slack", {}, "Bot token is missing"),
        ("slack", {"token": TOKEN, "colour": "red"}, "has no 'colour'"),
        ("slack-webhook", {"url": "http://hooks.slack.com/services/x"}, "not an address that is called"),
        ("teams", {"url": "https://169.254.169.254/x"}, "may not be called"),
        ("webhook", {"url": "https://chat.example.com/x", "secret": "short"}, "too short"),
        ("apprise", {"url": "json://127.0.0.1/"}, "not a service that is reached"),
        ("apprise", {"url": "gotifys://inside.example/token"}, "Name it in GREENBOARD_OUTBOUND_ALLOW"),
        ("pigeon", {}, "no kind of channel"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(db, kind, given, why):
    with pytest.raises(UserError, match=why):
        world.channel(kind, **given)
    assert not Channel.objects.exists()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_service_that_apprise_reaches_is_known_by_its_whole_address(db):
    with pytest.raises(UserError, match="not a whole address"):
        world.channel("apprise", url="discord://")
    url = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
    assert settings.given(world.channel("apprise", url=url)) == {"url": url}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("scheme", apprise.FIXED)
def test_a_service_that_need_not_be_named_has_one_address_whatever_is_given(scheme):
    manager = pytest.importorskip("apprise.manager_plugins").NotificationManager()
    plugin = manager[scheme]
    told = [value for value in vars(plugin).values() if isinstance(value, str) and value.startswith("http")]
    assert all("{" not in urlsplit(value).netloc for value in told)
    assert not any("{host}" in template for template in plugin.templates)


def test_secrets_are_sealed_kept_when_left_out_and_nowhere_to_be_seen(db):
    row = world.channel("slack", token=TOKEN, channel="#ops")
    changed = service.change(row.pk, service.Wish("talk", "slack", {"channel": "#other"}), 1)
    assert settings.given(changed) == {"token": TOKEN, "channel": "#other"}
    everything = str(list(Channel.objects.values("name", "settings"))) + str(
        list(Entry.objects.values("before", "after"))
    )
    assert TOKEN not in everything
    with pytest.raises(UserError, match="changed meanwhile"):
        service.change(row.pk, service.Wish("again", "slack", {}), 1)
    assert TOKEN not in repr(changed.secret)


def test_retry_after_is_seconds_or_a_date():
    now = clock.parse_time("2026-11-26T10:00:00Z")
    assert calling.retry_after("30", now) == timedelta(seconds=30)
    assert calling.retry_after("Thu, 26 Nov 2026 10:01:00 GMT", now) == timedelta(minutes=1)
    assert calling.retry_after("Thu, 26 Nov 2020 10:01:00 GMT", now) == timedelta()
    assert calling.retry_after("99999999", now) == calling.LONGEST
    assert calling.retry_after("soon", now) is None
    assert calling.retry_after("", now) is None
