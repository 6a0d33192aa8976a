"""Webhooks over real sockets: what happens is told, signed, again until it arrived, and never to addresses inside."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction
from tests.api.conftest import ADDRESS, CARD, Asker
from tests.api.test_reading import listed
from tests.api.test_refusals import problem
from tests.api.test_writing import CART, SAID, ask, coverage

from greenboard.access.models import Entry, Grant, Role, Service
from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.events import subscribed
from greenboard.core.happened import Message
from greenboard.core.refs import Ref
from greenboard.facts.store import vocabulary
from greenboard.hooks import delivering
from greenboard.hooks.models import Delivery, Event, Inlet
from greenboard.outbound import signing
from greenboard.outbound.addresses import Allowed
from greenboard.results.continuous import Continuous
from greenboard.results.live import Live
from greenboard.scorecards.store import standard


class Receiver:
    """A server of somebody else: what it was told, and what it answers."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    told = Receiver()

    class Hearing(BaseHTTPRequestHandler):
        def do_POST(self):
            told.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(b"thanks\x00")

        def log_message(self, *_):
            pass

    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
    delivering._client.cache_clear()
    with HTTPServer(("127.0.0.1", 0), Hearing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        told.url = f"http://127.0.0.1:{server.server_port}/hook"
        yield told
        server.shutdown()
        thread.join()
    delivering._client.cache_clear()


def made(asker: Asker, receiver: Receiver, *events: str, name: str = "chat") -> dict:
    answer = ask(asker, "POST", "hooks", {"name": name, "url": receiver.url, "events": list(events)})
    assert answer.status_code == 201, answer.content
    return answer.json()


def told(receiver: Receiver) -> list[dict]:
    delivering.deliver(clock.now())
    return [json.loads(body) for _, body in receiver.got]


def test_what_happens_is_told_with_a_signature(administrator, receiver):
    hook = made(administrator, receiver, "entity.changed")
    ask(administrator, "PUT", CART, {"title": "Cart"})
    (event,) = told(receiver)
    assert (event["event"], event["data"]) == ("entity.changed", {"entity": "service:default/cart"})
    headers, body = receiver.got[0]
    signed = f"{headers['Greenboard-Delivery']}.".encode() + body
    assert signing.verify(hook["secret"], signed, headers["Greenboard-Signature"], clock.now())
    (log,) = listed(administrator, f"hooks/{hook['id']}/deliveries", "deliveries")
    assert (log["state"], log["status"], log["attempts"], log["answer"]) == ("done", 200, 1, "thanks\ufffd")
    assert told(receiver) == [event]


def test_every_kind_of_event_is_told(administrator, receiver):
    worker = Continuous(lambda: [standard(CARD, vocabulary())], Live())
    ask(administrator, "PUT", CART, SAID)
    worker.turn(clock.now())
    made(administrator, receiver)
    ask(administrator, "POST", "facts", {"facts": [coverage("cart", 95.0)]})
    worker.turn(clock.now())
    digest = administrator.get(ADDRESS).json()["digest"]
    saved = ask(administrator, "PUT", ADDRESS, {"title": "Tests cover the code", "based_on": digest})
    assert saved.status_code == 200, saved.content
    ask(administrator, "DELETE", CART)
    events = told(receiver)
    assert {"facts.changed", "result.changed", "rule.saved", "entity.changed"} <= {one["event"] for one in events}
    (result,) = [
        one["data"] for one in events if one["event"] == "result.changed" and one["data"]["rule"] == "cod-1-coverage"
    ]
    assert (result["before"], result["after"], result["cause"]["kind"]) == ("no_data", "pass", "fact")
    (rule,) = [one["data"] for one in events if one["event"] == "rule.saved"]
    assert rule == {"scorecard": CARD, "rule": "cod-1-coverage", "author": "grace"}


def test_what_is_rolled_back_is_not_told(administrator, receiver):
    made(administrator, receiver)
    with transaction.atomic():
        catalog.retire([Ref("service", "default", "search")], clock.now())
        assert Event.objects.exists()
        transaction.set_rollback(True)
    assert told(receiver) == []
    assert not Event.objects.exists()


def test_without_a_hook_nothing_is_written(administrator):
    ask(administrator, "PUT", CART, SAID)
    assert not Event.objects.exists()


def test_what_did_not_arrive_is_told_again_later_and_given_up_in_the_end(administrator, receiver):
    hook = made(administrator, receiver, "entity.changed")
    receiver.status = 500
    ask(administrator, "PUT", CART, {"title": "Cart"})
    now = clock.now()
    assert delivering.deliver(now) == 1
    assert delivering.deliver(now + timedelta(seconds=5)) == 0
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.status) == ("waiting", 1, 500)
    assert timedelta(seconds=9) < row.next_at - now < timedelta(seconds=15)
    for pause in delivering.PAUSES:
        Delivery.objects.update(next_at=clock.now() - pause)
        assert delivering.deliver(clock.now()) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", len(delivering.PAUSES) + 1)
    assert delivering.deliver(clock.now() + timedelta(days=9)) == 0
    receiver.status = 200
    again = ask(administrator, "POST", f"hooks/{hook['id']}/deliveries/{row.pk}/again")
    assert again.status_code == 202
    assert len(told(receiver)) == len(delivering.PAUSES) + 2
    states = [one["state"] for one in listed(administrator, f"hooks/{hook['id']}/deliveries", "deliveries", limit=1)]
    assert states == ["done", "failed"]


def test_a_hook_whose_secret_no_key_opens_any_more_says_so_and_holds_up_no_other(
    administrator, receiver, settings, tmp_path
):
    lost = made(administrator, receiver, "entity.changed")
    settings.SEALING_KEYS = tmp_path / "other.keys"
    made(administrator, receiver, "entity.changed", name="another")
    ask(administrator, "PUT", CART, {"title": "Cart"})
    assert delivering.deliver(clock.now()) == 2
    assert sorted(Delivery.objects.values_list("hook_id", "state")) == [
        (lost["id"], "waiting"),
        (lost["id"] + 1, "done"),
    ]
    assert "cannot be opened" in Delivery.objects.get(hook_id=lost["id"]).answer


def test_of_two_workers_one_sends(administrator, receiver):
    made(administrator, receiver, "entity.changed")
    ask(administrator, "PUT", CART, {"title": "Cart"})
    first, second = (Delivery.objects.select_related("hook", "event").get() for _ in range(2))
    assert delivering._claim(first, clock.now())
    assert not delivering._claim(second, clock.now())
    assert delivering.deliver(clock.now()) == 0
    assert delivering.deliver(clock.now() + delivering._LEASE) == 1


def test_an_address_inside_is_refused_when_it_is_named_and_when_it_is_called(administrator, receiver, settings):
    hook = made(administrator, receiver, "entity.changed")
    settings.OUTBOUND_ALLOW = Allowed()
    delivering._client.cache_clear()
    told_of = problem(ask(administrator, "POST", "hooks", {"name": "x", "url": receiver.url}), 400)
    assert "GREENBOARD_OUTBOUND_ALLOW" in told_of["detail"]
    problem(ask(administrator, "PUT", f"hooks/{hook['id']}", {"name": "x", "url": "https://169.254.169.254/"}), 400)
    ask(administrator, "PUT", CART, {"title": "Cart"})
    delivering.deliver(clock.now())
    assert receiver.got == []
    assert Delivery.objects.get().status is None


def test_hooks_are_managed_and_their_secrets_never_shown_again(administrator, reader, receiver):
    hook = made(administrator, receiver)
    secret = hook.pop("secret")
    assert ask(administrator, "GET", f"hooks/{hook['id']}").json() == hook
    changed = ask(administrator, "PUT", f"hooks/{hook['id']}", {"name": "b", "url": receiver.url, "active": False})
    assert changed.json() == {**hook, "name": "b", "active": False}
    other = ask(administrator, "POST", f"hooks/{hook['id']}/secret").json()["secret"]
    assert other != secret
    everything = (
        ask(administrator, "GET", "hooks").content + json.dumps(list(Entry.objects.values("before", "after"))).encode()
    )
    assert secret.encode() not in everything
    assert other.encode() not in everything
    ask(administrator, "PUT", CART, SAID)
    assert not Event.objects.exists()
    for method, path in (("GET", "hooks"), ("POST", "hooks"), ("GET", f"hooks/{hook['id']}/deliveries")):
        problem(ask(reader, method, path, {"name": "x", "url": receiver.url}), 403)
    assert ask(administrator, "DELETE", f"hooks/{hook['id']}").status_code == 204
    problem(ask(administrator, "GET", f"hooks/{hook['id']}"), 404)
    assert {"hook.made", "hook.changed", "hook.secret", "hook.removed"} <= set(
        Entry.objects.values_list("action", flat=True)
    )


def test_a_hook_can_be_tried(administrator, receiver):
    hook = made(administrator, receiver, "level.changed")
    assert ask(administrator, "POST", f"hooks/{hook['id']}/test").status_code == 202
    assert [one["event"] for one in told(receiver)] == ["hook.tested"]


def test_old_events_are_forgotten(administrator, receiver):
    hook = made(administrator, receiver)
    ask(administrator, "POST", f"hooks/{hook['id']}/test")
    delivering.purge(clock.now() + delivering.KEPT - timedelta(hours=1))
    assert Event.objects.count() == 1
    delivering.purge(clock.now() + delivering.KEPT + timedelta(hours=1))
    assert not Event.objects.exists()
    assert not Delivery.objects.exists()


@pytest.fixture
def inlet(administrator) -> dict:
    service = Service.objects.create(name="ci", created_at=clock.now())
    Grant.objects.create(role=Role.objects.get(name="maintainer"), service=service, created_at=clock.now())
    answer = ask(administrator, "POST", "inlets", {"name": "builds", "service": "ci"})
    assert answer.status_code == 201, answer.content
    return answer.json()


def sent(inlet: dict, body: dict, *, message: str = "m1", at=None, secret: str = "", name: str = "builds"):
    from django.test import Client

    raw = json.dumps(body)
    signed = f"{message}.{raw}".encode()
    signature = signing.sign(secret or inlet["secret"], signed, at or clock.now())
    headers = {"Greenboard-Delivery": message, "Greenboard-Signature": signature}
    return Asker(Client(enforce_csrf_checks=True)).ask("POST", f"/api/v1/hooks/in/{name}", raw=raw, **headers)


def test_a_signed_message_is_taken_in_once(administrator, inlet):
    body = {"facts": [coverage("search", 95.0)]}
    assert sent(inlet, body).json()["facts"]["began"] == 1
    problem(sent(inlet, body), 409)
    assert sent(inlet, body, message="m2").json()["facts"]["same"] == 1


def test_what_a_signed_message_says_is_told_to_whoever_listens_once(administrator, inlet):
    heard = []
    with subscribed(Message, heard.append):
        assert sent(inlet, {"event": {"version": "1.4"}}, message="e1").status_code == 200
        problem(sent(inlet, {"event": {"version": "1.4"}}, message="e1"), 409)
        assert sent(inlet, {"facts": []}, message="e2").status_code == 200
    assert [(one.sender, one.body) for one in heard] == [("builds", {"version": "1.4"})]


def test_a_message_that_was_refused_may_come_again(administrator, inlet):
    problem(sent(inlet, {"facts": [coverage("nobody", 1)]}), 400)
    assert sent(inlet, {"facts": [coverage("search", 1)]}).status_code == 200


def test_a_message_that_is_not_signed_fresh_by_the_sender_is_refused(administrator, inlet, settings, tmp_path):
    body = {"facts": [coverage("search", 95.0)]}
    problem(sent(inlet, body, secret="another"), 401)
    problem(sent(inlet, body, at=clock.now() - timedelta(minutes=6)), 401)
    problem(sent(inlet, body, name="nothing"), 401)
    problem(sent(inlet, body, message="with blanks"), 401)
    problem(ask(administrator, "POST", "hooks/in/builds", body), 401)
    Service.objects.update(active=False)
    problem(sent(inlet, body), 401)
    Service.objects.update(active=True)
    settings.SEALING_KEYS = tmp_path / "other.keys"
    problem(sent(inlet, body), 401)
    problem(sent(inlet, body, secret="nobody's"), 401)
    assert sorted(one["name"] for one in ask(administrator, "GET", "inlets").json()["inlets"]) == ["builds"]
    assert ask(administrator, "DELETE", "inlets/builds").status_code == 204
    assert not Inlet.objects.exists()
