"""A message of the tool is taken in once, and what it is about is looked at again at once."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from django.test import Client
from tests.collection.conftest import CHECKOUT, HOOK, LEDGER, collect, missing, said
from tests.collection.test_removing import MANY, many, spoken

from greenboard.collection import models, refreshing
from greenboard.connections.models import Connection
from greenboard.core import clock

__all__ = ["many"]
pytestmark = pytest.mark.django_db


def send(service: str = "s1", delivery: str = "d1", secret: str = HOOK, name: str = "lookout", body: bytes = b""):
    body = body or json.dumps({"delivery": delivery, "service": service}).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Lookout-Signature": signature}
    address = f"/api/v1/connections/{name}/messages"
    return Client(enforce_csrf_checks=True).post(address, body, content_type="application/json", headers=headers)


def test_what_a_message_is_about_is_looked_at_again_and_nothing_else(lookout, tool):
    collect(lookout)
    tool.service("s1", "checkout", levels=7)
    tool.service("s2", "ledger", levels=7)
    assert send("s1").json() == {"refreshed": 1}
    asked = len(tool.calls)
    assert refreshing.work(clock.now()) == 1
    assert said(CHECKOUT)["oncall"]["escalation_levels"] == 7
    assert said(LEDGER)["oncall"]["escalation_levels"] == 1
    assert "/services/s1" in [call.partition("?")[0] for call in tool.calls[asked:]]
    assert not any(call.startswith("/services?") for call in tool.calls[asked:])
    assert not models.Refresh.objects.exists()


def test_a_message_is_taken_in_once(lookout):
    assert send().status_code == 202
    assert send().status_code == 409
    assert send(delivery="d2").status_code == 202
    assert models.Refresh.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "status"),
    [({"secret": "another"}, 401), ({"name": "nothing"}, 401), ({"body": b"[]"}, 202), ({"body": b"{"}, 401)],
)
def test_what_is_not_what_it_claims_to_be_changes_nothing(lookout, told, status):
    answer = send(**told)
    assert answer.status_code == status
    assert not models.Refresh.objects.exists()


def test_a_connection_that_is_switched_off_hears_nothing(lookout):
    Connection.objects.update(enabled=False)
    assert send().status_code == 401


def test_a_message_of_something_new_brings_it_in(lookout, tool):
    collect(lookout)
    tool.service("s5", "search", levels=4)
    send("s5")
    refreshing.work(clock.now())
    assert models.Subject.objects.get(subject="s5").why == "name search"


def test_a_tool_that_fails_then_is_asked_again_later(lookout, tool):
    collect(lookout)
    tool.service("s1", "checkout", levels=7)
    tool.fail("503", at="/services/")
    send("s1")
    now = clock.now()
    assert refreshing.work(now) == 1
    assert said(CHECKOUT)["oncall"]["escalation_levels"] == 2
    assert refreshing.work(now) == 0
    tool.mend()
    assert refreshing.work(now + refreshing.PAUSES[0]) == 1
    assert said(CHECKOUT)["oncall"]["escalation_levels"] == 7
    assert missing(CHECKOUT) == {}


def test_of_two_workers_one_looks(lookout):
    send("s1")
    first, second = (models.Refresh.objects.get() for _ in range(2))
    assert refreshing._claim(first, clock.now())
    assert not refreshing._claim(second, clock.now())


def test_a_failing_look_at_one_thing_says_nothing_of_the_others(lookout, tool, many):
    tool.fail("403", at="/services/")
    send("s1")
    refreshing.work(clock.now())
    assert spoken() == MANY
    assert missing(LEDGER) == {}


def test_a_collection_that_began_before_does_not_take_back_what_was_heard_since(lookout, tool):
    collect(lookout)
    from greenboard.collection import running
    from greenboard.collection.jobs import collection as workflow

    row = running.start(lookout, workflow)
    running.begin(row.pk)
    while running.pull(row.pk):
        pass
    tool.service("s1", "checkout", levels=7)
    send("s1")
    refreshing.work(clock.now())
    running.settle(row.pk)
    running.record(row.pk, 0)
    running.end(row.pk)
    assert said(CHECKOUT)["oncall"]["escalation_levels"] == 7
