"""Pages of people, roles, grants and tokens: what they do, and what they refuse."""

import importlib
import re

import pytest
from django.test import Client
from tests.web.test_pages import Strict

from greenboard.access.models import Entry, Grant, Membership, Person, Role, Service, Token

cast = importlib.import_module("tests.access.cast")
pytestmark = pytest.mark.django_db
SECRET = re.compile(r"gb_[0-9a-f]{8}_[\w-]{43}")


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def root():
    return signed_in(cast.person("root", is_superuser=True))


@pytest.fixture
def manager():
    """Somebody who manages access and people, and holds nothing else."""
    Role.objects.create(name="manager", permissions=["access.manage", "people.manage", "people.read", "catalog.read"])
    person = cast.person("max")
    cast.granted("manager", person=person)
    return signed_in(person)


def said(answer):
    """Why a form was refused."""
    assert answer.status_code in (400, 403, 404, 409)
    return re.search(r'role="alert">.*?</span> (.*?)</p>', answer.content.decode())[1]


PAGES = ["/people", "/people/root", "/access", "/tokens", "/audit"]


@pytest.mark.parametrize("url", PAGES)
def test_pages_keep_the_content_security_policy(root, url):
    cast.granted("member", "domain:default/commerce", team="team:default/payments")
    root.post("/access/services", {"name": "ci"})
    root.post("/tokens/new", {"name": "t", "days": "30", "permissions": ["catalog.read"]})
    seen = Strict()
    seen.feed(root.get(url).content.decode())
    assert seen.refused == []
    assert len(seen.ids) == len(set(seen.ids))


def test_a_role_is_granted_within_a_scope_and_revoked(root):
    cast.person("ada")
    given = {"role": "member", "to": "person", "name": "ada", "scope": "team:Payments"}
    assert root.post("/access/grants", given).status_code == 302
    grant = Grant.objects.get(person__username="ada")
    assert (grant.role.name, grant.scope, grant.created_by) == ("member", "team:default/payments", "root")
    assert "granted already" in said(root.post("/access/grants", given))
    assert root.post(f"/access/grants/{grant.pk}/revoke").status_code == 302
    assert not Grant.objects.filter(person__username="ada").exists()
    assert root.post(f"/access/grants/{grant.pk}/revoke").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"role": "membr"}, "No role &#x27;membr&#x27;. Did you mean"),
        ({"name": "adda"}, "No account"),
        ({"to": "team", "name": "service:cart"}, "is not a team"),
        ({"to": "nobody"}, "Nobody to grant it to"),
        ({"scope": "everywhere"}, "A reference without a kind"),
    ],
)
def test_a_grant_that_cannot_be_is_refused_whole_and_says_why(root, wrong, why):
    cast.person("ada")
    before = Grant.objects.count()
    answer = root.post("/access/grants", {"role": "member", "to": "person", "name": "ada", "scope": ""} | wrong)
    assert why in said(answer)
    assert Grant.objects.count() == before


def test_nobody_grants_more_than_they_hold(manager):
    cast.person("bob")
    for role in ("administrator", "member"):
        answer = manager.post("/access/grants", {"role": role, "to": "person", "name": "max"})
        assert "holds more than you do" in said(answer)
    assert manager.post("/access/grants", {"role": "manager", "to": "person", "name": "bob"}).status_code == 302


def test_nobody_makes_a_role_that_holds_more_than_they_do(manager):
    answer = manager.post("/access/roles", {"name": "mine", "permissions": ["audit.read"]})
    assert "holds more than you do" in said(answer)
    assert not Role.objects.filter(name="mine").exists()


def test_nobody_takes_back_what_is_above_them(manager):
    grant = cast.granted("administrator", person=cast.person("bob"))
    assert "holds more than you do" in said(manager.post(f"/access/grants/{grant.pk}/revoke"))
    assert Grant.objects.filter(pk=grant.pk).exists()


def test_what_an_identity_provider_granted_is_changed_there(root):
    grant = cast.granted("member", person=cast.person("bob"))
    Grant.objects.filter(pk=grant.pk).update(source="Okta")
    assert "Okta granted this" in said(root.post(f"/access/grants/{grant.pk}/revoke"))


def test_a_role_of_ones_own_is_made_changed_and_deleted(root):
    root.post("/access/roles", {"name": "auditors", "title": "Auditors", "permissions": ["audit.read"]})
    root.post("/access/roles", {"name": "auditors", "title": "Auditors", "permissions": ["audit.read", "people.read"]})
    assert Role.objects.get(name="auditors").permissions == ["audit.read", "people.read"]
    grant = cast.granted("auditors", person=cast.person("ada"))
    assert "granted to somebody" in said(root.post("/access/roles/auditors/delete"))
    grant.delete()
    assert root.post("/access/roles/auditors/delete").status_code == 302
    assert not Role.objects.filter(name="auditors").exists()


@pytest.mark.parametrize("name", ["viewer", "administrator"])
def test_a_role_that_ships_stays_as_it_is(root, name):
    before = Role.objects.get(name=name).permissions
    assert "ships with the product" in said(root.post("/access/roles", {"name": name, "permissions": ["operate"]}))
    assert "ships with the product" in said(root.post(f"/access/roles/{name}/delete"))
    assert Role.objects.get(name=name).permissions == before


def test_a_role_with_a_permission_that_is_none_is_refused(root):
    answer = root.post("/access/roles", {"name": "odd", "permissions": ["catalog.raed"]})
    assert "Did you mean &#x27;catalog.read&#x27;?" in said(answer)


def test_a_form_takes_the_fields_that_it_has_and_no_others(root):
    given = {"name": "eve", "email": "eve@x.example", "is_superuser": "1", "is_staff": "on", "is_active": "", "id": "1"}
    assert root.post("/people-new", given).status_code == 200
    eve = Person.objects.get(username="eve")
    assert (eve.is_superuser, eve.is_staff, eve.is_active) == (False, False, True)
    root.post("/access/roles", {"name": "mine", "permissions": ["audit.read"], "shipped": "1"})
    assert Role.objects.get(name="mine").shipped is False
    given = {"name": "t", "days": "30", "permissions": ["catalog.read"], "person": eve.pk, "person_id": eve.pk}
    root.post("/tokens/new", given | {"digest": "0" * 64, "prefix": "chosen00"})
    token = Token.objects.get()
    assert (token.person.username, token.prefix == "chosen00") == ("root", False)


def test_a_new_account_can_sign_in_with_the_password_that_is_shown_once(root):
    text = root.post("/people-new", {"name": "ada", "email": ""}).content.decode()
    password = re.search(r"this once: <code>(.*?)</code>", text)[1]
    assert Client().post("/sign-in", {"username": "ada", "password": password}).headers["Location"] == "/"
    assert password not in root.get("/people").content.decode()
    assert password not in str(Entry.objects.values())
    assert "There is an account ada already" in said(root.post("/people-new", {"name": "ada", "email": ""}))


def test_a_closed_account_is_out_at_once_and_its_tokens_end(root):
    ada = cast.person("ada")
    hers = signed_in(ada)
    made = hers.post("/tokens/new", {"name": "t", "days": "30", "permissions": ["catalog.read"]})
    secret = SECRET.search(made.content.decode())[0]
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/vocabulary", headers=bearer).status_code == 200
    assert root.post("/people/ada/close").status_code == 302
    assert hers.get("/").status_code == 302
    assert Client().get("/api/v1/vocabulary", headers=bearer).status_code == 401
    again = Client()
    again.post("/sign-in", {"username": "ada", "password": "a long password"})
    assert again.get("/").headers["Location"].startswith("/sign-in")
    assert root.post("/people/ada/open").status_code == 302
    assert Client().post("/sign-in", {"username": "ada", "password": "a long password"}).status_code == 302
    assert Client().get("/api/v1/vocabulary", headers=bearer).status_code == 401


def test_nobody_closes_themselves_or_somebody_above_them(root, manager):
    assert "your own account" in said(root.post("/people/root/close"))
    assert "an administrator&#x27;s" in said(manager.post("/people/root/close"))
    assert Person.objects.get(username="root").is_active


def test_people_join_and_leave_teams_by_hand(root):
    ada = cast.person("ada")
    root.post("/people/ada/teams", {"team": "payments"})
    row = Membership.objects.get()
    assert (row.team, row.source) == ("team:default/payments", "manual")
    assert "is not a team" in said(root.post("/people/ada/teams", {"team": "service:cart"}))
    assert root.post(f"/people/ada/teams/{row.pk}/leave").status_code == 302
    synced = cast.member(ada, "team:default/payments", "synced", "Okta")
    assert "Okta says who is in this team" in said(root.post(f"/people/ada/teams/{synced.pk}/leave"))
    assert "Synced: Okta" in root.get("/people/ada").content.decode()


def test_a_membership_is_ended_only_under_its_own_account(root):
    row = cast.member(cast.person("ada"), "team:default/payments")
    cast.person("bob")
    assert root.post(f"/people/bob/teams/{row.pk}/leave").status_code == 404
    assert Membership.objects.exists()


def test_a_token_is_shown_once_and_only_to_who_made_it(root):
    text = root.post("/tokens/new", {"name": "push", "days": "7", "permissions": ["facts.write"]}).content.decode()
    secret = SECRET.search(text)[0]
    assert secret not in root.get("/tokens").content.decode()
    assert secret not in b"".join(root.get("/audit.jsonl")).decode()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"days": "36500"}, "one of the spans"),
        ({"permissions": ["everything"]}, "no such permission"),
        ({"permissions": []}, "needs a permission"),
        ({"permissions": ["rules.write"]}, "do not hold rules.write"),
        ({"owner": "ci"}, "may not make this token"),
        ({"owner": "none"}, "No service account"),
    ],
)
def test_a_token_that_cannot_be_is_refused(wrong, why):
    cast.service("ci")
    ada = signed_in(cast.person("ada"))
    answer = ada.post("/tokens/new", {"name": "t", "days": "30", "permissions": ["catalog.read"]} | wrong)
    assert why in said(answer)
    assert not Token.objects.exists()


def test_who_manages_access_sees_and_revokes_everybodys_tokens(root):
    signed_in(cast.person("ada")).post("/tokens/new", {"name": "t", "days": "30", "permissions": ["catalog.read"]})
    token = Token.objects.get()
    assert token.prefix in root.get("/tokens").content.decode()
    root.post(f"/tokens/{token.prefix}/revoke")
    assert Token.objects.get().revoked_at is not None


def test_a_service_account_is_closed_and_opened(root):
    root.post("/access/services", {"name": "ci", "title": "The build"})
    assert "not a name of a service account" in said(root.post("/access/services", {"name": "C I"})).lower()
    assert "already" in said(root.post("/access/services", {"name": "ci"}))
    root.post("/access/services/ci/close")
    assert not Service.objects.get().active
    root.post("/access/services/ci/open")
    assert Service.objects.get().active


def test_forms_need_the_token_of_their_page(root):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Person.objects.get(username="root"))
    answer = strict.post("/access/grants", {"role": "administrator", "to": "everyone"})
    assert answer.status_code == 403
    assert Grant.objects.filter(role__name="administrator").count() == 0


def test_names_are_escaped_on_every_page(root):
    Person.objects.create(username="x", first_name="<script>alert(1)</script>", email="a@b.example")
    root.post("/access/services", {"name": "ci", "title": "<script>alert(1)</script>"})
    root.post("/access/roles", {"name": "odd", "title": "<script>alert(1)</script>", "permissions": ["operate"]})
    root.post("/tokens/new", {"name": "<script>alert(1)</script>", "days": "30", "permissions": ["catalog.read"]})
    for url in ("/people", "/people/x", "/access", "/tokens", "/audit"):
        assert "<script>alert" not in root.get(url).content.decode()


def test_the_menu_and_the_palette_offer_what_one_may_open(root):
    ada = signed_in(cast.person("ada"))
    assert "/audit" in root.get("/fact-types").content.decode()
    text = ada.get("/fact-types").content.decode()
    assert 'href="/tokens"' in text
    assert 'href="/audit"' not in text
    entries = {entry["url"] for entry in ada.get("/palette.json").json()["entries"]}
    assert "/tokens" in entries
    assert not {"/audit", "/people", "/access"} & entries


def test_every_change_is_in_the_log(root):
    cast.person("ada")
    root.post("/access/grants", {"role": "member", "to": "person", "name": "ada"})
    root.post(f"/access/grants/{Grant.objects.get(person__username='ada').pk}/revoke")
    root.post("/access/roles", {"name": "mine", "permissions": ["audit.read"]})
    root.post("/access/roles", {"name": "mine", "permissions": ["people.read"]})
    root.post("/access/roles/mine/delete")
    root.post("/access/services", {"name": "ci"})
    root.post("/access/services/ci/close")
    root.post("/people-new", {"name": "bob"})
    root.post("/people/ada/close")
    root.post("/people/ada/open")
    root.post("/people/ada/teams", {"team": "payments"})
    root.post(f"/people/ada/teams/{Membership.objects.get().pk}/leave")
    root.post("/tokens/new", {"name": "t", "days": "30", "permissions": ["catalog.read"]})
    root.post(f"/tokens/{Token.objects.get().prefix}/revoke")
    told = list(
        Entry.objects.filter(actor="root")
        .exclude(action="session.begun")
        .order_by("number")
        .values_list("action", flat=True)
    )
    assert told == [
        "grant.made",
        "grant.revoked",
        "role.made",
        "role.changed",
        "role.deleted",
        "service-account.made",
        "service-account.closed",
        "account.made",
        "account.closed",
        "account.opened",
        "membership.made",
        "membership.ended",
        "token.made",
        "token.revoked",
    ]
