"""Scaffolds through the API, and the ways out that rules name."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from django.test import Client

from greenboard.facts.store import vocabulary
from greenboard.scaffolds.models import Making
from greenboard.scorecards import store as standards

cast = import_module("tests.scaffolds.conftest")
AT = "/api/v1"


@pytest.fixture
def api(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def send(client: Client, method: str, path: str, body: object, status: int) -> dict:
    answer = client.generic(method, f"{AT}{path}", json.dumps(body), "application/json")
    assert answer.status_code == status, answer.content[:800]
    return answer.json() if answer.content else {}


@pytest.mark.slow
def test_something_is_made_watched_and_brought_up_to_date(forge, shop, api):
    assert "acme.demo-service" in {one["name"] for one in api.get(f"{AT}/scaffolds").json()["scaffolds"]}
    whole = api.get(f"{AT}/scaffolds/acme.demo-service").json()
    assert {one["name"]: one["secret"] for one in whole["questions"]}["key"] is True
    body = {"answers": {"name": "pay", "owner": "shop", "tier": 1}, "way": "repository", "connection": "github",
            "repository": "acme/pay", "reviewed": False}  # fmt: skip
    made = send(api, "POST", "/scaffolds/acme.demo-service/makings", body, 201)
    cast.done(cast.go(Making.objects.get(pk=made["id"])))
    seen = api.get(f"{AT}/scaffold-makings/{made['id']}").json()
    assert (seen["state"], seen["entity"]) == ("done", "service:default/pay")
    assert [one["id"] for one in api.get(f"{AT}/scaffold-makings").json()["makings"]] == [made["id"]]
    cast.release(forge, "1.1.0", "\nFifth.\n")
    (behind,) = api.get(f"{AT}/scaffolds/acme.demo-service/behind").json()["behind"]
    assert (behind["version"], behind["newest"]) == ("1.0.0", "1.1.0")
    chosen = {"makings": [behind["making"]]}
    (update,) = send(api, "POST", "/scaffolds/acme.demo-service/updates", chosen, 201)["makings"]
    assert update["update_of"] == made["id"]
    send(api, "POST", "/scaffolds/acme.demo-service/updates", chosen, 409)


def test_a_wrong_answer_says_where(forge, api):
    refused = send(api, "POST", "/scaffolds/acme.demo-service/makings", {"answers": {"nam": "x"}}, 400)
    assert "answers.nam" in str(refused)


def rule(client: Client, fix: object, status: int) -> dict:
    base = standards.standard("production-readiness", vocabulary()).rule("ops-1-runbook")
    known = client.get(f"{AT}/scorecards/production-readiness/rules/ops-1-runbook").json()
    body = {"based_on": known.get("digest", ""), "note": "a way out", "fix": fix}
    assert base is not None
    return send(client, "PUT", "/scorecards/production-readiness/rules/ops-1-runbook", body, status)


def test_a_rule_names_its_way_out_which_there_has_to_be(forge, db):
    client = Client()
    client.force_login(cast.person("grace", "maintainer"))
    refused = rule(client, {"text": "Write one.", "scaffold": "acme.demo-runbok"}, 400)
    assert "Did you mean 'acme.demo-runbook'" in str(refused)
    assert "no workflow" in str(rule(client, {"workflow": "no-such"}, 400))
    rule(client, {"text": "Write one.", "scaffold": "acme.demo-runbook"}, 200)
    held = standards.standard("production-readiness", vocabulary()).rule("ops-1-runbook")
    assert held is not None
    assert (held.fix, held.remedy.name) == ("Write one.", "acme.demo-runbook")
