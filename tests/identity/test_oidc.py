"""Signing in by OpenID Connect, at a real provider."""

from __future__ import annotations

import pytest

from greenboard.access.decide import Permission, may
from greenboard.access.models import Grant, Membership, Person, Token
from greenboard.core import clock
from greenboard.identity import leaving
from greenboard.identity.models import Handle, Reading

pytestmark = pytest.mark.django_db

ADA = {
    "preferred_username": "ada",
    "email": "ada@example.com",
    "email_verified": True,
    "given_name": "Ada",
    "family_name": "Lovelace",
}


def signed_in(client) -> Person | None:
    number = client.session.get("_auth_user_id")
    return Person.objects.filter(pk=number).first() if number else None


def test_somebody_new_gets_an_account_with_the_teams_and_roles_of_their_groups(client, provider, company):
    provider.become("1", **ADA, groups=["team-payments", "platform-admins", "lunch"])
    answer = client.get(provider.walk(client, "/sign-in/oidc/company?next=/catalog"))
    assert answer.headers["Location"] == "/catalog"
    person = signed_in(client)
    assert (person.username, person.email, person.get_full_name()) == ("ada", "ada@example.com", "Ada Lovelace")
    assert not person.has_usable_password()
    (membership,) = Membership.objects.filter(person=person)
    assert (membership.team, membership.source, membership.provider) == ("team:default/payments", "synced", "company")
    assert may(person, Permission.ACCESS_MANAGE)
    assert Handle.objects.get(person=person, tool="company").name == "1"
    assert Reading.objects.get().provider == "company"


def test_who_left_a_group_loses_what_it_gave_and_keeps_what_others_gave(client, provider, company):
    provider.become("1", **ADA, groups=["team-payments", "platform-admins"])
    client.get(provider.walk(client))
    person = signed_in(client)
    Membership.objects.create(person=person, team="team:default/chess", since=clock.now())
    client.post("/sign-out")
    provider.become("1", **ADA, groups=["team-search"])
    client.get(provider.walk(client))
    teams = set(Membership.objects.filter(person=person).values_list("team", flat=True))
    assert teams == {"team:default/search", "team:default/chess"}
    assert not Grant.objects.filter(person=person).exists()
    assert Person.objects.count() == 1


def test_the_key_of_the_session_changes_at_signing_in(client, provider, company):
    provider.become("1", **ADA)
    where = provider.walk(client)
    before = client.session.session_key
    client.get(where)
    assert signed_in(client) is not None
    assert client.session.session_key != before


def test_an_answer_to_a_question_that_this_browser_did_not_ask_is_refused(client, provider, company):
    provider.become("1", **ADA)
    where = provider.walk(client)
    other = type(client)()
    assert other.get(where).headers["Location"] == "/sign-in?refused=failed"
    assert signed_in(other) is None
    assert client.get(where).headers["Location"] == "/"
    client.post("/sign-out")
    assert client.get(where).headers["Location"] == "/sign-in?refused=failed"


def test_a_denial_at_the_provider_leads_back_with_a_reason(client, provider, company):
    client.get("/sign-in/oidc/company")
    text = client.get("/sign-in/oidc/company/back?error=access_denied&state=x", follow=True).content.decode()
    assert "did not vouch for you" in text


def test_next_leads_to_no_other_site(client, provider, company):
    provider.become("1", **ADA)
    for evil in ("https://evil.example/", "//evil.example", "http://127.0.0.1/x", "/\\evil.example"):
        answer = client.get(provider.walk(client, f"/sign-in/oidc/company?next={evil}"))
        assert answer.headers["Location"] == "/", evil
        client.post("/sign-out")


def test_only_configured_domains_may_sign_in(client, provider, company):
    company(domains=["example.com"])
    provider.become("2", **{**ADA, "email": "eve@elsewhere.example"})
    assert client.get(provider.walk(client)).headers["Location"] == "/sign-in?refused=domain"
    provider.become("3", **{**ADA, "email": "eve@notexample.com"})
    assert client.get(provider.walk(client)).headers["Location"] == "/sign-in?refused=domain"
    provider.become("4", preferred_username="eve")
    assert client.get(provider.walk(client)).headers["Location"] == "/sign-in?refused=domain"
    assert not Person.objects.exists()


def test_a_provider_may_be_kept_from_making_accounts(client, provider, company):
    company(creates=False)
    provider.become("1", **ADA)
    assert client.get(provider.walk(client)).headers["Location"] == "/sign-in?refused=unknown"
    assert not Person.objects.exists()


def test_an_account_of_the_same_address_is_taken_over_only_by_a_trusted_provider(client, provider, company):
    person = Person.objects.create_user("ada.l", email="Ada@example.com", password="a long password")
    provider.become("1", **ADA)
    assert client.get(provider.walk(client)).headers["Location"] == "/sign-in?refused=taken"
    company(trust_email=True)
    provider.become("1", **{**ADA, "email_verified": False})
    assert client.get(provider.walk(client)).headers["Location"] == "/sign-in?refused=taken"
    provider.become("1", **ADA)
    client.get(provider.walk(client))
    assert signed_in(client) == person
    person.refresh_from_db()
    assert person.has_usable_password()


def test_a_closed_account_stays_closed_whoever_vouches(client, provider, company):
    provider.become("1", **ADA)
    client.get(provider.walk(client))
    person = signed_in(client)
    Token.objects.create(prefix="abcd1234", digest="x", name="mine", person=person, created_at=clock.now())
    leaving.close(person, clock.now(), by="a test")
    assert client.get("/").status_code == 302
    assert signed_in(client) is None, "the session is gone, not only refused"
    assert Token.objects.get().revoked_at is not None
    other = type(client)()
    assert other.get(provider.walk(other)).headers["Location"] == "/sign-in?refused=closed"


def test_a_provider_that_is_away_is_told(client, provider, company):
    company(issuer="http://127.0.0.1:9/")
    assert client.get("/sign-in/oidc/company").headers["Location"] == "/sign-in?refused=away"
    assert "does not answer" in client.get("/sign-in?refused=away").content.decode()


def test_the_page_of_sign_in_offers_the_provider_and_may_leave_out_passwords(client, provider, company, settings):
    text = client.get("/sign-in?next=/catalog").content.decode()
    assert "Company account" in text
    assert "/sign-in/oidc/company?next=%2Fcatalog" in text
    assert 'name="password"' in text
    Person.objects.create_user("ada", password="a long password")
    settings.IDENTITY = settings.IDENTITY.model_copy(update={"local": False})
    assert 'name="password"' not in client.get("/sign-in").content.decode()
    client.post("/sign-in", {"username": "ada", "password": "a long password"})
    assert signed_in(client) is None


def test_a_provider_is_linked_to_the_account_that_asks_for_it(client, provider, company):
    person = Person.objects.create_user("lovelace", password="a long password")
    client.force_login(person)
    text = client.get("/account").content.decode()
    assert "/sign-in/oidc/company?process=connect" in text
    provider.become("1", **ADA)
    assert client.get(provider.walk(client, "/sign-in/oidc/company?process=connect")).headers["Location"] == "/account"
    assert "Company account" in client.get("/account").content.decode()
    client.post("/sign-out")
    client.get(provider.walk(client))
    assert signed_in(client) == person


def test_linking_is_not_begun_by_another_site(client, provider, company):
    client.force_login(Person.objects.create_user("lovelace", password="a long password"))
    answer = client.get("/sign-in/oidc/company?process=connect", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["Location"] == "/sign-in?refused=failed"


def test_an_unknown_provider_is_not_found(client, company):
    assert client.get("/sign-in/oidc/other").status_code == 404
