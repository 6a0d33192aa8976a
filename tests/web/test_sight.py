"""Somebody who may see one team's entities sees nothing of the others, on any page, list, figure or export."""

import importlib
import json
import re

import pytest

from greenboard.access import tokens
from greenboard.access.decide import Permission
from greenboard.access.models import Grant, Person, Token
from greenboard.access.tokens import Wish

from .conftest import world

cast = importlib.import_module("tests.access.cast")

OTHERS = [name for name, parts in world.COMPONENTS.items() if parts[1] != "payments"]
OWN = [name for name, parts in world.COMPONENTS.items() if parts[1] == "payments"]
CARD = "/scorecards/production-readiness"
PAGES = [
    "/",
    "/mine",
    "/?by=system&since=90d",
    "/?as_of={day}",
    "/catalog",
    "/catalog?q=s",
    "/catalog.csv",
    "/catalog.json",
    "/results",
    "/results?outcome=fail",
    "/results.csv",
    "/results.json",
    "/scorecards",
    CARD,
    f"{CARD}?since=90d",
    f"{CARD}/rules/inf-1-images",
    f"{CARD}/rules/cod-1-coverage",
    "/fact-types",
    "/fact-types/workload",
    "/palette.json",
    *(f"/entities/{world.COMPONENTS[name][0]}/default/{name}" for name in OWN),
    "/entities/team/default/payments",
]
SPARE = re.compile(r"[\w-]+")


@pytest.fixture
def narrow(board, person):
    """The person who is signed in sees what team payments owns, and is in that team and in another."""
    Grant.objects.all().delete()
    cast.member(person, "team:default/payments")
    cast.member(person, "team:default/storefront")
    cast.granted("viewer", "team:default/payments", person=person)
    return board


def words(text):
    """The words of a text that an entity's name can be."""
    return set(SPARE.findall(text))


def told(answer):
    """An answer without the one thing that names neighbours on purpose: the facts of an entity are shown whole."""
    return re.sub(r"<tr><th[^>]*><a href=.{0,20}/fact-types/dependency_map.*?</tr>", "", answer.getvalue().decode())


@pytest.mark.parametrize("url", PAGES)
def test_no_page_names_what_may_not_be_seen(narrow, url):
    answer = narrow.get(url.format(day="2999-01-01"))
    assert answer.status_code == 200
    text = told(answer)
    # Words of the interface and of documentation that a component of the company shares.
    unique = [name for name in OTHERS if name not in ("search", "sessions")]
    assert words(text).isdisjoint(unique)
    for name in ("search", "sessions"):
        assert f"/entities/service/default/{name}" not in text
        assert f"service:default/{name}" not in text


def test_the_same_pages_name_them_to_whoever_may(board):
    assert words(told(board.get("/catalog")) + told(board.get("/palette.json"))).issuperset(OTHERS)


@pytest.mark.parametrize("name", OTHERS)
def test_the_page_of_an_entity_of_another_team_is_not_found(narrow, name):
    address = f"/entities/{world.COMPONENTS[name][0]}/default/{name}"
    assert narrow.get(address).status_code == 404
    assert narrow.get("/entities/service/default/never-was").status_code == 404


def test_numbers_count_what_may_be_seen(narrow):
    rows = json.loads(narrow.get("/catalog.json").getvalue())["entities"]
    assert {row["name"] for row in rows} == {*OWN, "payments"}
    assert f'<p class="sub">{len(rows)} entities of {len(rows)} ·' in narrow.get("/catalog").content.decode()
    results = json.loads(narrow.get("/results.json").getvalue())["results"]
    assert results
    assert {row["name"] for row in results if "name" in row} <= set(OWN)


def test_who_may_see_nothing_is_told_so(board, person):
    Grant.objects.all().delete()
    assert board.get("/").status_code == 403
    assert board.get("/catalog.json").status_code == 403


def test_a_draft_is_not_held_against_what_may_not_be_seen(narrow):
    answer = narrow.post("/api/v1/rules/preview", "{}", content_type="application/json")
    assert answer.status_code == 403


def test_a_token_of_somebody_else_is_not_found(board, person):
    bob = Person.objects.create_user("bob", password="a long password")
    theirs, _ = tokens.make(bob, Wish("theirs", [Permission.READ]), bob)
    assert theirs.prefix not in board.get("/tokens").content.decode()
    assert board.post(f"/tokens/{theirs.prefix}/revoke").status_code == 404
    assert Token.objects.get(pk=theirs.pk).revoked_at is None
