"""Access over the API: people, roles, grants, service accounts, tokens and the audit log."""

import hashlib
import json

import pytest

from greenboard.access.models import Entry, Grant, Person, Role, Token

ADA = "/api/v1/people/ada"


def told(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def test_a_person_gets_an_account_a_team_and_a_role(administrator):
    made = told(administrator.post("people", {"name": "eve", "email": "eve@x.example"}), 201)
    assert len(made["password"]) >= 16
    assert made["administrator"] is False
    joined = told(administrator.post("people/eve/teams", {"team": "team:default/payments"}), 201)
    assert (joined["source"], joined["team"]) == ("manual", "team:default/payments")
    grant = {"role": "member", "to": "person", "name": "eve", "scope": "team:default/payments"}
    granted = told(administrator.post("grants", grant), 201)
    assert granted["created_by"] == "grace"
    assert told(administrator.post("grants", grant), 409)["detail"] == "this is granted already"
    shown = told(administrator.get("/api/v1/people/eve"))
    assert [one["team"] for one in shown["memberships"]] == ["team:default/payments"]
    assert "password" not in shown
    told(administrator.delete(f"/api/v1/grants/{granted['id']}", {}), 204)
    told(administrator.delete(f"/api/v1/people/eve/teams/{joined['id']}", {}), 204)
    assert told(administrator.get("/api/v1/people/eve"))["memberships"] == []


def test_a_field_that_is_not_for_the_asking_is_refused(administrator):
    for more in ({"administrator": True}, {"is_superuser": True}, {"password": "chosen by me"}):
        told(administrator.post("people", {"name": "eve", **more}), 422)
    assert not Person.objects.filter(username="eve").exists()


def test_nobody_gives_more_than_they_hold(company, reader):
    Role.objects.create(name="manager", permissions=["access.manage"])
    Grant.objects.create(
        role=Role.objects.get(name="manager"),
        person=Person.objects.get(username="ada"),
        created_at=Person.objects.get().date_joined,
    )
    told(reader.post("grants", {"role": "administrator", "to": "person", "name": "ada"}), 403)
    told(reader.put("/api/v1/roles/mine", {"permissions": ["operate"]}), 403)
    told(reader.post("service-accounts", {"name": "ci"}), 201)
    told(reader.post("service-accounts/ci/tokens", {"name": "t", "permissions": ["rules.write"]}), 403)


def test_a_service_account_gets_a_token_that_works_within_what_is_granted(administrator, client):
    told(administrator.post("service-accounts", {"name": "ci", "title": "The build"}), 201)
    made = told(administrator.post("service-accounts/ci/tokens", {"name": "t", "permissions": ["catalog.read"]}), 201)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    refused = told(client.get("/api/v1/entities", headers=bearer), 403)
    assert "The token, or whoever it belongs to, lacks the permission catalog.read." in refused["detail"]
    told(administrator.post("grants", {"role": "viewer", "to": "service", "name": "ci"}), 201)
    assert client.get("/api/v1/entities", headers=bearer).status_code == 200
    told(administrator.post("service-accounts/ci/close", {}))
    assert client.get("/api/v1/entities", headers=bearer).status_code == 401
    told(administrator.post("service-accounts/ci/open", {}))
    (shown,) = told(administrator.get("/api/v1/service-accounts/ci/tokens"))["tokens"]
    assert shown["last_used_at"] is not None
    assert "token" not in shown
    told(administrator.delete(f"/api/v1/service-accounts/ci/tokens/{made['prefix']}", {}), 204)
    assert client.get("/api/v1/entities", headers=bearer).status_code == 401


def test_a_service_account_sees_only_what_its_grant_covers(administrator, client):
    told(administrator.post("service-accounts", {"name": "ci"}), 201)
    scoped = {"role": "viewer", "to": "service", "name": "ci", "scope": "service:default/ledger"}
    told(administrator.post("grants", scoped), 201)
    made = told(administrator.post("service-accounts/ci/tokens", {"name": "t", "permissions": ["catalog.read"]}), 201)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    found = client.get("/api/v1/entities", headers=bearer).json()["entities"]
    assert [one["ref"] for one in found] == ["service:default/ledger"]
    assert client.get("/api/v1/entities/service/default/checkout", headers=bearer).status_code == 404
    for path in ("facts", "results", "levels", "changes", "relations", "teams", "gaps"):
        assert "checkout" not in client.get(f"/api/v1/{path}", headers=bearer).content.decode()


def test_own_tokens_are_made_by_a_session_and_by_no_token(reader, client):
    made = told(reader.post("tokens", {"name": "t", "permissions": ["catalog.read"], "days": 7}), 201)
    assert [one["prefix"] for one in told(reader.get("/api/v1/tokens"))["tokens"]] == [made["prefix"]]
    bearer = {"Authorization": f"Bearer {made['token']}"}
    body = json.dumps({"name": "t", "permissions": ["catalog.read"]})
    answer = client.post("/api/v1/tokens", body, content_type="application/json", headers=bearer)
    assert answer.status_code == 403
    told(reader.post("tokens", {"name": "t", "permissions": ["tokens.own"]}), 400)
    told(reader.delete(f"/api/v1/tokens/{made['prefix']}", {}), 204)
    assert Token.objects.get().revoked_at is not None


def test_a_token_of_somebody_else_is_not_found(administrator, reader):
    made = told(administrator.post("tokens", {"name": "t", "permissions": ["catalog.read"]}), 201)
    told(reader.delete(f"/api/v1/tokens/{made['prefix']}", {}), 404)
    assert told(reader.get("/api/v1/tokens"))["tokens"] == []


def test_roles_are_made_changed_and_deleted(administrator):
    told(administrator.put("/api/v1/roles/auditors", {"permissions": ["audit.read"]}))
    changed = {"title": "Auditors", "permissions": ["people.read", "audit.read"]}
    assert told(administrator.put("/api/v1/roles/auditors", changed))["permissions"] == ["audit.read", "people.read"]
    names = [one["name"] for one in told(administrator.get("/api/v1/roles"))["roles"]]
    assert names == ["administrator", "auditors", "maintainer", "member", "viewer"]
    told(administrator.delete("/api/v1/roles/auditors", {}), 204)
    told(administrator.delete("/api/v1/roles/viewer", {}), 409)
    told(administrator.delete("/api/v1/roles/never-was", {}), 404)


def test_a_closed_account_is_out_and_nobody_closes_themselves(administrator, reader):
    told(administrator.post("people/ada/close", {}))
    told(reader.get(ADA), 401)
    assert told(administrator.get(ADA))["active"] is False
    assert [one["name"] for one in told(administrator.get("/api/v1/people?active=false"))["people"]] == ["ada"]
    told(administrator.post("people/grace/close", {}), 409)
    told(administrator.post("people/ada/open", {}))


def test_people_come_in_pages(administrator):
    for number in range(5):
        Person.objects.create_user(f"p{number}")
    seen, address = [], "/api/v1/people?limit=2"
    while address:
        page = told(administrator.get(address))
        seen += [one["name"] for one in page["people"]]
        address = page["next"] and f"/api/v1/people?limit=2&cursor={page['next']}"
    assert seen == ["grace", *(f"p{number}" for number in range(5))]


def test_the_log_comes_in_pages_and_proves_itself(administrator):
    for number in range(5):
        told(administrator.post("service-accounts", {"name": f"ci-{number}"}), 201)
    seen, address = [], "/api/v1/audit?limit=2&action=service-account."
    while address:
        page = told(administrator.get(address))
        seen += page["lines"]
        address = page["next"] and f"/api/v1/audit?limit=2&action=service-account.&cursor={page['next']}"
    assert [one["target"] for one in seen] == [f"service-account:ci-{number}" for number in (4, 3, 2, 1, 0)]
    assert {(one["via"], one["actor"]) for one in seen} == {("api", "grace")}
    for line in seen:
        digest = line.pop("digest")
        text = json.dumps(line, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode("ascii")).hexdigest() == digest
    assert told(administrator.get("/api/v1/audit?cursor=0"))["lines"] == []


@pytest.mark.parametrize("path", ["audit?start=never", "audit?who=ada", "people?active=maybe"])
def test_a_filter_that_cannot_be_meant_is_refused(administrator, path):
    told(administrator.get(f"/api/v1/{path}"), 422)


def test_secrets_are_in_no_answer_of_the_log(administrator):
    made = told(administrator.post("tokens", {"name": "t", "permissions": ["catalog.read"]}), 201)
    eve = told(administrator.post("people", {"name": "eve"}), 201)
    kept = str(Entry.objects.values())
    assert made["token"][-20:] not in kept
    assert eve["password"] not in kept


def test_who_asks_is_told_who_they_are_and_what_they_may(administrator, reader, company):
    told(administrator.post("people/ada/teams", {"team": "team:default/payments"}), 201)
    granted = {"role": "member", "to": "team", "name": "team:default/payments", "scope": "team:default/payments"}
    told(administrator.post("grants", granted), 201)
    me = told(reader.get("/api/v1/me"))
    assert (me["kind"], me["name"], me["token"], me["administrator"]) == ("person", "ada", None, False)
    assert me["teams"] == [{"ref": "team:default/payments", "within": False}]
    assert [(one["role"], one["scope"], one["through"]) for one in me["roles"]] == [
        ("viewer", "", "everyone"),
        ("member", "team:default/payments", "team:default/payments"),
    ]
    may = {one["name"]: one for one in me["permissions"]}
    assert may["catalog.read"]["everywhere"] is True
    assert (may["facts.write"]["everywhere"], may["facts.write"]["within"]) == (False, ["team:default/payments"])
    assert "people.read" not in may
    assert told(administrator.get("/api/v1/me"))["administrator"] is True


def test_a_token_says_whose_it_is_and_how_far_it_reaches(administrator, client):
    told(administrator.post("service-accounts", {"name": "ci", "title": "The build"}), 201)
    told(administrator.post("grants", {"role": "maintainer", "to": "service", "name": "ci"}), 201)
    wish = {"name": "t", "permissions": ["facts.write"], "scope": "service:default/ledger"}
    made = told(administrator.post("service-accounts/ci/tokens", wish), 201)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    me = told(client.get("/api/v1/me", headers=bearer))
    assert (me["kind"], me["name"], me["full_name"]) == ("service", "ci", "The build")
    assert me["token"]["scope"] == "service:default/ledger"
    assert [(one["name"], one["within"]) for one in me["permissions"]] == [("facts.write", ["service:default/ledger"])]
    told(client.get("/api/v1/me", headers={"Authorization": f"Bearer {made['token'][:-1]}x"}), 401)
