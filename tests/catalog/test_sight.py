"""What a reference covers: its entity, its parts, what a team owns, and never what somebody else owns within it."""

import importlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from greenboard.access.decide import EVERYTHING, NOTHING, Sight
from greenboard.access.models import Grant, Membership, Token
from greenboard.catalog import store
from greenboard.catalog.sight import condition, covered
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref

cast = importlib.import_module("tests.access.cast")
pytestmark = pytest.mark.django_db

PARTS = {
    "system:shop": "domain:commerce",
    "service:cart": "system:shop",
    "service:pay": "system:shop",
    "library:money": "service:pay",
    "system:ids": "domain:platform",
    "service:login": "system:ids",
    "team:pay-core": "team:payments",
}
OWNS = {
    "system:shop": "team:storefront",
    "service:pay": "team:payments",
    "service:login": "team:pay-core",
}


def ref(text):
    return Ref.parse(text)


@pytest.fixture
def company():
    names = {*PARTS, *PARTS.values(), *OWNS.values(), "service:lone"}
    relations = [Relation(RelationKind.PART_OF, ref(part), ref(whole)) for part, whole in PARTS.items()]
    relations += [Relation(RelationKind.OWNS, ref(team), ref(owned)) for owned, team in OWNS.items()]
    relations += [Relation(RelationKind.DEPENDS_ON, ref("service:cart"), ref("service:login"))]
    declared = Declared(tuple(Entity(ref(name)) for name in names), tuple(relations))
    store.save(declared, clock.now() - timedelta(days=2), cause="test")
    return declared


def seen(*groups, **more):
    sight = Sight(tuple(frozenset(map(ref, group.split())) for group in groups))
    return {f"{one.ref.kind}:{one.ref.name}" for one in store.entities(sight=sight, **more)}


def test_a_domain_covers_all_that_is_part_of_it(company):
    assert seen("domain:commerce") == {"domain:commerce", "system:shop", "service:cart", "service:pay", "library:money"}


def test_a_team_covers_what_it_owns_with_its_parts_but_not_what_others_own_within(company):
    assert seen("team:storefront") == {"team:storefront", "system:shop", "service:cart"}


def test_a_team_covers_the_teams_within_it_and_what_they_own(company):
    assert seen("team:payments") == {"team:payments", "team:pay-core", "service:pay", "library:money", "service:login"}


def test_any_other_entity_covers_itself_and_its_parts(company):
    assert seen("service:lone") == {"service:lone"}
    assert seen("service:pay") == {"service:pay", "library:money"}


def test_several_references_cover_what_any_does(company):
    assert seen("service:lone team:storefront") == {"service:lone"} | seen("team:storefront")


def test_several_groups_cover_what_all_do(company):
    assert seen("domain:commerce", "team:payments") == {"service:pay", "library:money"}


def test_a_name_that_nobody_has_covers_nothing(company):
    assert seen("team:nobody") == set()


def test_nothing_covers_nothing_and_everything_everything(company):
    assert store.entities(sight=NOTHING) == []
    assert store.entities(sight=EVERYTHING) == store.entities()


def test_no_bound_adds_nothing_to_a_query():
    assert not condition(EVERYTHING)


def test_a_bound_asks_once_how_owners_are_inherited_and_nothing_else(company):
    with CaptureQueriesContext(connection) as bounded:
        seen("domain:commerce")
    with CaptureQueriesContext(connection) as free:
        store.entities()
    assert len(bounded) == len(free) + 1


def test_an_entity_out_of_sight_is_not_found(company):
    sight = Sight((frozenset({ref("team:payments")}),))
    assert store.find(ref("service:pay"), sight=sight) is not None
    assert store.find(ref("service:cart"), sight=sight) is None


def test_a_relation_is_seen_with_both_its_ends(company):
    sight = Sight((frozenset({ref("domain:commerce")}),))
    assert RelationKind.DEPENDS_ON not in {one.kind for one in store.relations(sight=sight)}
    assert RelationKind.DEPENDS_ON in {one.kind for one in store.relations()}


def test_who_asks_for_many_is_told_which_may_be_seen(company):
    sight = Sight((frozenset({ref("team:payments")}),))
    asked = [ref("service:pay"), ref("service:cart"), ref("service:new")]
    assert covered(sight, asked) == {ref("service:pay")}
    assert covered(EVERYTHING, asked) == set(asked)


def test_who_owns_something_now_sees_what_it_was(company):
    assert "service:pay" in seen("team:payments", as_of=clock.now() - timedelta(days=1))
    later = {"service:pay": "team:storefront"}
    relations = [Relation(RelationKind.PART_OF, ref(part), ref(whole)) for part, whole in PARTS.items()]
    relations += [Relation(RelationKind.OWNS, ref(team), ref(owned)) for owned, team in {**OWNS, **later}.items()]
    store.save(Declared(company.entities, tuple(relations)), clock.now() - timedelta(hours=1), cause="test")
    assert "service:pay" not in seen("team:payments", as_of=clock.now() - timedelta(days=1))
    assert "service:pay" in seen("team:storefront", as_of=clock.now() - timedelta(days=1))


def test_grants_memberships_and_tokens_follow_a_renamed_team(company):
    ada, old, new = cast.person("ada"), ref("team:payments"), ref("team:money")
    cast.granted("viewer", str(old), team=str(old))
    cast.member(ada, str(old))
    Token.objects.create(prefix="x", digest="x", name="x", person=ada, scope=str(old), created_at=clock.now())
    store.rename(old, new, clock.now(), cause="test")
    assert Grant.objects.get(everyone=False).scope == str(new)
    assert Grant.objects.get(everyone=False).team == str(new)
    assert Membership.objects.get().team == str(new)
    assert Token.objects.get().scope == str(new)


def test_what_was_granted_twice_is_granted_once_after_a_renaming(company):
    ada, old, new = cast.person("ada"), ref("team:payments"), ref("team:money")
    cast.member(ada, str(old))
    cast.member(ada, str(new))
    store.rename(old, new, clock.now(), cause="test")
    assert Membership.objects.get().team == str(new)
