"""Which connections somebody may use with scaffolds."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from django.test import Client

from greenboard.access.errors import Above
from greenboard.access.models import Membership
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.scaffolds import reserving, service
from greenboard.scaffolds.types import Landing, Wish

cast = import_module("tests.scaffolds.conftest")


@pytest.fixture
def connected(db) -> None:
    """A connection to a forge that nobody calls."""
    told = cast.Told({"org": "acme", "url": "https://forge.example/api/v3"}, {"token": "t"})
    cast.connecting.make(cast.Connect("github", "github", told, every=None), clock.now())


def ask(person):
    goal = cast.goal("acme/pay", Landing.PULL_REQUEST)
    return service.ask(Wish("runbook", {"name": "pay", "owner": "shop"}, goal), person)


def test_a_connection_for_one_team_is_for_nobody_else(connected, shop, ada):
    reserving.put("github", ["shop"])
    with pytest.raises(Above, match="the connection github is for others"):
        ask(ada)
    assert reserving.forges(ada) == []
    Membership.objects.create(person=ada, team="team:default/shop", since=clock.now())
    assert [one.name for one in reserving.forges(cast.Person.objects.get(pk=ada.pk))] == ["github"]
    assert ask(cast.Person.objects.get(pk=ada.pk)).connection == "github"


def test_a_role_can_be_named_and_whoever_manages_scaffolds_may_use_all(connected, shop, ada):
    reserving.put("github", ["role:administrator"])
    assert reserving.forges(ada) == []
    assert reserving.forges(cast.person("grace", "maintainer"))
    reserving.put("github", ["role:member"])
    assert reserving.forges(ada)
    reserving.put("github", [])
    assert reserving.reserved() == {}


@pytest.mark.parametrize("who", [["team:default/nobody"], ["role:nobody"], ["service:default/checkout"]])
def test_who_is_not_there_is_refused(connected, shop, who):
    with pytest.raises(UserError):
        reserving.put("github", who)
    assert reserving.reserved() == {}


def test_it_is_said_on_a_page_and_through_the_api(connected, shop):
    client = Client()
    client.force_login(cast.person("grace", "maintainer"))
    assert client.post("/scaffold-connections/github", {"who": "shop, role:member"}).status_code == 302
    assert 'value="role:member, team:default/shop"' in client.get("/scaffold-sources").content.decode()
    body = json.dumps({"who": ["shop"]})
    answer = client.put("/api/v1/scaffold-connections/github", body, "application/json")
    assert answer.json() == {"connection": "github", "who": ["team:default/shop"]}
    assert client.get("/api/v1/scaffold-connections").json() == {"connections": [answer.json()]}
