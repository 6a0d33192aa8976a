"""What provisioning means: accounts that come and go, groups that become teams and roles, and who may do it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.scim.conftest import Scim, bearer

from greenboard.access.models import Entry, Grant, Membership, Person, Token
from greenboard.catalog import descriptors, store
from greenboard.core import clock
from greenboard.facts import crewing
from greenboard.facts.store import vocabulary
from greenboard.identity import membership
from greenboard.identity.configuration import Identity
from greenboard.identity.models import Group
from greenboard.results import service
from greenboard.results import store as results
from greenboard.rules.types import Outcome
from greenboard.scorecards.store import standard

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
pytestmark = pytest.mark.django_db


def user(name, /, **more):
    emails = [{"value": f"{name}@example.com", "primary": True}]
    return {"schemas": [USER], "userName": name, "emails": emails, "active": True, **more}


def group(name, *members):
    return {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]}


def patch(*operations):
    return {"schemas": [PATCH], "Operations": list(operations)}


@pytest.fixture
def ada(scim):
    return scim("POST", "/Users", user("ada", externalId="x-1", name={"givenName": "Ada"})).said


@pytest.fixture
def mapped(settings):
    settings.IDENTITY = Identity.model_validate(
        {
            "scim": {
                "groups": [
                    {"group": "team-*", "team": "team:default/*"},
                    {"group": "admins", "role": "administrator"},
                ]
            }
        }
    )


def test_a_person_gets_an_account_without_a_password(scim, ada):
    person = Person.objects.get(username="ada")
    assert (person.email, person.first_name, person.is_active) == ("ada@example.com", "Ada", True)
    assert not person.has_usable_password()
    assert ada["id"] == str(person.pk)
    assert ada["externalId"] == "x-1"
    assert ada["meta"]["location"] == f"http://testserver/scim/v2/Users/{person.pk}"


def test_a_second_of_the_same_name_is_a_conflict_whatever_its_letters(scim, ada):
    answer = scim("POST", "/Users", user("ADA"))
    assert (answer.status_code, answer.said["scimType"]) == (409, "uniqueness")
    assert Person.objects.filter(username__iexact="ada").count() == 1


def test_who_is_deactivated_is_out_at_once_and_can_come_back(scim, ada, client):
    person = Person.objects.get(username="ada")
    Token.objects.create(prefix="abcd1234", digest="x", name="mine", person=person, created_at=clock.now())
    client.force_login(person)
    assert client.get("/").status_code == 200
    change = patch({"op": "Replace", "path": "active", "value": False})
    answer = scim("PATCH", f"/Users/{ada['id']}", change)
    assert answer.said["active"] is False
    assert client.get("/").status_code == 302
    assert Token.objects.get(prefix="abcd1234").revoked_at is not None
    scim("PATCH", f"/Users/{ada['id']}", patch({"op": "replace", "value": {"active": True}}))
    assert Person.objects.get(pk=person.pk).is_active
    assert Token.objects.get(prefix="abcd1234").revoked_at is not None


def test_who_is_deleted_is_closed_not_forgotten_and_may_be_provisioned_anew(scim, ada):
    assert scim("DELETE", f"/Users/{ada['id']}").status_code == 204
    assert scim("GET", f"/Users/{ada['id']}").status_code == 404
    assert scim("GET", "/Users").said["totalResults"] == 0
    assert not Person.objects.get(username="ada").is_active
    again = scim("POST", "/Users", user("ada"))
    assert again.status_code == 201
    assert again.said["id"] == ada["id"]
    assert Person.objects.get(username="ada").is_active


def test_groups_become_teams_and_roles(scim, ada, mapped):
    person = Person.objects.get(username="ada")
    made = scim("POST", "/Groups", group("team-payments", ada["id"])).said
    admins = scim("POST", "/Groups", group("admins")).said
    assert [(one.team, one.provider) for one in Membership.objects.filter(person=person)] == [
        ("team:default/payments", "scim")
    ]
    scim("PATCH", f"/Groups/{admins['id']}", patch({"op": "add", "path": "members", "value": [{"value": ada["id"]}]}))
    assert Grant.objects.get(person=person).role.name == "administrator"
    assert [one["display"] for one in scim("GET", f"/Users/{ada['id']}").said["groups"]] == ["team-payments", "admins"]
    remove = patch({"op": "remove", "path": f'members[value eq "{ada["id"]}"]'})
    scim("PATCH", f"/Groups/{admins['id']}", remove)
    assert not Grant.objects.filter(person=person).exists()
    scim("PATCH", f"/Groups/{made['id']}", patch({"op": "replace", "path": "displayName", "value": "team-search"}))
    assert Membership.objects.get(person=person).team == "team:default/search"
    scim("DELETE", f"/Groups/{made['id']}")
    assert not Membership.objects.filter(person=person).exists()


def test_what_a_team_owns_reads_that_the_provider_was_heard_of_within_days(scim, ada, mapped):
    stated = "entities: [{kind: team, name: payments}, {kind: service, name: ledger, owner: payments}]"
    store.save(descriptors.read(stated, "greenboard.yaml"), clock.now(), cause="a test")
    scim("POST", "/Groups", group("team-payments", ada["id"]))
    crewing.forget()
    crewing.tend(clock.now())
    now = clock.now()
    assert synced(now) == synced(now + timedelta(days=1)) == Outcome.PASS
    later = now + timedelta(days=3)
    crewing.tend(later)
    assert synced(later) == Outcome.NO_DATA, "nothing was heard for days: it may be that nothing changed"
    membership.heard("scim", later)
    crewing.tend(later)
    assert synced(later + timedelta(hours=1)) == Outcome.PASS


def synced(at):
    card = standard("production-readiness", vocabulary())
    service.evaluate(card, at)
    (result,) = results.results(card.name, rule="own-2-synced")
    return result.outcome


def test_a_group_of_somebody_unknown_is_refused_whole(scim, ada):
    answer = scim("POST", "/Groups", group("team-x", ada["id"], "999999"))
    assert (answer.status_code, answer.said["scimType"]) == (400, "invalidValue")
    assert "999999" in answer.said["detail"]
    assert not Group.objects.exists()
    nested = {"schemas": [GROUP], "displayName": "x", "members": [{"value": "1", "type": "Group"}]}
    assert scim("POST", "/Groups", nested).status_code == 400


@pytest.mark.parametrize(
    ("filter_", "names"),
    [
        ('userName eq "ADA"', ["ada"]),
        ('externalId eq "x-1"', ["ada"]),
        ('externalId eq "X-1"', []),
        ('emails.value eq "bob@example.com"', ["bob"]),
        ('userName sw "b" and active eq true', ["bob"]),
        ("active eq false", ["carol"]),
        ("name.givenName pr", ["ada"]),
        ('not (userName eq "ada") and (userName co "o")', ["bob", "carol"]),
        ('userName eq "nobody"', []),
        ('id eq "x"', []),
    ],
)
def test_people_are_found_by_filters(scim, ada, filter_, names):
    scim("POST", "/Users", user("bob"))
    scim("POST", "/Users", user("carol", active=False))
    found = scim("GET", f"/Users?filter={filter_}").said
    assert [one["userName"] for one in found["Resources"]] == names
    assert found["totalResults"] == len(names)


def test_a_filter_that_cannot_be_read_is_refused(scim):
    for filter_ in ("userName eq", "userNam eq 1", "(((", 'userName regex "x"'):
        answer = scim("GET", f"/Users?filter={filter_}")
        assert (answer.status_code, answer.said["scimType"]) == (400, "invalidFilter"), filter_


def test_people_come_page_by_page(scim):
    for number in range(7):
        scim("POST", "/Users", user(f"p{number}"))
    first = scim("GET", "/Users?startIndex=1&count=3").said
    second = scim("GET", "/Users?startIndex=4&count=3").said
    last = scim("GET", "/Users?startIndex=7&count=3").said
    names = [one["userName"] for page in (first, second, last) for one in page["Resources"]]
    assert names == [f"p{number}" for number in range(7)]
    assert (first["totalResults"], first["itemsPerPage"], last["itemsPerPage"]) == (7, 3, 1)
    turned = scim("GET", "/Users?sortBy=userName&sortOrder=descending&count=2").said
    assert [one["userName"] for one in turned["Resources"]] == ["p6", "p5"]
    assert scim("GET", "/Users?count=0").said["totalResults"] == 7


def test_a_change_of_something_that_changed_meanwhile_is_refused(scim, ada):
    version = scim("GET", f"/Users/{ada['id']}")["ETag"]
    assert scim("GET", f"/Users/{ada['id']}", If_None_Match=version).status_code == 304
    title = patch({"op": "replace", "path": "title", "value": "Countess"})
    assert scim("PATCH", f"/Users/{ada['id']}", title, If_Match=version).status_code == 200
    stale = scim("PATCH", f"/Users/{ada['id']}", title, If_Match=version)
    assert stale.status_code == 412
    assert scim("DELETE", f"/Users/{ada['id']}", If_Match=version).status_code == 412
    assert Person.objects.get(username="ada").is_active


def test_the_administrator_is_neither_seen_nor_changed(scim):
    boss = Person.objects.get(username="boss")
    assert scim("GET", f"/Users/{boss.pk}").status_code == 404
    assert scim("DELETE", f"/Users/{boss.pk}").status_code == 404
    assert scim("POST", "/Users", user("boss")).status_code == 409
    assert scim("POST", "/Groups", group("x", str(boss.pk))).status_code == 400


def test_an_account_that_was_made_here_is_found_and_taken_over(scim):
    person = Person.objects.create_user("grace", email="grace@example.com", first_name="Grace")
    (found,) = scim("GET", '/Users?filter=userName eq "grace"').said["Resources"]
    assert (found["id"], found["name"]["givenName"]) == (str(person.pk), "Grace")
    scim("PUT", f"/Users/{person.pk}", user("grace.h"))
    person.refresh_from_db()
    assert person.username == "grace.h"


def test_what_is_told_and_not_used_is_given_back(scim):
    said = user("ada", title="Countess", locale="en-GB", phoneNumbers=[{"value": "+44 1", "type": "work"}])
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    said["schemas"].append(enterprise)
    said[enterprise] = {"department": "Engines"}
    made = scim("POST", "/Users", said).said
    read = scim("GET", f"/Users/{made['id']}").said
    assert (read["title"], read["locale"], read["phoneNumbers"][0]["value"]) == ("Countess", "en-GB", "+44 1")
    assert read[enterprise] == {"department": "Engines"}


def test_rights_are_not_part_of_a_person(scim):
    """Mass assignment: whatever an attribute is called, it makes nobody more than they are."""
    made = scim(
        "POST",
        "/Users",
        user("eve", is_superuser=True, isSuperuser=True, is_staff=True, id="1", roles=[{"value": "administrator"}]),
    ).said
    person = Person.objects.get(pk=made["id"])
    assert not person.is_superuser
    assert not person.is_staff
    assert not Grant.objects.filter(person=person).exists()


def test_passwords_are_set_and_never_given_back(scim):
    made = scim("POST", "/Users", user("ada", password="a long password"))
    assert "a long password" not in made.content.decode()
    person = Person.objects.get(username="ada")
    assert person.check_password("a long password")
    assert "a long password" not in str(person.provisioned.data)
    assert not Entry.objects.filter(after__contains="a long password").exists()


@pytest.mark.parametrize(
    ("token", "status"), [("", 401), ("gb_00000000_" + "x" * 43, 401), (None, 403)], ids=["none", "wrong", "other"]
)
def test_only_a_token_that_may_provision_may(client, token, status):
    scim = Scim(bearer("catalog.read") if token is None else token, client)
    for method, path in (("GET", "/Users"), ("POST", "/Users"), ("GET", "/Schemas"), ("DELETE", "/Groups/x")):
        answer = scim(method, path, user("eve") if method == "POST" else None)
        assert answer.status_code == status, path
        assert answer.said["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert not Person.objects.filter(username="eve").exists()


def test_a_session_is_not_enough(client):
    client.force_login(Person.objects.create_superuser("root"))
    assert client.get("/scim/v2/Users").status_code == 401


def test_what_cannot_be_meant_is_refused_in_the_words_of_scim(scim):
    for body, kind in (
        ({"schemas": [USER]}, "invalidValue"),
        (user(""), "invalidValue"),
        (user("a\nb"), "invalidValue"),
    ):
        answer = scim("POST", "/Users", body)
        assert (answer.status_code, answer.said["scimType"]) == (400, kind), body
    broken = scim.client.generic("POST", "/scim/v2/Users", "{", headers={"Authorization": f"Bearer {scim.token}"})
    assert broken.status_code == 400
    assert not Person.objects.exclude(username="boss").exists()


def test_every_change_is_in_the_audit_log_with_the_service_that_made_it(scim, ada):
    scim("PATCH", f"/Users/{ada['id']}", patch({"op": "replace", "path": "active", "value": False}))
    lines = Entry.objects.filter(target="account:ada").order_by("number")
    assert [line.action for line in lines] == ["account.provisioned", "account.closed", "account.changed"]
    assert {(line.actor_kind, line.via) for line in lines} == {("service", "scim")}
