"""Several operations in one request of SCIM: each as if it came alone."""

import json

import pytest
from tests.scim.conftest import bearer
from tests.scim.test_provisioning import group, mapped, patch, user  # noqa: F401 - a fixture

from greenboard.access.models import Entry, Membership, Person
from greenboard.identity.models import Group
from greenboard.scim import bulk

ASKED = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
pytestmark = pytest.mark.django_db


def operation(method, path, data=None, **more):
    return {"method": method, "path": path, **({} if data is None else {"data": data}), **more}


def sent(scim, *operations, **more):
    return scim("POST", "/Bulk", {"schemas": [ASKED], "Operations": list(operations), **more})


def statuses(answer):
    assert answer.status_code == 200, answer.content
    return [one["status"] for one in answer.said["Operations"]]


def test_people_and_the_group_they_are_in_are_made_at_once(scim, mapped):  # noqa: F811
    answer = sent(
        scim,
        operation("POST", "/Groups", group("team-payments", "bulkId:one"), bulkId="g"),
        operation("POST", "/Users", user("ada"), bulkId="one"),
        operation("PATCH", "/Groups/bulkId:g", patch({"op": "replace", "path": "displayName", "value": "team-pay"})),
    )
    assert statuses(answer) == ["201", "201", "200"]
    ada = Person.objects.get(username="ada")
    assert Membership.objects.get(person=ada).team == "team:default/pay"
    told = answer.said["Operations"]
    assert told[1]["location"] == f"http://testserver/scim/v2/Users/{ada.pk}"
    assert told[1]["bulkId"] == "one"
    assert told[0]["version"].startswith("W/")
    assert Entry.objects.filter(action="account.provisioned", actor_kind="service").count() == 1


def test_what_is_refused_says_so_and_the_others_hold(scim):
    answer = sent(
        scim,
        operation("POST", "/Users", user("ada"), bulkId="a"),
        operation("POST", "/Users", user("ada"), bulkId="b"),
        operation("POST", "/Users", user("bob"), bulkId="c"),
        operation("DELETE", "/Users/999999"),
    )
    assert statuses(answer) == ["201", "409", "201", "404"]
    assert answer.said["Operations"][1]["response"]["scimType"] == "uniqueness"
    assert sorted(Person.objects.exclude(username="boss").values_list("username", flat=True)) == ["ada", "bob"]


def test_after_as_many_errors_as_are_allowed_nothing_more_is_done(scim):
    wrong = operation("POST", "/Users", user("a\nb"), bulkId="w")
    answer = sent(scim, wrong, operation("POST", "/Users", user("bob"), bulkId="c"), failOnErrors=1)
    assert statuses(answer) == ["400"]
    assert not Person.objects.filter(username="bob").exists()


def test_a_change_names_the_version_that_it_is_of(scim):
    made = scim("POST", "/Users", user("ada")).said
    path = f"/Users/{made['id']}"
    stale = operation("PUT", path, user("ada", displayName="A"), version='W/"stale"')
    fresh = operation("PUT", path, user("ada", displayName="A"), version=made["meta"]["version"])
    assert statuses(sent(scim, stale, fresh)) == ["412", "200"]
    assert statuses(sent(scim, operation("DELETE", path))) == ["204"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (operation("POST", "/Users", user("eve")), "400"),
        (operation("POST", "/Users/1", user("eve"), bulkId="x"), "400"),
        (operation("PUT", "/Users", user("eve")), "400"),
        (operation("PATCH", "/Users/1"), "400"),
        (operation("GET", "/Users/1"), "400"),
        (operation("DELETE", "/Bulk"), "400"),
        (operation("DELETE", "/Users/../../api/v1/hooks/1"), "400"),
        (operation("POST", "/Groups", group("g", "bulkId:nobody"), bulkId="x"), "409"),
        (operation("POST", "/Groups", group("g", "bulkId:x"), bulkId="x"), "409"),
        ({"method": "DELETE"}, "400"),
    ],
)
def test_an_operation_that_cannot_be_is_refused_alone(scim, wrong, status):
    assert statuses(sent(scim, wrong, operation("POST", "/Users", user("bob"), bulkId="b"))) == [status, "201"]
    assert not Group.objects.exists()


def test_a_request_that_is_none_or_too_large_does_nothing(scim, monkeypatch):
    assert scim("POST", "/Bulk", {"Operations": []}).status_code == 400
    assert scim("POST", "/Bulk", {"schemas": ["x"], "Operations": []}).status_code == 400
    assert scim("POST", "/Bulk", {"schemas": [ASKED], "Operations": [1]}).status_code == 400
    assert scim("GET", "/Bulk").status_code == 405
    deep = json.loads("[" * 900 + "]" * 900)
    assert sent(scim, operation("POST", "/Users", {"userName": "ada", "x": deep}, bulkId="d")).status_code in (200, 400)
    monkeypatch.setattr(bulk, "MOST", 1)
    one = operation("POST", "/Users", user("eve"), bulkId="e")
    assert sent(scim, one, one).status_code == 413
    monkeypatch.setattr(bulk, "LARGEST", 10)
    assert sent(scim, one).status_code == 413
    assert not Person.objects.filter(username="eve").exists()


def test_only_a_token_that_may_provision_may(scim, client):
    one = operation("POST", "/Users", user("eve"), bulkId="e")
    scim.token = bearer("people.read")
    assert sent(scim, one).status_code == 403
    scim.token = "gb_00000000_" + "x" * 43
    assert sent(scim, one).status_code == 401
    assert not Person.objects.filter(username="eve").exists()
