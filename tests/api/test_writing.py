"""Changing the catalog and stating facts by API: all or nothing, told apart by pointer, and safe to send again."""

import json
from datetime import timedelta

import pytest
from tests.api.conftest import CARD
from tests.api.test_reading import listed
from tests.api.test_refusals import problem

from greenboard.access import tokens
from greenboard.access.models import Grant, Person, Role
from greenboard.access.permissions import MAINTAINER, MEMBER, Permission
from greenboard.api.idempotency import KEPT
from greenboard.api.models import Answered
from greenboard.catalog import stating
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock
from greenboard.core.errors import Place
from greenboard.core.refs import Ref
from greenboard.facts.store import vocabulary
from greenboard.results import store as results
from greenboard.results.continuous import Continuous
from greenboard.results.live import Live
from greenboard.scorecards.store import standard

CART = "/api/v1/entities/service/default/cart"
SAID = {"title": "Cart", "tier": 1, "lifecycle": "production", "owner": "payments", "depends_on": ["checkout"]}
CI = {"kind": "report", "name": "coverage.py", "location": "coverage.xml", "commit": "a1b2c3"}


def coverage(name: str, percent: float, **more):
    return {
        "entity": f"service:default/{name}",
        "type": "coverage",
        "value": {"line_pct": percent},
        "source": CI,
        **more,
    }


def ask(asker, method, path, body=None, **headers):
    return asker.ask(method, path if path.startswith("/") else f"/api/v1/{path}", body, **headers)


def known(name: str, type_: str, asker):
    return listed(asker, "facts", "facts", entity=f"service:default/{name}", type=type_)


def test_an_entity_is_declared_changed_and_withdrawn(administrator):
    made = ask(administrator, "PUT", CART, SAID)
    assert (made.status_code, made.json()["owner"]) == (201, "team:default/payments")
    read = administrator.get(CART)
    assert (read.json(), read.headers["ETag"]) == (made.json(), made.headers["ETag"])
    assert known("cart", "ownership", administrator)[0]["value"]["owner"] == "team:default/payments"
    assert known("checkout", "dependency_map", administrator)[0]["value"]["dependents"] == ["service:default/cart"]
    changed = ask(administrator, "PUT", CART, {"title": "The cart"})
    assert (changed.status_code, changed.json()["owner"], changed.json()["tier"]) == (200, None, None)
    assert listed(administrator, "relations", "relations", about="service:default/cart") == []
    assert ask(administrator, "DELETE", CART).status_code == 204
    assert administrator.get(CART).status_code == 404
    assert ask(administrator, "DELETE", CART).status_code == 404
    assert len(administrator.get(f"{CART}/history").json()["versions"]) == 2


@pytest.mark.parametrize("namespace", ["shop.", "shop-", "a" * 64])
def test_a_namespace_that_a_descriptor_could_not_have_is_refused(administrator, namespace):
    problem(ask(administrator, "PUT", f"/api/v1/entities/service/{namespace}/cart", {}), 422)


def test_who_does_not_know_the_latest_does_not_overwrite_it(administrator):
    first = ask(administrator, "PUT", CART, SAID, **{"If-None-Match": "*"})
    problem(ask(administrator, "PUT", CART, SAID, **{"If-None-Match": "*"}), 412)
    second = ask(administrator, "PUT", CART, {"title": "2"}, **{"If-Match": first.headers["ETag"]})
    problem(ask(administrator, "PUT", CART, {"title": "3"}, **{"If-Match": first.headers["ETag"]}), 412)
    problem(ask(administrator, "DELETE", CART, **{"If-Match": first.headers["ETag"]}), 412)
    assert administrator.get(CART).json()["title"] == "2"
    assert ask(administrator, "DELETE", CART, **{"If-Match": second.headers["ETag"]}).status_code == 204


def test_what_a_descriptor_declares_is_changed_there(administrator):
    ref = Ref("service", "default", "cart")
    catalog.save(Declared((Entity(ref, place=Place("greenboard.yaml", 3)),)), clock.now(), cause="test")
    told = problem(ask(administrator, "PUT", CART, SAID), 409)
    assert "greenboard.yaml:3" in told["detail"]
    problem(ask(administrator, "DELETE", CART), 409)
    assert catalog.find(ref).entity.title == ""


def test_a_relation_is_stated_and_ended(administrator):
    ask(administrator, "PUT", CART, {"title": "Cart"})
    link = {"kind": "depends-on", "source": "service:default/cart", "target": "service:default/ledger"}
    for begun in (1, 0):
        assert ask(administrator, "PUT", "relations", link).json()["relations"] == {"begun": begun, "ended": 0}
    (row,) = listed(administrator, "relations", "relations", about="service:default/cart")
    assert (row["target"], row["place"]) == ("service:default/ledger", "api")
    address = "relations?kind=depends-on&source=service:default/cart&target=service:default/ledger"
    assert ask(administrator, "DELETE", address).status_code == 204
    problem(ask(administrator, "DELETE", address), 404)
    told = problem(ask(administrator, "PUT", "relations", {**link, "source": "service:default/nobody"}), 400)
    assert told["errors"][0]["pointer"] == "/relations/0"


def test_facts_are_stated_and_what_they_change_is_judged_at_once(administrator):
    worker = Continuous(lambda: [standard(CARD, vocabulary())], Live())
    ask(administrator, "PUT", CART, SAID)
    worker.turn(clock.now())
    answer = ask(administrator, "POST", "facts", {"facts": [coverage("cart", 95.0)]})
    assert (answer.status_code, answer.json()["facts"]) == (200, {"began": 1, "ended": 0, "same": 0})
    again = ask(administrator, "POST", "facts", {"facts": [coverage("cart", 95.0)]})
    assert again.json()["facts"] == {"began": 0, "ended": 0, "same": 1}
    (fact,) = known("cart", "coverage", administrator)
    assert (fact["value"], fact["source"]["commit"], fact["declared"]) == ({"line_pct": 95.0}, "a1b2c3", False)
    done = worker.turn(clock.now())
    assert done.marks
    turned = {row.rule: row for row in results.changes(CARD, clock.now() - timedelta(minutes=1))}
    assert (turned["cod-1-coverage"].after, turned["cod-1-coverage"].cause.source) == ("pass", "coverage.xml")


def test_a_failed_look_is_told_as_a_gap(administrator):
    gap = {"entity": "service:default/search", "type": "coverage", "reason": "the tests did not run", "source": CI}
    assert ask(administrator, "POST", "facts", {"gaps": [gap]}).status_code == 200
    (row,) = listed(administrator, "gaps", "gaps", entity="service:default/search", type="coverage")
    assert row["reason"] == "the tests did not run"
    assert ask(administrator, "POST", "facts", {"facts": [coverage("search", 40)]}).status_code == 200
    assert listed(administrator, "gaps", "gaps", entity="service:default/search", type="coverage") == []


def test_bulk_takes_everything_together(administrator):
    body = {
        "entities": [{"kind": "service", "name": f"s{number}", "owner": "payments"} for number in range(20)],
        "relations": [{"kind": "depends-on", "source": "service:default/s1", "target": "service:default/s2"}],
        "facts": [coverage(f"s{number}", 10.0 + number) for number in range(20)],
    }
    told = ask(administrator, "POST", "bulk", body).json()
    assert told["entities"] == {"created": 20, "changed": 0, "unchanged": 0}
    assert told["relations"] == {"begun": 21, "ended": 0}
    assert told["facts"]["began"] == 20
    same = ask(administrator, "POST", "bulk", body).json()
    assert (same["entities"]["unchanged"], same["relations"]["begun"], same["facts"]["same"]) == (20, 0, 20)


def test_of_a_bulk_with_anything_wrong_nothing_is_taken_and_all_of_it_is_told(administrator):
    body = {
        "entities": [
            {"kind": "service", "name": "fine"},
            {"kind": "service", "name": "odd", "links": [{"url": "javascript:x"}]},
        ],
        "facts": [coverage("search", 1)],
    }
    told = problem(ask(administrator, "POST", "bulk", body), 400)
    assert [(one["index"], one["pointer"]) for one in told["errors"]] == [(1, "/entities/1/links/0/url")]
    facts = [
        coverage("search", 1),
        coverage("nobody", 1),
        coverage("ledger", 1),
    ]
    told = problem(ask(administrator, "POST", "facts", {"facts": facts}), 400)
    assert [(one["index"], one["pointer"]) for one in told["errors"]] == [(1, "/facts/1/entity")]
    facts[1] = {**coverage("checkout", 1), "value": {"line_pc": 3}}
    facts[2] = coverage("ledger", 1, observed_at=clock.format_time(clock.now() + timedelta(hours=1)))
    facts.append(coverage("search", 2))
    told = problem(ask(administrator, "POST", "facts", {"facts": facts}), 400)
    pointers = {one["pointer"]: one for one in told["errors"]}
    assert set(pointers) == {"/facts/1/value", "/facts/2/observed_at", "/facts/3"}
    assert "line_pct" in pointers["/facts/1/value"]["hint"]
    assert not [one for one in known("search", "coverage", administrator) if one["source"]["name"] == "coverage.py"]
    assert catalog.find(Ref("service", "default", "fine")) is None


def test_a_mistake_in_the_form_is_told_by_index_and_pointer(administrator):
    told = problem(
        ask(administrator, "POST", "facts", {"facts": [coverage("search", 1), {**coverage("x", 1), "sorce": 1}]}), 422
    )
    assert {(one["index"], one["pointer"]) for one in told["errors"]} == {(1, "/facts/1/sorce")}
    told = problem(ask(administrator, "POST", "facts", {"facts": [coverage("search", 1)] * 10_001}), 422)
    assert "10000" in told["detail"]


def test_ten_thousand_facts_are_one_write(administrator):
    names = [f"n{number}" for number in range(2_000)]
    catalog.save(Declared(tuple(Entity(Ref("service", "default", name)) for name in names)), clock.now(), cause="test")
    facts = [coverage(name, 50.0, source={**CI, "name": f"tool{tool}"}) for name in names for tool in range(5)]
    assert ask(administrator, "POST", "facts", {"facts": facts}).json()["facts"]["began"] == 10_000


def test_the_same_key_gives_the_first_answer_again(administrator):
    body, key = {"facts": [coverage("search", 95.0)]}, {"Idempotency-Key": "build-77"}
    first = ask(administrator, "POST", "facts", body, **key)
    again = ask(administrator, "POST", "facts", body, **key)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    problem(ask(administrator, "POST", "facts", {"facts": [coverage("search", 96.0)]}, **key), 422)
    problem(ask(administrator, "POST", "bulk", body, **key), 422)
    problem(ask(administrator, "POST", "facts", body, **{"Idempotency-Key": "with blanks"}), 422)
    Answered.objects.update(at=clock.now() - KEPT - timedelta(minutes=1))
    later = ask(administrator, "POST", "facts", body, **key)
    assert later.json()["facts"]["same"] == 1


def test_keys_of_others_are_others(administrator, reader):
    Grant.objects.create(role=Role.objects.get(name="maintainer"), everyone=True, created_at=clock.now())
    body, key = {"facts": [coverage("search", 95.0)]}, {"Idempotency-Key": "build-77"}
    assert ask(administrator, "POST", "facts", body, **key).status_code == 200
    answer = ask(reader, "POST", "facts", body, **key)
    assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (200, False)


def test_keys_of_one_token_are_not_those_of_another_of_the_same_person(administrator, client):
    grace = Person.objects.get(username="grace")
    body = {"facts": [coverage("search", 95.0)]}
    for name in ("one", "other"):
        text = tokens.make(grace, tokens.Wish(name, (Permission.READ, Permission.FACTS_WRITE)), grace)[1]
        headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": "build-79"}
        answer = client.generic("POST", "/api/v1/facts", json.dumps(body), "application/json", headers=headers)
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (200, False)


def test_what_was_refused_may_be_mended_with_the_same_key(administrator):
    key = {"Idempotency-Key": "build-78"}
    problem(ask(administrator, "POST", "facts", {"facts": [coverage("nobody", 1)]}, **key), 400)
    assert ask(administrator, "POST", "facts", {"facts": [coverage("search", 1)]}, **key).status_code == 200


def test_a_key_that_is_being_used_is_told_so(administrator):
    body, key = {"facts": [coverage("search", 95.0)]}, {"Idempotency-Key": "build-79"}
    ask(administrator, "POST", "facts", body, **key)
    Answered.objects.update(status=0)
    problem(ask(administrator, "POST", "facts", body, **key), 409)
    Answered.objects.update(at=clock.now() - timedelta(minutes=6))
    assert ask(administrator, "POST", "facts", body, **key).status_code == 200


def test_who_may_only_read_writes_nothing(reader):
    for method, path, body in (
        ("PUT", CART, SAID), ("DELETE", CART, None), ("POST", "facts", {"facts": []}), ("POST", "bulk", {}),
        ("PUT", "relations", {}),
    ):  # fmt: skip
        problem(ask(reader, method, path, body), 403)


def test_who_may_write_for_one_team_writes_for_no_other(reader, company):
    role = Role.objects.get(name="maintainer")
    ada = Person.objects.get(username="ada")
    Grant.objects.create(role=role, person=ada, scope="team:default/payments", created_at=clock.now())
    assert ask(reader, "POST", "facts", {"facts": [coverage("checkout", 1)]}).status_code == 200
    told = problem(ask(reader, "POST", "facts", {"facts": [coverage("ledger", 1)]}), 400)
    assert told["errors"][0]["pointer"] == "/facts/0/entity"
    stating.state(Declared((Entity(Ref("service", "default", "cart")),)), clock.now(), cause="test")
    problem(ask(reader, "PUT", CART, SAID), 400)
    problem(ask(reader, "DELETE", CART), 404)
    problem(ask(reader, "POST", "bulk", {"entities": [{"kind": "service", "name": "new"}]}), 400)


def test_nobody_gets_what_is_granted_to_a_team_by_putting_their_own_within_it(reader, administrator, company):
    maintainer = Role.objects.get(name="maintainer")
    Grant.objects.create(role=maintainer, team="team:default/payments", nested=True, created_at=clock.now())
    ada, grace = Person.objects.get(username="ada"), Person.objects.get(username="grace")
    Grant.objects.create(role=Role.objects.get(name="member"), person=ada, created_at=clock.now())
    mine = {"entities": [{"kind": "team", "name": "mine", "part_of": "payments"}]}
    told = problem(ask(reader, "POST", "bulk", mine), 403)
    assert "more than you hold" in told["errors"][0]["message"]
    assert told["errors"][0]["got"] == ", ".join(sorted(MAINTAINER.permissions - MEMBER.permissions))
    assert grace.is_superuser
    assert ask(administrator, "POST", "bulk", mine).status_code == 200
    assert ask(reader, "POST", "bulk", mine).status_code == 200  # as it is already


def test_every_refusal_under_the_api_is_a_problem(administrator, settings):
    problem(administrator.get("/api/v1/nothing"), 404)
    problem(administrator.get("/api/v2/entities"), 404)
    told = administrator.ask("PATCH", "/api/v1/entities")
    problem(told, 405)
    assert told.headers["Allow"] == "GET"
    answer = administrator.client.post("/api/v1/facts", "facts=1", content_type="application/x-www-form-urlencoded")
    problem(answer, 415)
    settings.API_BODY = 100
    problem(ask(administrator, "POST", "facts", {"facts": [coverage("search", 1)]}), 413)


def test_a_fault_of_ours_is_a_problem_with_the_request_id(administrator, monkeypatch):
    monkeypatch.setattr("greenboard.catalog.listing.entities", None)
    administrator.client.raise_request_exception = False
    answer = administrator.get("/api/v1/entities", **{"X-Request-Id": "abcdefgh"})
    assert problem(answer, 500)["request_id"] == "abcdefgh"


@pytest.mark.parametrize("raw", ['{"facts": [NaN]}', '{"facts": [1e999]}', "[" * 100_000])
def test_what_is_no_json_is_refused(administrator, raw):
    problem(administrator.ask("POST", "/api/v1/facts", raw=raw), 400)
