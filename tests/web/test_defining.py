"""The page on which fact types are defined."""

import json
import re

import pytest
from django.test import Client
from tests.results.test_defining import schema

from greenboard.access.models import Person
from greenboard.facts import custom, definitions, store
from greenboard.results.defining import digest


@pytest.fixture
def writer(db):
    custom._current.forget()
    client = Client()
    client.force_login(Person.objects.create_user("grace", password="a long password", is_superuser=True))
    yield client
    custom._current.forget()


def send(client, address, text, **more):
    return client.post(address, {"schema": text.replace("\n", "\r\n"), "based_on": "", **more})


def test_a_type_is_defined_changed_and_retired(writer):
    assert "x-greenboard" in writer.get("/fact-types-new").content.decode()
    made = send(writer, "/fact-types-new", schema())
    assert (made.status_code, made["Location"]) == (302, "/fact-types/cost")
    assert definitions.current("cost").text == schema()
    assert "/fact-types/cost/edit" in writer.get("/fact-types/cost").content.decode()
    page = writer.get("/fact-types/cost/edit").content.decode()
    assert digest(schema()) in page
    changed = schema(max_age="30d")
    assert send(writer, "/fact-types/cost/edit", changed, based_on=digest(schema())).status_code == 302
    gone = writer.post("/fact-types/cost/retire", {"based_on": digest(changed)})
    assert gone.status_code == 302
    assert store.vocabulary().types["cost"].retired
    assert "retired" in writer.get("/fact-types/cost").content.decode()


def test_a_mistake_is_shown_with_its_line_and_nothing_is_lost(writer):
    text = schema().replace('"number"', '"numbr"')
    answer = send(writer, "/fact-types-new", text)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "1 mistake" in page
    assert re.search(r'data-start="\d+" data-end="\d+">7:\d+</button> <code>&quot;type&quot;: &quot;numbr&quot;,', page)
    assert "&quot;numbr&quot;" in page.partition("</textarea>")[0]
    assert definitions.current("cost") is None


def test_while_it_is_written_it_is_looked_at(writer):
    assert "<code>monthly</code>" in send(writer, "/fact-types-check", schema()).content.decode()
    assert "not JSON" in send(writer, "/fact-types-check", schema()[:-4]).content.decode()
    assert "is taken" in send(writer, "/fact-types-check", schema(name="slo")).content.decode()


def test_who_saves_over_somebody_else_is_told(writer):
    send(writer, "/fact-types-new", schema())
    answer = send(writer, "/fact-types-new", schema(max_age="30d"))
    assert answer.status_code == 409
    assert "changed meanwhile by grace" in answer.content.decode()


def test_what_ships_is_not_changed_here(writer):
    assert writer.get("/fact-types/slo/edit").status_code == 404
    assert "/fact-types/slo/edit" not in writer.get("/fact-types/slo").content.decode()


def test_the_schema_of_a_type_is_told_by_api(writer):
    def ask(method, path, body=None):
        text = "" if body is None else json.dumps(body)
        return writer.generic(method, f"/api/v1/fact-types/{path}", text, content_type="application/json")

    told = ask("GET", "slo/schema").json()
    assert (told["defined"], told["schema"]["x-greenboard"]["many"]) == (False, "name")
    stated = json.loads(schema())
    assert ask("POST", "cost/check", {"schema": stated}).json()["ok"]
    wrong = {**stated, "properties": {"n": {"type": "number", "minimum": 0, "description": "x"}}}
    (error,) = ask("POST", "cost/check", {"schema": wrong}).json()["errors"]
    assert error["pointer"] == "/schema/properties/n/minimum"
    assert ask("PUT", "cost", {"schema": stated}).json()["name"] == "cost"
    assert ask("PUT", "cost", {"schema": wrong}).status_code == 409
    version = ask("GET", "cost/schema").json()
    assert (version["schema"], version["defined"]) == (stated, True)
    assert ask("DELETE", "cost", {"based_on": version["digest"]}).status_code == 204
    assert ask("GET", "cost").json()["retired"] is True
    assert ask("DELETE", "slo", {"based_on": ""}).status_code == 404
