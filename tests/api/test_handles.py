"""Names at other tools, what nobody answers for, and badge keys, over the API."""

from greenboard.access.models import Entry, Membership, Person
from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.identity import handles
from greenboard.identity.models import Handle

CHECKOUT = Ref("service", "default", "checkout")
PAGER = Source(SourceKind.CONNECTION, "pager")


def on_call(*names):
    record([Fact(CHECKOUT, "oncall", {"schedules": 1, "current": names}, PAGER, clock.now())], [], clock.now())


def test_who_is_on_call_at_a_tool_is_suggested_and_confirmed(administrator):
    tim = Person.objects.create_user("tim", first_name="Tim", last_name="Wright")
    on_call("Tim Wright")
    assert administrator.post("handles/suggest", {}).json() == {"suggested": 1}
    (one,) = administrator.get("/api/v1/handles?standing=suggested").json()["handles"]
    assert (one["person"], one["tool"], one["name"], one["why"]) == ("tim", "pager", "Tim Wright", "the same full name")
    told = administrator.post(f"handles/{one['id']}", {"decision": "confirm"}).json()
    assert (told["standing"], told["confirmed_by"]) == ("confirmed", "grace")
    assert handles.whose("pager", "Tim Wright") == tim
    told = administrator.post(f"handles/{one['id']}", {"decision": "reject"}).json()
    assert told["standing"] == "rejected"
    assert administrator.post("handles/suggest", {}).json() == {"suggested": 0}
    assert administrator.post("handles/999999", {"decision": "reject"}).status_code == 404


def test_a_name_is_stated_once_and_of_one_person_only(administrator, reader):
    said = {"person": "ada", "tool": "pager", "name": "ada@phone"}
    assert administrator.post("handles", said).status_code == 201
    assert Entry.objects.filter(action="name.confirmed", target="account:ada").count() == 1
    assert administrator.post("handles", said).status_code == 201
    assert administrator.post("handles", {**said, "person": "grace"}).status_code == 409
    assert administrator.post("handles", {**said, "person": "nobody"}).status_code == 404
    assert administrator.post("handles", {**said, "name": ""}).status_code == 422
    assert reader.post("handles", said).status_code == 403
    assert Handle.objects.count() == 1


def test_what_nobody_answers_for_is_told_with_the_reasons(administrator, reader):
    found = {one["ref"]: one["why"] for one in reader.get("/api/v1/holes").json()["holes"]}
    assert found["service:default/checkout"] == ["nobody in the team"]
    assert found["service:default/ledger"] == ["no owner"]
    Membership.objects.create(
        person=Person.objects.get(username="ada"), team="team:default/payments", since=clock.now()
    )
    found = {one["ref"] for one in reader.get("/api/v1/holes").json()["holes"]}
    assert found == {"service:default/ledger", "service:default/search"}
    first = reader.get("/api/v1/holes?limit=1").json()
    second = reader.get(f"/api/v1/holes?limit=1&cursor={first['next']}").json()
    assert {one["ref"] for page in (first, second) for one in page["holes"]} == found
    assert second["next"] is None


def test_an_entity_whose_only_one_on_call_has_left_is_a_hole(administrator, reader):
    tim = Person.objects.create_user("tim", first_name="Tim", last_name="Wright")
    called = "/api/v1/holes?why=who is on call has left".replace(" ", "%20")
    on_call("Tim Wright")
    assert reader.get(called).json()["holes"] == []
    administrator.post("people/tim/close", {})
    (one,) = reader.get(called).json()["holes"]
    assert (one["ref"], "who is on call has left" in one["why"]) == ("service:default/checkout", True)
    on_call("Tim Wright", "ada")
    assert reader.get(called).json()["holes"] == []
    on_call("T. W. (mobile)")
    assert reader.get(called).json()["holes"] == []
    handles.know(tim, "pager", "T. W. (mobile)", clock.now(), by="grace")
    assert len(reader.get(called).json()["holes"]) == 1


def test_a_badge_key_is_made_shown_and_ended(administrator):
    address = "/api/v1/entities/service/default/checkout/badge-key"
    assert administrator.get(address).json() == {"key": ""}
    made = administrator.ask("POST", address)
    assert made.status_code == 201
    assert administrator.get(address).json() == made.json()
    assert administrator.ask("DELETE", address).status_code == 204
    assert administrator.get(address).json() == {"key": ""}
    assert catalog.find(CHECKOUT) is not None


def test_what_is_stated_is_in_the_audit_log_before_and_after(administrator):
    address = "/api/v1/entities/service/default/cart"
    administrator.put(address, {"title": "Cart", "tier": 2, "depends_on": ["checkout"]})
    administrator.put(address, {"title": "Basket", "tier": 2})
    made, changed = Entry.objects.filter(action="catalog.stated").order_by("number")
    assert '"created":{"service:default/cart":{' in made.after
    assert "service:default/cart depends-on service:default/checkout" in made.after
    assert (changed.target, '"title":"Cart"' in changed.before) == ("service:default/cart", True)
    assert '"title":"Basket"' in changed.after
    assert '"tier"' not in changed.after
    assert "service:default/cart depends-on service:default/checkout" in changed.before
    administrator.ask("DELETE", address)
    assert '"title":"Basket"' in Entry.objects.get(action="catalog.withdrawn").before


def test_facts_that_somebody_states_are_in_the_audit_log_where_they_change_anything(administrator):
    said = {
        "facts": [{"entity": str(CHECKOUT), "type": "coverage", "value": {"line_pct": 50.0}, "source": {"name": "ci"}}]
    }
    administrator.post("facts", said)
    administrator.post("facts", said)
    (line,) = Entry.objects.filter(action="facts.stated")
    assert (line.actor, line.via, line.target) == ("grace", "api", "service:default/checkout")
    assert '"types":["coverage"]' in line.after
