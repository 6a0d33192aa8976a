"""Who owns what through systems and domains, and where nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from greenboard.access.models import Membership, Person
from greenboard.access.sight import Sight
from greenboard.catalog import descriptors, graph, store
from greenboard.catalog.crews import crews
from greenboard.catalog.ownership import Hole, Member, hole, within
from greenboard.catalog.types import Inheritance, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts.described import describe
from greenboard.results.around import teams as owning_teams

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def company(how: str, *, own: bool) -> str:
    """A service in a system of a domain, each with an owner; the service's own where `own`."""
    return f"""
entities:
  - {{kind: team, name: pay}}
  - {{kind: team, name: shop}}
  - {{kind: team, name: retail}}
  - {{kind: domain, name: retail, owner: retail, owner_inherited: append}}
  - {{kind: system, name: shop, owner: shop, domain: retail, owner_inherited: {how}}}
  - {{kind: service, name: checkout, system: shop{", owner: pay" if own else ""}}}
"""


@pytest.mark.parametrize(
    ("how", "own", "owners"),
    [
        ("fallback", True, ["pay", "retail"]),
        ("fallback", False, ["shop", "retail"]),
        ("append", True, ["pay", "shop", "retail"]),
        ("append", False, ["shop", "retail"]),
        ("none", True, ["pay", "retail"]),
        ("none", False, ["retail"]),
    ],
)
def test_owners_are_inherited_as_the_system_says(how, own, owners):
    names = {"checkout": "pay"} if own else {}
    names |= {"shop system": "shop", "retail domain": "retail"}
    ways = {"shop system": Inheritance(how), "retail domain": Inheritance.APPEND}
    near = ["checkout", "shop system", "retail domain"]
    assert list(graph.owners(near, names.get, lambda one: ways.get(one, Inheritance.FALLBACK))) == owners


@pytest.mark.django_db
@pytest.mark.parametrize("how", list(Inheritance))
@pytest.mark.parametrize("own", [True, False])
def test_catalog_facts_and_rules_name_the_same_owner(how, own):
    declared = descriptors.read(company(how.value, own=own), "greenboard.yaml")
    store.save(declared, NOW, cause="a test")
    ref = Ref.parse("service:checkout")
    stored = store.find(ref)
    whole = next(one for one in store.entities() if one.ref == ref)
    assert stored is not None
    assert stored.owners == whole.owners
    saved = store.declared()
    facts = [one for one in describe(saved, NOW, complete=True) if one.entity == ref and one.type == "ownership"]
    entities = list(saved.entities)
    rows = {entity.ref: row for row, entity in enumerate(entities)}
    ends = [(one.kind, rows[one.source], rows[one.target]) for one in saved.relations]
    told = owning_teams(entities, list(rows), ends)[rows[ref]]
    owner = stored.owner
    assert owner is not None
    assert told == (owner.short,)
    assert facts
    assert owner.short in str(facts[0].value)


@pytest.mark.django_db
@pytest.mark.parametrize("how", list(Inheritance))
@pytest.mark.parametrize("own", [True, False])
def test_a_grant_to_an_owning_team_covers_what_it_owns_by_inheritance(how, own):
    store.save(descriptors.read(company(how.value, own=own), "greenboard.yaml"), NOW, cause="a test")
    owners = store.find(Ref.parse("service:checkout")).owners
    for name in ("pay", "shop"):
        seen = store.entities(sight=Sight((frozenset({Ref.parse(f"team:{name}")}),)))
        assert (Ref.parse("service:checkout") in {one.ref for one in seen}) is (Ref.parse(f"team:{name}") in owners)


@pytest.mark.django_db
def test_a_change_of_inheritance_is_history_with_its_cause():
    store.save(descriptors.read(company("fallback", own=False), "greenboard.yaml"), NOW, cause="first")
    later = NOW + timedelta(days=1)
    store.save(descriptors.read(company("none", own=False), "greenboard.yaml"), later, cause="second")
    assert store.find(Ref.parse("service:checkout"), NOW).owner == Ref.parse("team:shop")
    assert store.find(Ref.parse("service:checkout")).owner == Ref.parse("team:retail")
    assert [one.cause for one in store.history(Ref.parse("system:shop"))] == ["first", "second"]


def test_only_systems_and_domains_say_how_their_owner_is_inherited():
    with pytest.raises(UserError, match="only for the kind system or domain"):
        descriptors.read("kind: service\nname: x\nowner_inherited: none\n", "greenboard.yaml")
    with pytest.raises(UserError, match="owner_inherited"):
        descriptors.read("kind: system\nname: x\nowner_inherited: never\n", "greenboard.yaml")


PAY, SHOP = Ref.parse("team:pay"), Ref.parse("team:shop")


@pytest.mark.parametrize(
    ("owner", "crew", "declared", "why"),
    [
        (None, (), (), Hole.NO_OWNER),
        (PAY, (Member("ada"),), (PAY,), None),
        (PAY, (Member("ada"),), (), None),
        (PAY, (Member("ada", active=False), Member("bob")), (PAY,), None),
        (PAY, (Member("ada", active=False),), (PAY,), Hole.LEFT),
        (PAY, (), (PAY,), Hole.EMPTY),
        (PAY, (), (), Hole.UNDECLARED),
        (Ref.parse("person:ada"), (), (Ref.parse("person:ada"),), None),
        (Ref.parse("person:ada"), (Member("ada", active=False),), (Ref.parse("person:ada"),), Hole.LEFT),
    ],
)
def test_a_hole_says_why_nobody_answers(owner, crew, declared, why):
    assert hole(owner, set(declared), {owner: crew} if owner and crew else {}) is why


def test_a_team_has_the_people_of_the_teams_within_it():
    found = within({PAY: [Member("ada")], SHOP: [Member("bob", active=False)]}, [(PAY, SHOP), (SHOP, PAY)])
    assert found[SHOP] == (Member("ada"), Member("bob", active=False))
    assert found[PAY] == found[SHOP], "a circle ends"


@pytest.mark.django_db
def test_people_of_descriptors_and_accounts_count_together():
    ada = Person.objects.create_user("ada")
    bob = Person.objects.create_user("bob", is_active=False)
    for person, provider in ((ada, "okta"), (bob, "")):
        Membership.objects.create(person=person, team=str(PAY), provider=provider, since=clock.now())
    declared = [Relation(RelationKind.MEMBER_OF, Ref.parse("person:bob"), SHOP)]
    declared.append(Relation(RelationKind.MEMBER_OF, Ref.parse("person:carol"), SHOP))
    found = crews(declared)
    assert found[PAY] == (Member("ada", provider="okta"), Member("bob", active=False))
    assert found[SHOP] == (Member("bob", active=False), Member("carol"))
