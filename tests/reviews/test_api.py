"""Reviews by the API and by the commands for pipelines."""

import hashlib
import importlib
import json
import subprocess
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.test import Client

from greenboard.reviews import store
from greenboard.reviews.tending import tend
from greenboard.reviews.types import State

world = importlib.import_module("tests.reviews.world")
NOW = world.START + timedelta(hours=1)


@pytest.fixture
def ask(people):
    """Send JSON as somebody, and give the status and what was answered."""

    def send(name, method, path, body=None, **headers):
        client = Client()
        client.force_login(people.accounts[name])
        text = "" if body is None else json.dumps(body)
        answer = client.generic(method, f"/api/v1{path}", text, content_type="application/json", headers=headers)
        return answer.status_code, json.loads(answer.content) if answer.content else None

    return send


def test_a_review_goes_its_way_by_api_and_the_second_is_told(people, ask):
    status, made = ask("ada", "POST", "/reviews", {"entities": ["service:default/checkout"], "template": "small"})
    assert (status, made["state"], made["entities"]) == (201, "requested", ["service:default/checkout"])
    path = f"/reviews/{made['id']}"
    seen = made["version"]
    assert ask("mia", "POST", f"{path}/triage", {"version": seen, "due": "2099-01-01"})[0] == 200
    for question, value in (("failure", "The cache."), ("rollback", "Yes")):
        status, told = ask("ada", "PUT", f"{path}/answers/{question}", {"value": value, "before": 0})
        assert status == 200
    status, told = ask("ada", "PUT", f"{path}/answers/rollback", {"value": "No", "before": 0})
    assert (status, told["detail"][:32]) == (409, "ada answered rollback meanwhile:")
    for section in ("reliability", "operations"):
        version = store.find(made["id"]).version
        assert ask("mia", "POST", f"{path}/sections/{section}", {"version": version, "state": "accepted"})[0] == 200
    version = store.find(made["id"]).version
    decided = ask("mia", "POST", f"{path}/decision", {"version": version, "decision": "go"})
    assert (decided[0], decided[1]["state"]) == (200, "decided")
    stale = ask("mia", "POST", f"{path}/signatures", {"version": seen})
    assert stale[0] == 409
    assert "mia was first (decided" in stale[1]["detail"]
    status, signed = ask("mia", "POST", f"{path}/signatures", {"version": version + 1})
    assert (status, signed["state"]) == (201, "signed")
    assert ask("vic", "GET", f"{path}/signatures/1/verification")[1]["valid"]
    client = Client()
    client.force_login(people.accounts["vic"])
    body = client.get(f"/api/v1{path}/signatures/1/evidence").content
    assert hashlib.sha256(body).hexdigest() == signed["signatures"][0]["digest"]
    assert ask("vic", "POST", f"{path}/withdrawal", {"version": 1, "reason": "no"})[0] == 403
    assert ask("mia", "POST", f"{path}/withdrawal", {"version": version + 2, "reason": "no"})[0] == 409


def test_the_gate_says_whether_and_why_not(people, ask):
    assert ask("vic", "GET", "/reviews/gate?entity=service:default/nobody")[1]["why"] == [
        "No signed readiness review covers service:default/nobody."
    ]
    signature = world.signed(people, NOW)
    assert ask("vic", "GET", "/reviews/gate?entity=service:default/checkout")[1] == {
        "open": True,
        "review": signature.review_id,
        "decision": "go",
        "why": [],
    }
    assert ask("vic", "POST", "/reviews/gate?entity=service:default/checkout", {"phase": "confirm-rollout"})[0] == 200
    world.say(NOW + timedelta(days=1), slo=[])
    tend(NOW + timedelta(days=1))
    told = ask("vic", "GET", "/reviews/gate?entity=service:default/checkout")[1]
    assert not told["open"]
    assert "it was green when this was signed" in told["why"][0]
    status, told = ask("vic", "POST", "/reviews/gate?entity=service:default/checkout", {"phase": "confirm-rollout"})
    assert (status, "it was green when this was signed" in told["detail"]) == (409, True)
    assert store.find(signature.review_id).state == State.REOPENED


def test_reviews_are_listed_by_what_they_are_about_page_by_page(people, ask):
    numbers = [world.asked(people, NOW, ref).pk for ref in (world.CHECKOUT, world.LEDGER, world.SEARCH)]
    first = ask("vic", "GET", "/reviews?limit=2")[1]
    assert [one["id"] for one in first["reviews"]] == [numbers[2], numbers[1]]
    rest = ask("vic", "GET", f"/reviews?limit=2&cursor={first['next']}")[1]
    assert ([one["id"] for one in rest["reviews"]], rest["next"]) == ([numbers[0]], None)
    found = ask("vic", "GET", "/reviews?entity=service:default/ledger&state=open")[1]["reviews"]
    assert [one["id"] for one in found] == [numbers[1]]


def test_the_same_request_by_its_key_asks_once(people, ask):
    body = {"entities": ["service:default/checkout"], "template": "small"}
    first, again = (ask("ada", "POST", "/reviews", body, **{"Idempotency-Key": "once"}) for _ in range(2))
    assert first == again
    assert ask("ada", "POST", "/reviews", body)[0] == 409


def test_evidence_is_verified_without_a_server(people, tmp_path):
    from greenboard.cli.review.verify import command

    signature = world.signed(people, NOW)
    file = tmp_path / "evidence.json"
    file.write_bytes(signature.text.encode())
    assert CliRunner().invoke(command, [str(file), signature.digest], standalone_mode=False).return_value == 0
    file.write_bytes(signature.text.replace("mia", "eve").encode())
    refused = CliRunner().invoke(command, [str(file), signature.digest], standalone_mode=False)
    assert (refused.return_value, "was signed" in refused.output) == (1, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_pipeline_asks_the_gate_over_the_network(live_server, company, monkeypatch):
    from greenboard.access import tokens
    from greenboard.access.permissions import Permission
    from greenboard.cli.review.gate import command

    world.build()
    people = world.People()
    wish = tokens.Wish("pipeline", [Permission.READ])
    _, text = tokens.make(people.accounts["vic"], wish, people.accounts["vic"])
    monkeypatch.setenv("GREENBOARD_TOKEN", text)
    monkeypatch.setenv("GREENBOARD_URL", live_server.url)
    closed = CliRunner().invoke(command, ["checkout"], standalone_mode=False)
    assert (closed.return_value, "may not go" in closed.output) == (1, True)
    world.signed(people, NOW)
    assert CliRunner().invoke(command, ["checkout"], standalone_mode=False).return_value == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_check_of_a_working_tree_asks_for_the_reviews_of_what_is_in_it(live_server, company, monkeypatch, tmp_path):
    from greenboard.access import tokens
    from greenboard.access.permissions import Permission
    from greenboard.cli.check import command

    world.build()
    people = world.People()
    _, text = tokens.make(people.accounts["vic"], tokens.Wish("pipeline", [Permission.READ]), people.accounts["vic"])
    monkeypatch.setenv("GREENBOARD_TOKEN", text)
    monkeypatch.setenv("GREENBOARD_URL", live_server.url)
    (tmp_path / "greenboard.yaml").write_text("kind: service\nname: checkout\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)

    def check(*more):
        done = CliRunner().invoke(command, [str(tmp_path), *more], standalone_mode=False)
        return done.return_value, done.output

    code, said = check("--review")
    assert (code, "service:default/checkout: may not go" in said) == (1, True)
    world.signed(people, NOW)
    assert check("--review")[0] == 0
    assert check("--review-stage", "later")[0] == 1
    assert check()[0] == 0
