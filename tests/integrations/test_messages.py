"""What tools send by themselves is heard, and names what has to be read again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from greenboard.connections import discovery, hearing
from greenboard.connections.types import Refused

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECONDS = str(int(NOW.timestamp()))
SECRET = "a secret of the tests"
ENTRY = {"custom_field_entries": [{"values": [{"value_catalog_entry": {"id": "S1"}}, {"value_text": "no entry"}]}]}
RESOURCES = {"target": {"resources": ["proj/checkout:env/test:flag/a", "proj/checkout:env/production:flag/a"]}}
ALERTS = {"alerts": [{"labels": {"service": "checkout"}}, {"labels": {"alertname": "Watchdog"}}]}


def hexed(header):
    return lambda raw, secret: {header: hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}


def bearer(_, secret):
    return {"Authorization": f"Bearer {secret}"}


def svix(raw, secret):
    signed = hmac.new(secret.encode(), b"m1." + SECONDS.encode() + b"." + raw, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(signed).decode()}"
    return {"webhook-id": "m1", "webhook-timestamp": SECONDS, "webhook-signature": signature}


AUDIT = {
    "kind": "EventList",
    "items": [
        {"verb": "patch", "stageTimestamp": NOW.isoformat(),
         "objectRef": {"resource": "deployments", "namespace": "shop", "name": "checkout", "subresource": "scale"}},
        {"verb": "create", "stageTimestamp": NOW.isoformat(),
         "objectRef": {"resource": "cronjobs", "namespace": "shop", "name": "bills"}},
        {"verb": "get", "stageTimestamp": NOW.isoformat(),
         "objectRef": {"resource": "deployments", "namespace": "shop", "name": "other"}},
        {"verb": "get", "stageTimestamp": NOW.isoformat(), "requestURI": "/healthz"},
    ],
}  # fmt: skip
SNAPSHOT = {"project": {"id": "p1", "name": "acme/shop:package.json"}, "newIssues": [], "removedIssues": []}


EVENT = {"id": "e1", "time": NOW.isoformat(), "region": "eu-central-1", "resources": []}


def header(_, secret):
    return {"X-Greenboard-Token": secret}


def hub(raw, secret):
    return {"X-Hub-Signature": "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}


MESSAGES = [
    ("kubernetes", bearer, AUDIT, {"deployments": ("shop/checkout",), "cronjobs": ("shop/bills",)}),
    ("aws", header, {**EVENT, "source": "aws.rds"}, {"services": ("rds eu-central-1",)}),
    ("aws", header, {**EVENT, "source": "aws.health"}, {}),
    ("snyk", hub, SNAPSHOT, {"projects": ("p1",)}),
    ("sentry", hexed("Sentry-Hook-Signature"), {"data": {"issue": {"project": {"id": "7"}}}}, {"projects": ("7",)}),
    ("sentry", hexed("Sentry-Hook-Signature"), {"data": {"error": {"project": 7}}}, {"projects": ("7",)}),
    ("launchdarkly", hexed("X-LD-Signature"), {"date": int(SECONDS) * 1000, **RESOURCES}, {"projects": ("checkout",)}),
    ("incident_io", svix, {"event_type": "x.y_v2", "x.y_v2": ENTRY}, {"services": ("S1",)}),
    ("alertmanager", bearer, ALERTS, {"services": ("checkout",)}),
    ("grafana", bearer, ALERTS, {"labelled": ("checkout",)}),
    ("datadog", bearer, {"tags": "env:prod, service:checkout,service:cart"}, {"services": ("checkout", "cart")}),
]


def heard(name, sign, body, secret=SECRET):
    raw = json.dumps(body).encode()
    kept = "whsec_" + base64.b64encode(SECRET.encode()).decode() if sign is svix else SECRET
    headers, found = sign(raw, secret), discovery.found()[name]
    return hearing.hear(found, {}, {"webhook_secret": kept}, headers=headers, body=raw, now=NOW)


PULL = {"repository": {"full_name": "acme/pay"}, "pull_request": {"number": 7}}
PULLS = [
    ("github", {**PULL, "action": "closed"}, ("acme/pay", 7)),
    ("github", {**PULL, "action": "opened"}, None),
    ("github", {"repository": {"full_name": "acme/pay"}, "action": "closed"}, None),
]


@pytest.mark.parametrize(("name", "body", "pull"), PULLS)
def test_a_message_names_the_pull_request_that_is_over(name, body, pull):
    def signed(raw, secret):
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}

    assert heard(name, signed, body).pull == pull


@pytest.mark.parametrize(("name", "sign", "body", "refresh"), MESSAGES)
def test_a_message_names_what_it_is_about(name, sign, body, refresh):
    assert heard(name, sign, body).refresh == refresh


@pytest.mark.parametrize(("name", "sign", "body", "refresh"), MESSAGES)
def test_a_message_that_somebody_else_sends_is_refused(name, sign, body, refresh):
    with pytest.raises(Refused):
        heard(name, sign, body, secret="another secret")
