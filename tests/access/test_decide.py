"""What grants come to: by person, team, service account and everyone, each within its scope."""

import importlib
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from greenboard.access.decide import EVERYTHING, NOTHING, Permission, Sight, may, sight
from greenboard.access.models import Grant, Person, Role
from greenboard.access.permissions import SHIPPED, WORDS, About
from greenboard.core.refs import Ref

cast = importlib.import_module("tests.access.cast")
pytestmark = pytest.mark.django_db
PAYMENTS, COMMERCE = Ref("team", "default", "payments"), Ref("domain", "default", "commerce")


def test_a_new_installation_lets_everyone_who_is_signed_in_see_everything():
    assert sight(cast.person("ada")) == EVERYTHING
    assert not may(cast.person("bob"), Permission.RULES_WRITE)


def test_a_stranger_holds_nothing():
    assert {permission for permission in Permission if may(AnonymousUser(), permission)} == set()


def test_who_was_deactivated_holds_nothing():
    assert not may(cast.person("ada", is_active=False, is_superuser=True), Permission.READ)


def test_what_everyone_may_see_can_be_taken_back_and_stays_so():
    cast.nothing_for_everyone()
    assert sight(cast.person("ada")) == NOTHING
    call_command("migrate", verbosity=0)
    assert not Grant.objects.filter(everyone=True).exists()


def test_an_account_that_is_not_saved_gets_no_grant_of_others():
    cast.nothing_for_everyone()
    cast.granted("administrator", team=str(PAYMENTS))
    cast.granted("administrator", service=cast.service())
    assert sight(Person(username="ada")) == NOTHING


def test_a_grant_to_a_team_holds_for_its_members_only():
    cast.nothing_for_everyone()
    cast.granted("member", team=str(PAYMENTS))
    inside, outside = cast.person("ada"), cast.person("bob")
    cast.member(inside, str(PAYMENTS))
    assert may(inside, Permission.FACTS_WRITE)
    assert not may(outside, Permission.READ)


def test_grants_in_several_scopes_add_up():
    cast.nothing_for_everyone()
    ada = cast.person("ada")
    cast.granted("viewer", str(PAYMENTS), person=ada)
    cast.granted("member", str(COMMERCE), person=ada)
    assert sight(ada) == Sight((frozenset({PAYMENTS, COMMERCE}),))
    assert sight(ada, Permission.CATALOG_WRITE) == Sight((frozenset({COMMERCE}),))


def test_a_grant_for_everything_outweighs_scopes():
    ada = cast.person("ada")
    cast.granted("viewer", str(PAYMENTS), person=ada)
    assert sight(ada) == EVERYTHING


def test_what_is_not_about_entities_is_held_only_where_it_is_granted_for_everything():
    cast.nothing_for_everyone()
    ada = cast.person("ada")
    cast.granted("administrator", str(COMMERCE), person=ada)
    held = {permission for permission in Permission if may(ada, permission)}
    assert held == {one for one in Permission if one.about is not About.INSTALLATION}
    assert Permission.EXEMPTIONS_DECIDE in held
    assert Permission.RULES_WRITE not in held


def test_a_revoked_grant_is_gone_with_the_next_request():
    cast.nothing_for_everyone()
    ada = cast.person("ada")
    grant = cast.granted("viewer", person=ada)
    assert may(ada, Permission.READ)
    grant.delete()
    assert not may(cast.again(ada), Permission.READ)


def test_one_question_is_asked_of_the_database_however_many_decisions(django_assert_num_queries):
    ada = cast.person("ada")
    with django_assert_num_queries(1):
        for permission in Permission:
            may(ada, permission)


def test_an_administrator_by_account_asks_none(django_assert_num_queries):
    root = cast.person("root", is_superuser=True)
    with django_assert_num_queries(0):
        assert all(may(root, permission) for permission in Permission)


def test_a_permission_of_a_later_version_is_passed_over():
    cast.nothing_for_everyone()
    role = Role.objects.create(name="newer", permissions=["catalog.read", "time.travel"])
    ada = cast.person("ada")
    cast.granted(role.name, person=ada)
    assert may(ada, Permission.READ)


def test_every_permission_has_words_and_a_role_that_holds_it():
    assert set(WORDS) == set(Permission)
    assert SHIPPED[-1].permissions == set(Permission)
    for lower, higher in pairwise(SHIPPED):
        assert lower.permissions < higher.permissions
