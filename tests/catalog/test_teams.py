"""Teams within teams: whom a grant reaches, who may put one within another, and where somebody belongs."""

import importlib

import pytest
from tests.catalog.test_sight import company, ref  # noqa: F401 - a fixture

from greenboard.access.decide import Permission, may, sight
from greenboard.access.errors import Above
from greenboard.access.grants import check_within
from greenboard.access.models import Membership
from greenboard.catalog import store, teams, upkeep
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import clock
from greenboard.identity.models import Handle

cast = importlib.import_module("tests.access.cast")
pytestmark = pytest.mark.django_db
PAYMENTS, CORE = "team:default/payments", "team:default/pay-core"


@pytest.fixture
def ada(company):  # noqa: F811
    """Somebody in the team within payments; nothing is granted to everyone."""
    cast.nothing_for_everyone()
    person = cast.person("ada")
    cast.member(person, CORE)
    return person


def test_a_grant_to_a_team_reaches_the_members_of_the_teams_within_it(ada):
    cast.granted("member", team=PAYMENTS, nested=True)
    assert may(ada, Permission.FACTS_WRITE)
    assert not may(cast.person("bob"), Permission.READ)


def test_one_that_is_not_to_reach_within_does_not(ada):
    cast.granted("member", team=PAYMENTS)
    assert not may(ada, Permission.READ)


def test_a_grant_to_the_inner_team_does_not_reach_those_around_it(ada):
    cast.granted("member", team=CORE, nested=True)
    outer = cast.person("bob")
    cast.member(outer, PAYMENTS)
    assert may(ada, Permission.READ)
    assert not may(outer, Permission.READ)


def test_who_leaves_the_outer_team_with_their_team_has_the_grant_no_longer(ada):
    cast.granted("viewer", team=PAYMENTS, nested=True)
    apart = Declared(tuple(Entity(ref(name)) for name in ("team:pay-core", "team:payments")))
    store.save(apart, clock.now(), cause="test")
    assert not may(cast.again(ada), Permission.READ)


def test_one_question_is_asked_of_the_database_still(ada, django_assert_num_queries):
    cast.granted("viewer", PAYMENTS, team=PAYMENTS, nested=True)
    with django_assert_num_queries(1):
        assert sight(ada).groups == (frozenset({ref("team:payments")}),)


def test_a_renamed_team_keeps_its_place(ada):
    cast.granted("viewer", team=PAYMENTS, nested=True)
    upkeep.rename(ref("team:pay-core"), ref("team:money"), clock.now(), cause="test")
    assert Membership.objects.get().team == "team:default/money"
    assert may(cast.again(ada), Permission.READ)


def test_a_team_is_put_within_another_only_by_who_holds_what_is_granted_there(ada):
    cast.granted("member", PAYMENTS, team=PAYMENTS, nested=True)
    cast.granted("viewer", team="team:default/storefront", nested=True)
    check_within(ref("team:payments"), ada)
    check_within(ref("team:pay-core"), ada)  # around which is payments
    with pytest.raises(Above, match="more than you hold"):
        check_within(ref("team:storefront"), ada)
    check_within(ref("team:storefront"), cast.person("root", is_superuser=True))


def test_only_what_is_new_is_asked_about(company):  # noqa: F811
    old = Relation(RelationKind.PART_OF, ref("team:pay-core"), ref("team:payments"))
    new = Relation(RelationKind.PART_OF, ref("team:pay-core"), ref("team:storefront"))
    other = Relation(RelationKind.PART_OF, ref("service:cart"), ref("system:ids"))
    assert teams.put_within([old, new, other]) == [new]


def test_somebody_belongs_where_accounts_and_descriptors_say(company):  # noqa: F811
    ada, eve = cast.person("Ada.L"), cast.person("eve")
    cast.member(ada, PAYMENTS)
    person = Entity(ref("person:ada.l"))
    within = Relation(RelationKind.MEMBER_OF, person.ref, ref("team:storefront"))
    crowd = (person, Entity(ref("person:al")))
    store.save(Declared(crowd, (within,)), clock.now(), cause="test")
    Handle.objects.create(
        person=ada, tool="catalog", name="person:default/al", suggested_at=clock.now(), confirmed_at=clock.now()
    )
    found = teams.belonging(ada)
    assert {one.name for one in found.persons} == {"ada.l", "al"}
    assert [one.name for one in found.teams] == ["payments", "storefront"]
    assert [one.name for one in found.within] == ["pay-core"]
    assert teams.belonging(eve) == teams.Belonging()
