"""Who may not, and what cannot be meant: every refusal is a problem document that says what to do."""

import re
from collections import defaultdict

import pytest
from django.test import Client
from tests.api.conftest import ADDRESS, CARD, RULE, Asker

from greenboard.access.models import Person
from greenboard.api import app

CHECK = {"scorecard": CARD, "rule": RULE, "expression": "true"}
CALLBACK = "/workflows/callbacks/{token}"
"""Its address is the key: `tests/workflows` hold who is let in."""
OPERATIONS = [
    (method, path) for path, operation in app.operations() for method in operation.methods if path != CALLBACK
]


def problem(answer, status):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"]
    assert told["title"]
    assert told["detail"]
    return told


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_stranger_is_told_to_sign_in_whatever_they_send(method, path):
    plain = re.sub(r"\{int:\w+\}", "1", path)
    address = "/api/v1" + plain.format_map(defaultdict(lambda: "x", scorecard=CARD, rule=RULE))
    problem(Asker(Client()).ask(method, address, raw="{not json"), 401)


def test_who_may_only_read_cannot_save(reader):
    for method in ("PUT", "DELETE"):
        told = problem(reader.ask(method, ADDRESS, {"based_on": ""}), 403)
        assert "administrator" in told["detail"]


def test_without_the_token_nothing_is_computed_or_changed(company):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.create_user("eve", is_superuser=True))
    for method, path in (("POST", "/api/v1/rules/check"), ("PUT", ADDRESS), ("DELETE", ADDRESS)):
        told = problem(Asker(client).ask(method, path, CHECK), 403)
        assert "CSRF" in told["detail"]
    assert client.get(ADDRESS).status_code == 200


def test_the_token_of_the_page_lets_through(company):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/sign-in").content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    client.force_login(Person.objects.create_user("ada"))
    assert Asker(client).post("rules/check", CHECK, **{"X-CSRFToken": token}).status_code == 200


def test_a_body_that_is_no_json_is_refused_with_its_place(reader):
    told = problem(reader.ask("POST", "/api/v1/rules/check", raw='{"scorecard": \n "x",, }'), 400)
    assert (told["errors"][0]["line"], told["errors"][0]["column"]) == (2, 6)


@pytest.mark.parametrize("raw", ["", "[]", "3", '"text"', "null", "\ud800".encode("utf-16-le", "surrogatepass").hex()])
def test_a_body_that_is_no_object_is_refused(reader, raw):
    assert reader.ask("POST", "/api/v1/rules/check", raw=raw).status_code in (400, 422)


def test_a_misspelt_field_is_refused_with_the_one_that_was_meant(reader):
    told = problem(reader.post("rules/check", {**CHECK, "expresion": "true"}), 422)
    (wrong,) = told["errors"]
    assert wrong["where"] == "expresion"
    assert wrong["hint"] == "Did you mean 'expression'?"
    told = problem(reader.post("rules/preview", {"scorecard": CARD, "rule": {"wieght": 2}}), 422)
    assert told["errors"][0]["hint"] == "Did you mean 'weight'?"


def test_a_missing_field_is_named(reader):
    told = problem(reader.post("rules/check", {"scorecard": CARD}), 422)
    assert told["errors"][0]["where"] == "expression"


def test_what_does_not_exist_is_a_problem_with_a_suggestion(reader):
    told = problem(reader.post("rules/check", {**CHECK, "scorecard": "production-rediness"}), 404)
    assert told["errors"][0]["hint"] == "Did you mean 'production-readiness'?"
    told = problem(reader.get(f"/api/v1/scorecards/{CARD}/rules/cod-1-coverag"), 404)
    assert told["errors"][0]["hint"] == f"Did you mean '{RULE}'?"


def test_pages_about_the_api_load_nothing_from_other_hosts(reader):
    for path in ("docs", ""):
        assert reader.get(f"/api/v1/{path}").status_code == 404
