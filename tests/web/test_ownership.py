import re

from greenboard.access.models import Membership, Person
from greenboard.core import clock


def test_what_nobody_answers_for_is_one_click_from_the_catalog(page):
    assert 'href="/ownership"' in page("/catalog")
    text = page("/ownership")
    assert re.search(r"\d+ entit(y|ies) that nobody answers for", text)


def test_who_left_leaves_a_hole(page, board):
    from greenboard.catalog import store

    owned = next(
        one for one in store.entities() if one.owner and one.owner.kind == "team" and one.ref.kind == "service"
    )
    person = Person.objects.create_user("grace")
    Membership.objects.create(person=person, team=str(owned.owner), since=clock.now())
    text = board.get("/ownership.csv").getvalue().decode()
    assert f"{owned.ref},{owned.owner}" not in text
    Person.objects.filter(pk=person.pk).update(is_active=False)
    members = [one for one in store.relations() if str(one.kind) == "member-of" and one.target == owned.owner]
    for number, one in enumerate(members):
        Person.objects.create_user(one.source.name, is_active=False, email=f"x{number}@example.com")
    text = board.get("/ownership.csv").getvalue().decode()
    assert f"{owned.ref},{owned.owner},all have left" in text


def test_a_team_shows_its_people_and_that_a_provider_says_who_they_are(page, board):
    from greenboard.catalog import store

    team = next(one.ref for one in store.entities(kinds=("team",)))
    person = Person.objects.create_user("grace")
    Membership.objects.create(person=person, team=str(team), source="synced", provider="okta", since=clock.now())
    text = page(f"/entities/team/{team.namespace}/{team.name}")
    assert "synced from okta" in text
    assert "grace" in text
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert "left" in page(f"/entities/team/{team.namespace}/{team.name}")


def test_a_change_of_owner_is_on_the_page_with_its_cause(page, board):
    from greenboard.catalog import descriptors, store

    def said(owner):
        return descriptors.read(f"kind: library\nname: ledger-kit\nowner: {owner}\n", "kit.yaml")

    for owner in ("one", "two"):
        teams = descriptors.read(f"kind: team\nname: {owner}\n", "teams.yaml")
        store.save(teams, clock.now(), cause="teams")
        store.save(said(owner), clock.now(), cause=f"handed to {owner}")
    text = page("/entities/library/default/ledger-kit")
    assert "Owners so far" in text
    assert "handed to two" in text
    assert "Owners so far" not in page("/entities/team/default/one")


def test_who_left_and_is_on_call_is_shown_there_and_on_the_own_page(page, board):
    from greenboard.catalog import store
    from greenboard.facts.service import record
    from greenboard.facts.types import Fact, Source, SourceKind

    one = next(one for one in store.entities() if one.ref.kind == "service")
    tool = Source(SourceKind.CONNECTION, "pager")
    record([Fact(one.ref, "oncall", {"schedules": 1, "current": ("Tim Wright",)}, tool, clock.now())], [], clock.now())
    assert "Who is on call has left" not in page("/ownership")
    Person.objects.create_user("tim", first_name="Tim", last_name="Wright", is_active=False)
    text = page("/ownership")
    assert "Who is on call has left" in text
    assert "Put somebody who is here on the rota" in text
    assert f"{one.ref},{one.owner or ''},who is on call has left" in board.get("/ownership.csv").getvalue().decode()
