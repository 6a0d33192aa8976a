"""One person across tools: what is suggested and why, and what a decision does."""

from __future__ import annotations

import pytest

from greenboard.access.models import Entry, Grant, Person, Role
from greenboard.catalog import descriptors, store
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.identity import handles
from greenboard.identity.handles import Seen
from greenboard.identity.matching import Known, match
from greenboard.identity.models import Handle

ADA = Known(1, "ada", "ada@example.com", "Ada Lovelace")
BOB = Known(2, "rob", "robert@example.com", "Róbert  King")
PEOPLE = [ADA, BOB, Known(3, "ada2", "", "Ada Lovelace")]


@pytest.mark.parametrize(
    ("name", "email", "full_name", "whom", "why"),
    [
        ("x", "ADA@example.com", "", [1], "the same mail address"),
        ("ada@example.com", "", "", [1], "the name is their mail address"),
        ("Ada", "", "", [1], "the same login"),
        ("robert", "", "", [2], "the login is their mail address's name"),
        ("x", "", "robert king", [2], "the same full name"),
        ("x", "", "Ada Lovelace", [1, 3], "the same full name"),
        ("rking", "", "", [2], "a login made of their name"),
        ("king.robert", "", "", [2], "a login made of their name"),
        ("octocat", "", "", [], ""),
        ("", "", "", [], ""),
    ],
)
def test_a_name_means_whom_its_strongest_sign_fits(name, email, full_name, whom, why):
    found = match(name, email, full_name, PEOPLE)
    assert [one.person for one in found] == whom
    assert {one.why for one in found} <= {why}


@pytest.fixture
def ada(db):
    return Person.objects.create_user("ada", email="ada@example.com", first_name="Ada", last_name="Lovelace")


def test_a_suggestion_is_made_once_and_means_nothing_until_it_is_confirmed(ada):
    seen = [Seen("github.com", "alovelace", full_name="Ada Lovelace")]
    assert handles.suggest(seen, clock.now()) == 1
    assert handles.suggest(seen, clock.now()) == 0
    assert handles.whose("github.com", "alovelace") is None
    handles.confirm([Handle.objects.get().pk], clock.now(), by="boss")
    assert handles.whose("github.com", "alovelace") == ada
    assert Entry.objects.filter(action="name.confirmed", target="account:ada").exists()


def test_what_was_rejected_is_not_suggested_again(ada):
    seen = [Seen("github.com", "ada")]
    handles.suggest(seen, clock.now())
    handles.reject([Handle.objects.get().pk], clock.now())
    assert handles.suggest(seen, clock.now()) == 0
    assert handles.waiting() == []


def test_of_two_whom_a_name_may_mean_the_confirmed_one_has_it(ada):
    Person.objects.create_user("ada2", first_name="Ada", last_name="Lovelace")
    handles.suggest([Seen("chat", "U123", full_name="Ada Lovelace")], clock.now())
    first, second = handles.waiting()
    with pytest.raises(UserError, match="somebody else's already"):
        handles.confirm([first.pk, second.pk], clock.now(), by="boss")
    assert len(handles.waiting()) == 2, "nothing is half decided"
    handles.confirm([first.pk], clock.now(), by="boss")
    assert handles.waiting() == []


def test_a_name_that_a_tool_gave_to_somebody_else_goes_along(ada):
    other = Person.objects.create_user("other")
    handles.know(ada, "okta", "7", clock.now(), by="okta")
    handles.know(other, "okta", "7", clock.now(), by="okta")
    assert handles.whose("okta", "7") == other


PEOPLE_YAML = """
entities:
  - kind: person
    name: lovelace
    title: Ada Lovelace
    contacts: {email: ada@example.com}
    annotations: {github.com/user-login: countess, example.com/desk: '12'}
"""


def test_the_catalog_is_looked_through_and_decided_on_the_page(ada, client):
    store.save(descriptors.read(PEOPLE_YAML, "people.yaml"), clock.now(), cause="a test")
    boss = Person.objects.create_user("boss")
    Grant.objects.create(role=Role.objects.get(name="administrator"), person=boss, created_at=clock.now())
    client.force_login(boss)
    client.post("/identities/decide", {"do": "look"})
    text = client.get("/identities").content.decode()
    assert "2 names to decide about" in text
    assert "countess" in text
    assert "the same mail address" in text
    numbers = [one.pk for one in handles.waiting()]
    client.post("/identities/decide", {"name": numbers, "do": "confirm"})
    assert handles.whose("github.com", "countess") == ada
    assert handles.whose("catalog", "person:default/lovelace") == ada
    assert "countess" in client.get("/identities").content.decode()
    member = Person.objects.create_user("member")
    client.force_login(member)
    assert client.post("/identities/decide", {"name": numbers, "do": "reject"}).status_code == 403
    assert handles.whose("github.com", "countess") == ada


def test_a_name_is_stated_by_hand_on_the_page(ada, client):
    boss = Person.objects.create_superuser("boss")
    client.force_login(boss)
    said = {"do": "state", "person": "ada", "tool": "pager", "called": "Countess"}
    assert client.post("/identities/decide", said).status_code == 302
    assert handles.whose("pager", "Countess") == ada
    taken = client.post("/identities/decide", {**said, "person": "boss"})
    assert taken.status_code == 409
    assert "Countess at pager is ada&#x27;s already" in taken.content.decode()
    assert client.post("/identities/decide", {**said, "called": "x" * 400}).status_code == 400


def test_secrets_of_second_factors_survive_new_keys(ada, settings, tmp_path):
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    from greenboard.access import sealing

    settings.SEALING_KEYS = tmp_path / "keys"
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")
    sealing.rotate(forget=True)
    kept = Authenticator.objects.get().data["secret"]
    assert get_adapter().decrypt(kept) == "JBSWY3DPEHPK3PXP"
