"""Attestations over the API: the same rules as in the browser, told as problems with the place of each."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.attestations import cast
from tests.attestations.cast import OTHER, SERVICE

from greenboard.access import tokens
from greenboard.access.models import Grant, Role, Service
from greenboard.access.permissions import Permission
from greenboard.attestations.models import Attestation
from greenboard.core import clock

pytestmark = pytest.mark.django_db
MAY = (Permission.READ, Permission.ATTEST)


@pytest.fixture(autouse=True)
def company() -> None:
    cast.declared()


def key(acting, permissions=MAY, scope: str = "") -> str:  # type: ignore[no-untyped-def]
    return tokens.make(acting.person, tokens.Wish("key", permissions, scope=scope), acting.person)[1]


def ask(token: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body) if body is not None else ""
    content = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    told = {"Authorization": f"Bearer {token}", **headers}
    return Client().generic(method, f"/api/v1/{path}", raw, content_type=content, headers=told)


def given(**more: Any) -> dict[str, Any]:
    day = str((clock.now() - timedelta(days=2)).date())
    told = {"entity": str(SERVICE), "item": "REL.3",
            "answers": {"restored_on": day, "minutes": 40, "compared": "by counts"},
            "evidence": [{"kind": "link", "text": "https://wiki.example.com/restore"}]}  # fmt: skip
    return {**told, **more}


def test_one_is_given_with_a_file_listed_and_read_back() -> None:
    token = key(cast.person("ada"))
    file = ask(token, "POST", "attestation-files?name=restore.txt", b"it took 40 minutes").json()
    evidence = [{"kind": "file", "upload": file["id"]}]
    answer = ask(token, "POST", "attestations", given(evidence=evidence))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["state"], told["given_by"], told["evidence"][0]["digest"]) == ("holds", "ada", file["digest"])
    path = told["evidence"][0]["url"].removeprefix("/api/v1/")
    assert ask(token, "GET", path).content == b"it took 40 minutes"
    listed = ask(token, "GET", f"attestations?item=REL.3&state=holds&entity={SERVICE}&fields=item").json()
    assert listed["attestations"] == [{"id": told["id"], "item": "REL.3"}]
    assert ask(token, "GET", "attestation-policies").json()["policies"][0]["item"] == "CMP.1"


def test_the_same_key_gives_one_attestation() -> None:
    token = key(cast.person("ada"))
    for _ in range(2):
        told = ask(token, "POST", "attestations", given(), **{"Idempotency-Key": "once"})
        assert told.status_code == 201
    assert Attestation.objects.count() == 1


def test_every_mistake_is_named_by_its_pointer() -> None:
    token = key(cast.person("ada"))
    answer = ask(token, "POST", "attestations", given(answers={"minutes": -1}, until="2099-01-01"))
    assert answer.status_code == 400
    pointers = {one.get("pointer") for one in answer.json()["errors"]}
    assert pointers == {"/answers/restored_on", "/answers/minutes", "/answers/compared", "/until"}


def test_no_field_beside_those_that_are_named_is_taken() -> None:
    token = key(cast.person("ada"))
    for name in ("state", "given_by", "confirmed_by", "expires_at", "version"):
        assert ask(token, "POST", "attestations", given(**{name: "holds"})).status_code == 422


def test_what_was_changed_meanwhile_is_told_and_not_overwritten() -> None:
    ada = cast.person("ada")
    token = key(ada)
    told = ask(token, "POST", "attestations", given()).json()
    late = ask(token, "POST", f"attestations/{told['id']}/revoke", {"version": 1, "reason": "mistaken"})
    assert late.status_code == 409
    assert "ada gave attestation" in late.json()["detail"]
    done = ask(token, "POST", f"attestations/{told['id']}/revoke", {"version": told["version"], "reason": "mistaken"})
    assert (done.status_code, done.json()["state"], done.json()["cause"]) == (200, "ended", "revoked")


def test_a_token_can_do_what_it_says_where_it_says_so() -> None:
    ada = cast.person("ada")
    assert ask(key(ada, (Permission.READ,)), "POST", "attestations", given()).status_code == 403
    assert ask(key(ada, MAY, str(OTHER)), "POST", "attestations", given()).status_code == 404


def test_a_service_account_cannot_attest() -> None:
    service = Service.objects.create(name="ci", created_at=clock.now())
    Grant.objects.create(role=Role.objects.get(name="maintainer"), service=service, created_at=clock.now())
    root = cast.person("root", role="administrator")
    token = tokens.make(service, tokens.Wish("ci", MAY), root.person)[1]
    assert ask(token, "POST", "attestations", given()).status_code == 403
    assert ask(token, "POST", "attestation-files?name=a.txt", b"a").status_code == 403


def test_what_is_of_others_is_neither_listed_nor_found() -> None:
    olga = cast.person("olga", team=cast.OTHERS)
    theirs = ask(key(olga), "POST", "attestations", given(entity=str(OTHER))).json()["id"]
    Grant.objects.all().delete()
    eve = key(cast.person("eve", scope=str(SERVICE)))
    assert ask(eve, "GET", "attestations").json()["attestations"] == []
    for method, path in (("GET", ""), ("GET", "/files/1"), ("POST", "/confirm"), ("POST", "/revoke")):
        body = {"version": 1, "reason": "x"} if path == "/revoke" else {"version": 1} if method == "POST" else None
        assert ask(eve, method, f"attestations/{theirs}{path}", body).status_code == 404


def test_the_register_is_opened_and_closed_by_an_administrator_only() -> None:
    member = key(cast.person("ada"))
    assert ask(member, "PUT", "attestation-register/DOC.3").status_code == 403
    root = key(cast.person("root", role="administrator"), (Permission.READ, Permission.OPERATE))
    assert ask(root, "PUT", "attestation-register/all").json()["item"] == "all"
    assert ask(root, "PUT", "attestation-register/all").status_code == 409
    assert ask(root, "PUT", "attestation-register/NO.1").status_code == 404
    assert [one["item"] for one in ask(root, "GET", "attestation-register").json()["openings"]] == ["all"]
    assert ask(root, "DELETE", "attestation-register/all").status_code == 204
