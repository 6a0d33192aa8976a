"""Choices that come from elsewhere: of the catalog as far as one sees it, and of what a connection or address answers."""

from __future__ import annotations

import pytest
from tests.workflows.conftest import CHECKOUT, document, saved, start

from greenboard.collection import reaching
from greenboard.connections import service as connecting
from greenboard.connections.service import Told
from greenboard.connections.service import Wish as Connect
from greenboard.core import clock
from greenboard.core.errors import UserErrors
from greenboard.workflows import definition, offering

DO = "- {id: a, do: transform, with: {values: {chosen: '${{ inputs.one }}'}}}"
OF_CATALOG = "inputs: {one: {type: choice, from: {kinds: [service], where: '${{ entity.tier == 1 }}'}}}"
OF_JIRA = """inputs:
  one:
    type: choice
    from: {connection: acme, path: /rest/api/3/project/search, query: {maxResults: 100}, items: '${{ answer.body.values }}',
           value: '${{ item.key }}', title: '${{ item.name }}'}"""
PROJECTS = {"values": [{"key": "SHOP", "name": "Shop"}, {"key": "OPS", "name": "Operations"}]}
AT = "/rest/api/3/project/search"


@pytest.fixture
def jira(receiver, db):
    """A connection of Jira to a receiver that knows two projects."""
    offering.forget()
    receiver.say(AT, (200, PROJECTS))
    reaching._client.cache_clear()
    told = Told({"url": receiver.url}, {"email": "a@example.com", "token": "a-token-of-jira"})
    connecting.make(Connect("acme", "jira", told), clock.now())
    yield receiver
    reaching._client.cache_clear()
    offering.forget()


def chosen(name: str, by, value: str):
    run = start(name, by, one=value)
    return run.steps.get(path="a").outputs


def test_entities_that_fit_can_be_chosen(checkout, ada):
    name = saved(DO, OF_CATALOG)
    assert chosen(name, ada, str(CHECKOUT)) == {"chosen": str(CHECKOUT)}
    with pytest.raises(UserErrors, match="not a choice"):
        start(name, ada, one="team:default/shop")


def test_what_a_connection_answers_can_be_chosen_and_is_asked_for_once_a_minute(jira, ada, client):
    name = saved(DO, OF_JIRA)
    client.force_login(ada)
    page = client.get(f"/workflows/{name}").text
    assert '<option value="SHOP"' in page
    assert "Operations" in page
    assert chosen(name, ada, "OPS") == {"chosen": "OPS"}
    with pytest.raises(UserErrors, match="not a choice"):
        start(name, ada, one="HR")
    assert len(jira.at(AT)) == 1


def test_what_an_address_answers_can_be_chosen_without_an_integration(receiver, ada, client):
    offering.forget()
    receiver.say("/regions", (200, ["eu-1", "us-2"]))
    name = saved(DO, f"inputs: {{one: {{type: choice, from: {{url: '{receiver.url}/regions', query: {{all: 1}}}}}}}}")
    client.force_login(ada)
    assert '<option value="us-2"' in client.get(f"/workflows/{name}").text
    assert chosen(name, ada, "eu-1") == {"chosen": "eu-1"}
    with pytest.raises(UserErrors, match="not a choice"):
        start(name, ada, one="eu-3")
    assert [one.path for one in receiver.seen] == ["/regions?all=1"]
    offering.forget()
    receiver.say("/regions", (500, {}))
    with pytest.raises(UserErrors, match=r"could not be had of .*answered 500"):
        start(name, ada, one="eu-1")
    offering.forget()


def test_choices_come_from_no_address_inside(ada, client):
    offering.forget()
    name = saved(DO, "inputs: {one: {type: choice, from: {url: 'https://169.254.169.254/latest'}}}")
    client.force_login(ada)
    assert "169.254.169.254 may not be called" in client.get(f"/workflows/{name}").text


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, {}, "could not be had of acme: The token may not read this"),
        (200, {"values": None}, "no list of choices"),
        (200, {"values": [{"key": ["a"], "name": ""}]}, "no short text"),
        (200, {"values": [{"key": f"P{at}", "name": ""} for at in range(300)]}, "too many choices"),
    ],
)
def test_what_cannot_be_chosen_from_is_said_in_the_form_and_refused(jira, ada, client, status, body, said):
    jira.say(AT, (status, body))
    name = saved(DO, OF_JIRA)
    client.force_login(ada)
    assert said in client.get(f"/workflows/{name}").text
    with pytest.raises(UserErrors, match=said):
        start(name, ada, one="SHOP")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{}", "entities of `kinds`, from a `connection`, or from a `url`"),
        ("{url: 'https://x.example/', connection: acme}", "entities of `kinds`, from a `connection`, or from a `url`"),
        ("{url: 'file:///etc/passwd'}", "`url` is an address"),
        ("{connection: acme, path: 'https://x.example/'}", "one of the connection"),
        ("{kinds: [service], where: '${{ secrets.token }}'}", "secrets"),
        ("{connection: acme, path: /x, items: '${{ entity.name }}'}", "entity"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused_with_its_place(source, said):
    looked = definition.look(document(DO, f"inputs: {{one: {{type: choice, from: {source}}}}}"), "play.yaml")
    assert any(said in str(error) for error in looked.errors), looked.errors


def test_fields_are_drawn_anew_only_where_others_are_asked_for(ada, client):
    name = saved(DO, 'inputs: {one: {type: switch, required: false}, two: {when: "${{ inputs.one == true }}"}}')
    client.force_login(ada)

    def changed(shown: str, **entered: str) -> tuple[int, bool]:
        answer = client.post(f"/workflows/{name}/fields", {"shown": shown, **entered})
        return answer.status_code, "input.two" in answer.text

    assert changed("one ") == (204, False)
    assert changed("one ", **{"input.one": "on"}) == (200, True)
    assert changed("one two ", **{"input.one": "on"}) == (204, False)
    assert changed("one two ") == (200, False)
