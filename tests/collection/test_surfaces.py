"""Connections by API and on pages: what they show, what can be done there, and that no secret is in any answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.collection.conftest import CHECKOUT, HOOK, SEARCH, collect, said
from tests.collection.test_removing import MANY, many, spoken
from tests.collection.tool import KEY

from greenboard.access.models import Grant, Person, Role
from greenboard.catalog import store as catalog
from greenboard.collection import models, supplying
from greenboard.collection.types import Kind
from greenboard.connections import service
from greenboard.connections.models import Connection
from greenboard.connections.service import Told, Wish
from greenboard.core import clock
from greenboard.core.refs import Ref

__all__ = ["many"]
pytestmark = pytest.mark.django_db
BASE = "/api/v1/connections"


class Somebody:
    """Somebody with a role, by whom pages are opened and operations called; every answer is looked through."""

    def __init__(self, role: str) -> None:
        Grant.objects.all().delete()
        person = Person.objects.create_user(role, password="a long password")
        Grant.objects.create(role=Role.objects.get(name=role), person=person, created_at=clock.now())
        self.client = Client()
        self.client.force_login(person)
        self.answers: list[bytes] = []

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        content = "" if body is None else json.dumps(body)
        answer = self.client.generic(method, path, content, content_type="application/json")
        self.answers.append(answer.content)
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    def page(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        self.answers.append(answer.content)
        assert answer.status_code == status
        return answer.content.decode()

    def send(self, path: str, status: int = 302, **fields: str) -> str:
        answer = self.client.post(path, fields)
        self.answers.append(answer.content)
        assert answer.status_code == status, answer.content.decode()[-2000:]
        return answer.content.decode()


@pytest.fixture
def maintainer() -> Iterator[Somebody]:
    made = Somebody("maintainer")
    yield made
    assert not any(secret.encode() in answer for answer in made.answers for secret in (KEY, HOOK))


def test_a_tool_is_connected_changed_and_removed_by_api(tool, company, maintainer):
    shown = maintainer.ask("GET", "/api/v1/integrations/lookout")
    assert [one["name"] for one in shown["secrets"]] == ["key", "hook"]
    assert shown["supplies"]["oncall"] == ["escalation_levels", "responders"]
    given = {"settings": {"url": tool.url}, "secrets": {"key": KEY}, "every": 900, "priority": 3}
    made = maintainer.ask("POST", BASE, {"name": "lookout", "integration": "lookout", **given}, 201)
    assert (made["secrets"], made["every"], made["priority"]) == (["key"], 900, 3)
    assert maintainer.ask("GET", BASE)["connections"] == [maintainer.ask("GET", f"{BASE}/lookout")]
    changed = maintainer.ask("PUT", f"{BASE}/lookout", {"settings": {"url": tool.url}, "scope": {"exclude": ["x*"]}})
    assert (changed["secrets"], changed["scope"], changed["every"]) == (["key"], {"exclude": ["x*"]}, 3600)
    maintainer.ask("DELETE", f"{BASE}/lookout", status=204)
    maintainer.ask("GET", f"{BASE}/lookout", status=404)


def test_what_is_wrong_is_told_part_by_part(tool, company, maintainer):
    told = maintainer.ask("POST", BASE, {"name": "x", "integration": "lookout", "settings": {"url": "no"}}, 400)
    assert {one["where"] for one in told["errors"]} == {"settings.url", "secrets.key"}


def test_a_test_says_what_is_missing_and_which_permission_it_needs(lookout, tool, maintainer):
    assert maintainer.ask("POST", f"{BASE}/lookout/test")["ok"]
    tool.fail("403", at="/objectives")
    told = maintainer.ask("POST", f"{BASE}/lookout/test")
    assert not told["ok"]
    (check,) = [one for one in told["checks"] if not one["ok"]]
    assert (check["what"], check["fault"], check["types"]) == ("objectives", "permission", ["slo"])
    assert check["missing"] == "objectives.read"
    assert "objectives.read" in maintainer.page("/connections/lookout")


def test_a_collection_is_begun_watched_and_stopped(lookout, maintainer):
    begun = maintainer.ask("POST", f"{BASE}/lookout/collections", {"kind": "trial"}, 202)
    assert (begun["state"], begun["asked_by"]) == ("waiting", "maintainer")
    maintainer.ask("POST", f"{BASE}/lookout/collections", {}, 409)
    assert "Stop" in maintainer.page("/connections/lookout")
    assert "waits for a worker" in maintainer.page("/connections/lookout/progress")
    maintainer.ask("POST", f"{BASE}/lookout/collections/{begun['id']}/stop", status=202)
    models.Collection.objects.update(state="stopped", ended_at=clock.now())
    maintainer.ask("POST", f"{BASE}/lookout/collections/{begun['id']}/stop", status=409)
    assert maintainer.ask("GET", f"{BASE}/lookout/collections")["collections"][0]["state"] == "stopped"


def test_what_is_gone_is_decided_about(lookout, tool, many, maintainer):
    tool.fail("half")
    collect(lookout)
    page = maintainer.page("/connections/lookout")
    assert "More is gone than is believed at once" in page
    (waiting,) = [
        one for one in maintainer.ask("GET", f"{BASE}/lookout/removals")["removals"] if one["type"] == "oncall"
    ]
    assert waiting["state"] == "waiting"
    maintainer.send(f"/connections/lookout/removals/{waiting['id']}", decision="confirm")
    assert spoken() < MANY
    undone = maintainer.ask("POST", f"{BASE}/lookout/removals/{waiting['id']}", {"decision": "undo"})
    assert (undone["state"], undone["decided_by"], spoken()) == ("undone", "maintainer", MANY)
    again = maintainer.send(f"/connections/lookout/removals/{waiting['id']}", 409, decision="undo")
    assert "decided about meanwhile" in again


def test_what_was_discovered_is_decided_about(lookout, maintainer):
    collect(lookout)
    (row,) = maintainer.ask("GET", f"{BASE}/lookout/subjects?standing=missing")["subjects"]
    address = f"{BASE}/lookout/subjects/{row['id']}"
    assert maintainer.ask("GET", f"{BASE}/lookout/absent") == {"entities": [str(SEARCH)], "next": None}
    assert "billing-v2" in maintainer.page("/connections/lookout/discovery")
    accepted = maintainer.ask("POST", address, {"decision": "accept", "entity": str(SEARCH)})
    assert (accepted["standing"], accepted["entity"]) == ("matched", str(SEARCH))
    assert said(SEARCH)["oncall"]["responders"] == 3
    assert maintainer.ask("GET", f"{BASE}/lookout/absent")["entities"] == []
    assert maintainer.ask("POST", address, {"decision": "ignore"})["standing"] == "ignored"
    assert "billing-v2" in maintainer.page("/connections/lookout/discovery?show=ignored")
    maintainer.send(f"/connections/lookout/discovery/{row['id']}", decision="reconsider")
    maintainer.send(f"/connections/lookout/discovery/{row['id']}", decision="create", kind="service")
    assert catalog.find(Ref("service", "default", "billing-v2"))
    maintainer.ask("POST", address, {"decision": "accept"}, 400)
    assert "search" in maintainer.page("/connections/lookout/discovery?show=absent")


def test_what_can_be_connected_is_shown_with_its_quality_and_what_it_lacks(tool, maintainer):
    shown = maintainer.page("/integrations?q=grafana")
    assert "<summary>Silver</summary>" in shown
    assert "Its description is not at hand" in shown
    assert '<td data-label="Quality">None</td>' in maintainer.page("/integrations?q=lookout")
    card = maintainer.page("/integrations/quality")
    assert "Pictures in the README" in card
    assert "license" in maintainer.ask("GET", "/api/v1/integrations/git")["supplies"]
    assert '<span class="sr">No data: Not said</span>' in card
    assert "<code>incident.last_drill_at</code>: The REST API reference, version 2, has no post-mortem" in card


def test_a_connection_is_made_and_changed_by_form(tool, company, maintainer):
    form = maintainer.page("/integrations/lookout/connect")
    assert "services.read" in form
    fields = {"name": "lookout", "setting.url": tool.url, "secret.key": KEY, "every": "900", "enabled": "on"}
    refused = maintainer.send("/integrations/lookout/connect", 400, **{**fields, "secret.key": ""})
    assert "API key is needed" in refused
    assert tool.url in refused
    maintainer.send("/integrations/lookout/connect", **fields)
    row = Connection.objects.get()
    assert (row.every, row.enabled) == (900, True)
    assert "Kept as it is" in maintainer.page("/connections/lookout/edit")
    maintainer.send("/connections/lookout/edit", **{"setting.url": tool.url, "every": "0", "include": "check*\nled*"})
    row.refresh_from_db()
    assert (row.every, row.enabled, row.scope) == (None, False, {"include": ["check*", "led*"]})


def test_the_page_says_whose_fault_it_is_what_is_supplied_and_what_it_costs(lookout, tool, maintainer):
    tool.fail("403", at="/objectives")
    collect(lookout)
    page = maintainer.page("/connections/lookout")
    for text in ("A permission is missing", "objectives.read", "escalation_levels", "Partial", "Calls an hour"):
        assert text in page
    assert "By rule" in page
    budget = maintainer.ask("GET", f"{BASE}/lookout/budget")
    assert (budget["used"], budget["planned"], budget["streams"]["services"]) == (2, 2.0, 1)
    costs = {(one["scorecard"], one["calls"]) for one in budget["rules"]}
    assert ("production-readiness", 1) in costs
    (row,) = models.Collection.objects.all()
    assert "objectives.read" in maintainer.page(f"/connections/lookout/collections/{row.pk}")


def test_what_code_of_its_own_costs_is_told_for_every_rule_that_reads_of_it(company, maintainer):
    now = clock.now()
    told = Told({"repositories": ["https://git.example.com/shop.git"]})
    row = service.make(Wish("code", "git", told), now)
    calls = {"repositories": {"calls": 7}}
    models.Collection.objects.create(connection=row, state="done", asked_at=now, ended_at=now, streams=calls)
    (cost,) = supplying.of_rules(row, {"mine": ["license.exists"], "other": ["oncall.linked"]})
    assert (cost.rule, cost.calls, cost.alone) == ("mine", 7, 7)
    assert "what is there" in maintainer.page("/connections/code")


def test_a_trial_is_shown_with_what_would_change(lookout, tool, maintainer):
    collect(lookout)
    tool.service("s1", "checkout", levels=3)
    row = collect(lookout, Kind.TRIAL)
    page = maintainer.page(f"/connections/lookout/collections/{row.pk}")
    assert "nothing was written" in page
    assert "2 → 3" in page


def test_names_of_tools_are_escaped(lookout, tool, maintainer):
    tool.service("s7", "<script>alert(1)</script>")
    collect(lookout)
    page = maintainer.page("/connections/lookout/discovery")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_link_of_a_tool_that_is_no_address_is_not_followed(lookout, tool, maintainer):
    tool.service("s7", "nasty", url="javascript:alert(1)")
    collect(lookout)
    assert "javascript:" not in maintainer.page("/connections/lookout/discovery")


def test_a_member_looks_and_does_not_touch(lookout):
    collect(lookout)
    member = Somebody("member")
    page = member.page("/connections/lookout")
    assert "Collect now" not in page
    assert "Accept" not in member.page("/connections/lookout/discovery")
    assert 'href="/connections"' in member.page("/")
    assert said(CHECKOUT)


def test_a_viewer_finds_no_way_there():
    assert 'href="/connections"' not in Somebody("viewer").page("/")
