"""Signing in by SAML 2.0: what is signed and meant for us is believed, and nothing else."""

from __future__ import annotations

import base64
import importlib
from datetime import timedelta

import pytest

from greenboard.access.models import Grant, Membership, Person
from greenboard.identity.configuration import Identity

saml = importlib.import_module("tests.identity.saml")
pytestmark = pytest.mark.django_db
REFUSED = "/sign-in?refused=failed"


@pytest.fixture(scope="module")
def idp():
    return saml.keys("idp.example")


@pytest.fixture
def client(client):
    """A browser says which host it asks."""
    client.defaults["HTTP_HOST"] = "testserver"
    return client


@pytest.fixture(autouse=True)
def okta(settings, idp):
    def configure(**more):
        one = {
            "id": "okta",
            "title": "Okta",
            "entity_id": saml.ENTITY,
            "sso_url": "https://idp.example/sso",
            "certificate": idp.certificate,
            "groups": [
                {"group": "team-*", "team": "team:default/*"},
                {"group": "platform-admins", "role": "administrator"},
            ],
            **more,
        }
        settings.IDENTITY = Identity.model_validate({"saml": [one]})

    configure()
    return configure


def begin(client, next_url=""):
    """To the provider; the id of what it is asked."""
    answer = client.get("/sign-in/saml/okta", {"next": next_url} if next_url else {})
    assert answer.headers["Location"].startswith("https://idp.example/sso?")
    return saml.Said(saml.asked(answer.headers["Location"]))


def end(client, field):
    """Back from the provider; where that leads to."""
    answer = client.post("/sign-in/saml/okta/back", {"SAMLResponse": field})
    assert answer.headers["Location"] == "/sign-in/saml/okta/finish"
    return client.get("/sign-in/saml/okta/finish").headers["Location"]


def signed_in(client):
    number = client.session.get("_auth_user_id")
    return Person.objects.filter(pk=number).first() if number else None


@pytest.mark.parametrize("whole", [False, True])
def test_who_is_vouched_for_signs_in_with_teams_and_roles(client, okta, idp, whole):
    okta(signed="message" if whole else "assertion")
    said = begin(client, "/catalog")
    assert end(client, saml.answer(said, idp, whole=whole)) == "/catalog"
    person = signed_in(client)
    assert (person.username, person.email, person.get_full_name()) == ("ada", "ada@example.com", "Ada Lovelace")
    assert [one.team for one in Membership.objects.filter(person=person)] == ["team:default/payments"]
    assert [one.role.name for one in Grant.objects.filter(person=person)] == ["administrator"]


def test_the_same_person_comes_back_to_the_same_account(client, idp):
    for _ in range(2):
        assert end(client, saml.answer(begin(client), idp)) == "/"
        client.post("/sign-out")
    assert Person.objects.count() == 1


def test_what_is_not_signed_is_refused(client, idp):
    assert end(client, saml.answer(begin(client), None)) == REFUSED
    assert signed_in(client) is None


def test_what_somebody_else_signed_is_refused(client, idp):
    assert end(client, saml.answer(begin(client), saml.keys("evil.example"))) == REFUSED
    assert signed_in(client) is None


def test_what_was_changed_after_it_was_signed_is_refused(client, idp):
    field = saml.answer(begin(client), idp)
    xml = base64.b64decode(field).replace(b"platform-admins", b"platform-adm1ns")
    assert end(client, base64.b64encode(xml).decode()) == REFUSED
    assert signed_in(client) is None


def test_a_second_assertion_beside_the_signed_one_is_refused(client, idp):
    """Wrapping: the forged one is read, the signed one is verified."""
    said = begin(client)
    genuine = base64.b64decode(saml.answer(said, idp)).decode()
    forged = saml._assertion(said.but(uid="boss")).replace("_assertion1", "_assertion2")
    wrapped = genuine.replace("<saml:Assertion ", forged + "<saml:Assertion ", 1)
    assert end(client, base64.b64encode(wrapped.encode()).decode()) == REFUSED
    assert signed_in(client) is None


def test_a_message_that_is_not_signed_is_refused_where_messages_must_be(client, okta, idp):
    okta(signed="message")
    assert end(client, saml.answer(begin(client), idp)) == REFUSED
    okta(signed="both")
    assert end(client, saml.answer(begin(client), idp, whole=True)) == REFUSED


def test_signatures_of_old_make_are_refused(client, idp):
    assert end(client, saml.answer(begin(client), idp, sha1=True)) == REFUSED


def test_an_answer_is_believed_once(client, idp):
    field = saml.answer(begin(client), idp)
    assert end(client, field) == "/"
    client.post("/sign-out")
    assert end(client, field) == REFUSED
    assert signed_in(client) is None


def test_an_answer_to_the_question_of_another_browser_is_refused(client, idp):
    field = saml.answer(begin(client), idp)
    other = type(client)(HTTP_HOST="testserver")
    assert end(other, field) == REFUSED
    assert signed_in(other) is None


def test_an_answer_that_nobody_asked_for_is_refused_unless_that_is_wanted(client, okta, idp):
    field = saml.answer(saml.Said(""), idp)
    assert end(client, field) == REFUSED
    assert signed_in(client) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": timedelta(minutes=-10), "begins": timedelta(minutes=-20)},
        {"begins": timedelta(minutes=20), "ends": timedelta(minutes=30)},
        {"audience": "https://other.example/metadata"},
        {"recipient": "https://other.example/back"},
        {"issuer": "https://other-idp.example/metadata"},
    ],
    ids=["expired", "not yet", "audience", "recipient", "issuer"],
)
def test_an_answer_that_is_not_for_here_and_now_is_refused(client, idp, wrong):
    assert end(client, saml.answer(begin(client).but(**wrong), idp)) == REFUSED
    assert signed_in(client) is None
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "field",
    [
        "",
        "not base64!",
        base64.b64encode(b"<nothing").decode(),
        base64.b64encode(
            b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r xmlns="urn:oasis:names:tc:SAML:2.0:protocol">&b;</r>'
        ).decode(),
    ],
    ids=["nothing", "no base64", "no XML", "entities"],
)
def test_what_is_no_answer_is_refused(client, field):
    begin(client)
    assert end(client, field) == REFUSED


def test_signing_out_by_the_provider_is_not_offered(client):
    assert client.get("/sign-in/saml/okta/sign-out?SAMLRequest=x").status_code == 404
    text = client.get("/sign-in/saml/okta/metadata").content.decode()
    assert "http://testserver/sign-in/saml/okta/back" in text
    assert "SingleLogoutService" not in text
