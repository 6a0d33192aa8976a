"""Whatever changes something may be sent again under a key, and is done once."""

from greenboard.access.models import Grant, Membership, Token
from greenboard.api import idempotency, reference
from greenboard.api.models import Answered
from greenboard.hooks.models import Hook

KEY = {"Idempotency-Key": "a-key"}
GRANT = {"role": "viewer", "to": "person", "name": "grace"}
HOOK = {"name": "chat", "url": "https://93.184.215.14/hook"}


def test_every_operation_that_changes_something_takes_a_key():
    without = set()
    for path in reference.document()["paths"].values():
        for method, told in path.items():
            keyed = any(one["name"] == "Idempotency-Key" for one in told.get("parameters", ()))
            assert not (keyed and method == "get")
            if method != "get" and not keyed:
                without.add(told["operationId"])
    assert without == idempotency.WITHOUT


def test_what_is_made_is_made_once(administrator):
    before = Grant.objects.count()
    first = administrator.post("grants", GRANT, **KEY)
    again = administrator.post("grants", GRANT, **KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Grant.objects.count() == before + 1


def test_what_is_ended_is_ended_once(administrator):
    administrator.post("people/grace/teams", {"team": "team:default/payments"})
    address = f"/api/v1/people/grace/teams/{Membership.objects.get().pk}"
    for _ in range(2):
        assert administrator.ask("DELETE", address, **KEY).status_code == 204
    assert administrator.ask("DELETE", address).status_code == 404


def test_an_answer_with_a_secret_is_kept_nowhere_and_nothing_is_made_twice(administrator):
    first = administrator.post("hooks", HOOK, **KEY)
    assert (first.status_code, first.headers["Cache-Control"]) == (201, "no-store")
    again = administrator.post("hooks", HOOK, **KEY)
    assert again.status_code == 409
    assert "shown then" in again.json()["detail"]
    assert Hook.objects.count() == 1
    assert first.json()["secret"] not in str(list(Answered.objects.values()))
    token = {"name": "ci", "permissions": ["catalog.read"]}
    assert administrator.post("tokens", token, **{"Idempotency-Key": "another"}).status_code == 201
    assert administrator.post("tokens", token, **{"Idempotency-Key": "another"}).status_code == 409
    assert Token.objects.count() == 1


def test_a_rule_is_saved_once(administrator):
    address = "/api/v1/scorecards/production-readiness/rules/cod-1-coverage"
    known = administrator.get(address)
    assert known.headers["ETag"]
    assert administrator.get(address, **{"If-None-Match": known.headers["ETag"]}).status_code == 304
    edited = {"based_on": known.json()["digest"], "weight": 7}
    first = administrator.ask("PUT", address, edited, **KEY)
    again = administrator.ask("PUT", address, edited, **KEY)
    assert (first.status_code, first.json()["weight"]) == (200, 7)
    assert (again.status_code, again.json()) == (200, first.json())
    assert administrator.ask("PUT", address, edited).status_code == 409
