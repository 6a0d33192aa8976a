"""From an action of a post-mortem to the draft of a rule."""

import importlib
import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from greenboard.facts import vocabulary
from greenboard.results import present
from greenboard.reviews.learning import propose
from greenboard.rules import language

world = importlib.import_module("tests.reviews.world")


@pytest.fixture(scope="module")
def words():
    return vocabulary.load()


@pytest.mark.parametrize(
    ("action", "type_"),
    [
        ("Each workload runs three replicas", "workload"),
        ("Fill the gaps of the on-call schedule", "oncall"),
        ("The certificate must be renewed in time", "uptime"),
        ("Write a runbook for the queue and keep it fresh", "runbook"),
    ],
)
def test_an_action_leads_to_rules_about_what_it_speaks_of_and_each_compiles(words, action, type_):
    found = propose(action, words)
    assert type_ in [one.type for one in found]
    for one in found:
        language.compile(one.expression, words)


def test_what_no_fact_type_speaks_of_leads_nowhere(words):
    assert propose("Xyzzy plugh", words) == []


def test_a_proposal_opens_in_the_editor_of_rules(people):
    client = Client()
    client.force_login(people.accounts["mia"])
    page = client.get("/reviews/learn", {"action": "Write a runbook", "entity": "service:default/checkout"})
    url = re.search(r'href="(/scorecards/[^"]+)" data-row', page.content.decode())[1].replace("&amp;", "&")
    editor = client.get(url).content.decode()
    proposed = json.loads(re.search(r'proposed="([^"]+)"', editor)[1].replace("&quot;", '"').replace("&#x27;", "'"))
    assert "runbook" in proposed["expression"]
    assert proposed["why"] == "After an incident of service:default/checkout: Write a runbook"


@pytest.fixture
def read_anew():
    present.forget()
    yield
    present.forget()


@pytest.mark.usefixtures("read_anew")
def test_an_action_leads_to_who_else_has_the_same_exposure(people):
    client = Client()
    client.force_login(people.accounts["mia"])
    at = world.START + timedelta(hours=1)
    world.say(at, world.SEARCH, runbook=[{"path": "runbook.md", "words": 300}])
    for ref in (world.CHECKOUT, world.LEDGER):
        world.say(at, ref, runbook=[])
    page = client.get("/reviews/learn", {"action": "Write a runbook", "entity": "service:default/checkout"})
    row = next(row for row in re.findall(r"<tr><th.*?</tr>", page.content.decode()) if "r.words &gt;= 100" in row)
    assert "It fails this itself." in row
    assert re.findall(r'<a href="/entities/[^"]+">(\w+)</a>', row) == ["ledger"]
