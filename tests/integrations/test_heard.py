"""What Okta and Slack send by themselves is heard, and names what has to be read again."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from greenboard.connections import discovery, hearing
from greenboard.connections.types import Refused

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECRET = "a secret of the tests"


def okta(body, token=SECRET):
    headers = {"Authorization": token}
    raw = json.dumps(body).encode()
    found = discovery.found()["okta"]
    return hearing.hear(found, {}, {"webhook_secret": SECRET}, headers=headers, body=raw, now=NOW)


def slack(body, secret=SECRET):
    raw, at = json.dumps(body).encode(), str(int(NOW.timestamp()))
    signed = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + raw, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Signature": f"v0={signed}", "X-Slack-Request-Timestamp": at}
    found = discovery.found()["slack"]
    return hearing.hear(found, {}, {"webhook_secret": SECRET}, headers=headers, body=raw, now=NOW)


def test_an_event_of_okta_names_every_user_and_group_that_it_is_about():
    targets = [{"id": "00u1", "type": "User"}, {"id": "00g1", "type": "UserGroup"}]
    events = [
        {"eventType": "group.user_membership.add", "target": targets},
        {"target": [{"id": "00u2", "type": "User"}]},
    ]
    heard = okta({"eventId": "e1", "data": {"events": events}})
    assert heard.refresh == {"users": ("00u1", "00u2"), "groups": ("00g1",)}
    assert heard.delivery_id == "e1"


def test_okta_is_told_that_we_are_there():
    told = hearing.greet(discovery.found()["okta"], {"x-okta-verification-challenge": "abc"})
    assert told == {"verification": "abc"}


@pytest.mark.parametrize(
    ("event", "refresh"),
    [
        ({"type": "channel_archive", "channel": "C1"}, {"channels": ("C1",)}),
        ({"type": "channel_rename", "channel": {"id": "C2", "name": "new"}}, {"channels": ("C2",)}),
        ({"type": "user_change", "user": {"id": "U1"}}, {"users": ("U1",)}),
        ({"type": "message", "channel": "C1", "text": "not for us"}, {}),
    ],
)
def test_an_event_of_slack_names_the_channel_or_person(event, refresh):
    assert slack({"type": "event_callback", "event_id": "Ev1", "event": event}).refresh == refresh


def test_slack_is_told_that_we_are_there():
    assert slack({"type": "url_verification", "challenge": "xyz"}).answer == {"challenge": "xyz"}


@pytest.mark.parametrize("send", [lambda: okta({}, token="guessed"), lambda: slack({}, secret="guessed")])
def test_what_somebody_else_sends_is_refused(send):
    with pytest.raises(Refused):
        send()
