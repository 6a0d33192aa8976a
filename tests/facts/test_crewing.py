"""Who left is no active member any more, and a provider that says who is in a team makes it a synced one."""

from datetime import timedelta

import pytest

from greenboard.access.models import Membership, Person
from greenboard.catalog import descriptors, store
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import crewing, following
from greenboard.facts import store as facts
from greenboard.identity import leaving, membership

COMPANY = """
entities:
  - {kind: team, name: pay}
  - {kind: team, name: cards, part_of: pay}
  - {kind: team, name: search}
  - {kind: person, name: ada, teams: [pay]}
  - {kind: person, name: bob, teams: [cards]}
  - {kind: service, name: ledger, owner: pay}
  - {kind: service, name: finder, owner: search}
"""


@pytest.fixture
def company(db):
    crewing.forget()
    at = clock.now() - timedelta(hours=1)
    store.save(descriptors.read(COMPANY, "greenboard.yaml"), at, cause="a test")
    following.follow(at)
    yield
    crewing.forget()


def ownership(name):
    ref = Ref("service", "default", name)
    stored = store.find(ref)
    (fact,) = facts.about(stored.id, ref, ["ownership"])
    return {part: fact.value.get(part) for part in ("active_members", "synced")}


def read(name):
    ref = Ref("service", "default", name)
    (fact,) = facts.about(store.find(ref).id, ref, ["ownership"])
    return fact.value.get("last_synced_at")


def age(name):
    return clock.now() - read(name)


def test_without_accounts_nothing_is_described_anew(company):
    assert ownership("ledger") == {"active_members": 2, "synced": None}
    assert crewing.tend(clock.now()) == 0


def test_who_left_counts_no_more_also_in_teams_around_theirs_and_again_when_back(company):
    bob = Person.objects.create_user("bob")
    crewing.tend(clock.now())
    leaving.close(bob, clock.now(), by="scim")
    assert crewing.tend(clock.now()) > 0
    assert ownership("ledger")["active_members"] == 1
    assert crewing.tend(clock.now()) == 0
    leaving.reopen(bob, clock.now(), by="scim")
    crewing.tend(clock.now())
    assert ownership("ledger")["active_members"] == 2


def test_people_whom_only_a_provider_knows_count_and_their_team_is_synced(company):
    crewing.tend(clock.now())
    eve, ada = Person.objects.create_user("eve"), Person.objects.create_user("ada")
    for person in (eve, ada):
        Membership.objects.create(
            person=person, team="team:default/pay", source=Membership.Source.SYNCED, provider="okta", since=clock.now()
        )
    crewing.tend(clock.now())
    assert ownership("ledger") == {"active_members": 3, "synced": True}, "ada is one person by both ways"
    assert ownership("finder") == {"active_members": 0, "synced": False}
    Membership.objects.all().delete()
    crewing.tend(clock.now())
    assert ownership("ledger") == {"active_members": 2, "synced": None}


def test_when_the_provider_last_said_so_is_told_to_the_day_and_written_once_a_day(company):
    ada = Person.objects.create_user("ada")
    Membership.objects.create(
        person=ada, team="team:default/pay", source=Membership.Source.SYNCED, provider="okta", since=clock.now()
    )
    crewing.tend(clock.now())
    assert read("ledger") is None, "nobody knows when it was"
    noon = (clock.now() - timedelta(days=1)).replace(hour=12, minute=0)
    membership.heard("okta", noon, whole=True)
    membership.heard("another", clock.now())
    assert crewing.tend(clock.now()) > 0
    assert read("ledger") == noon.replace(hour=0, minute=0, second=0, microsecond=0)
    assert read("finder") is None, "nobody says who is in that team"
    membership.heard("okta", noon + timedelta(hours=3), whole=True)
    assert crewing.tend(clock.now()) == 0, "the same day"
    membership.heard("okta", noon + timedelta(days=1), whole=True)
    assert crewing.tend(clock.now()) > 0
    assert age("ledger") < timedelta(days=2)


def test_a_provider_that_tells_changes_only_may_be_silent_and_one_that_is_read_whole_is_late(company):
    for name, provider in (("ada", "scim"), ("eve", "ldap")):
        person = Person.objects.create_user(name)
        team = f"team:default/{'pay' if provider == 'scim' else 'search'}"
        Membership.objects.create(
            person=person, team=team, source=Membership.Source.SYNCED, provider=provider, since=clock.now()
        )
    before = clock.now() - timedelta(days=3)
    membership.heard("scim", before)
    membership.heard("ldap", before, whole=True)
    crewing.tend(clock.now())
    assert read("ledger") is None, "nothing may have changed"
    assert age("finder") > timedelta(days=2), "nobody read it since"


def test_what_changed_while_no_worker_ran_is_described_at_the_start(company):
    bob = Person.objects.create_user("bob", is_active=False)
    assert crewing.tend(clock.now()) > 0
    assert ownership("ledger")["active_members"] == 1
    assert not bob.is_active


def test_changes_of_the_catalog_know_of_accounts_too(company):
    Person.objects.create_user("bob", is_active=False)
    more = COMPANY + "  - {kind: service, name: purse, owner: cards}\n"
    at = clock.now()
    saved = store.save(descriptors.read(more, "greenboard.yaml"), at, cause="a test")
    following.follow(at, saved.touched)
    assert ownership("purse")["active_members"] == 0
