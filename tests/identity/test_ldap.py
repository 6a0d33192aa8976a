"""The directory made to hold here, from a real slapd with 1,500 people."""

from __future__ import annotations

import importlib
from datetime import timedelta

import ldap3
import pytest

from greenboard.access.models import Entry, Grant, Membership, Person
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.identity.configuration import Identity
from greenboard.identity.directory.syncing import sync
from greenboard.identity.models import Handle, Reading

slapd = importlib.import_module("tests.identity.directory")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(slapd.program() is None, reason="needs OpenLDAP's server: apt-get install slapd"),
]
SIZE, TEAMS = 1500, 30


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    with slapd.running(tmp_path_factory.mktemp("slapd"), slapd.company(SIZE, TEAMS)) as found:
        yield found


@pytest.fixture
def small(tmp_path):
    """A directory of its own, to change."""
    with slapd.running(tmp_path, slapd.company(40, 4)) as found:
        yield found


def model(directory, **more):
    said = {
        "url": directory.url,
        "start_tls": True,
        "ca_file": str(directory.ca_file),
        "bind_dn": slapd.READER,
        "secret": slapd.PASSWORD,
        "people_base": f"ou=people,{slapd.BASE}",
        "groups_base": f"ou=groups,{slapd.BASE}",
        "page": 150,
        "groups": [{"group": "team-*", "team": "team:default/team-*"}, {"group": "admins", "role": "administrator"}],
        **more,
    }
    return Identity.model_validate({"ldap": said}).ldap


def people():
    return Person.objects.filter(is_superuser=False)


@pytest.mark.slow
def test_fifteen_hundred_people_come_with_their_teams_and_roles(directory):
    plan = sync(model(directory), clock.now())
    assert len(plan.made) == SIZE
    assert people().count() == SIZE
    person = Person.objects.get(username="p0042")
    assert (person.email, person.get_full_name()) == ("p0042@example.com", "Person Number 42")
    assert not person.has_usable_password()
    assert [one.team for one in person.memberships.all()] == ["team:default/team-12"]
    assert Membership.objects.filter(source="synced", provider="ldap").count() == SIZE
    assert Grant.objects.filter(role__name="administrator", source="ldap").count() == 10


def test_a_second_look_changes_nothing(small):
    sync(model(small), clock.now())
    lines = Entry.objects.count()
    plan = sync(model(small), clock.now())
    assert (plan.made, plan.linked, plan.changed, plan.reopened, plan.closed) == ((), (), (), (), ())
    assert Entry.objects.count() == lines


def test_when_the_directory_was_last_read_is_kept_also_where_nothing_changed(small):
    began = clock.now()
    sync(model(small), began)
    later = began + timedelta(hours=25)
    sync(model(small), later)
    assert [(one.provider, one.at) for one in Reading.objects.all()] == [("ldap", later)]


def test_a_dry_run_says_everything_and_writes_nothing(directory):
    plan = sync(model(directory), clock.now(), dry_run=True)
    assert not Reading.objects.exists()
    assert len(plan.made) == SIZE
    assert not people().exists()
    assert not Handle.objects.exists()


def test_who_left_is_closed_who_was_renamed_stays_and_who_changed_teams_follows(small):
    sync(model(small), clock.now())
    known = Person.objects.get(username="p0001")
    with small.connect() as change:
        change.delete(slapd.person(39))
        change.modify_dn(slapd.person(1), "uid=pauline")
        change.modify(
            f"uid=pauline,ou=people,{slapd.BASE}", {"mail": [(ldap3.MODIFY_REPLACE, ["pauline@example.com"])]}
        )
        group = f"cn=team-2,ou=groups,{slapd.BASE}"
        change.modify(group, {"member": [(ldap3.MODIFY_DELETE, [slapd.person(2)])]})
        change.modify(f"cn=team-3,ou=groups,{slapd.BASE}", {"member": [(ldap3.MODIFY_ADD, [slapd.person(2)])]})
    plan = sync(model(small), clock.now())
    assert [one.username for one in plan.closed] == ["p0039"]
    assert not Person.objects.get(username="p0039").is_active
    known.refresh_from_db()
    assert (known.username, known.email) == ("pauline", "pauline@example.com")
    assert [one.team for one in Person.objects.get(username="p0002").memberships.all()] == ["team:default/team-3"]
    with small.connect() as change:
        attributes = {"uid": "p0039", "cn": "Back", "sn": "Again", "mail": "p0039@example.com"}
        change.add(slapd.person(39), "inetOrgPerson", attributes)
    plan = sync(model(small), clock.now())
    assert [reason for _, reason in plan.skipped] == ["p0039 is the name of another account"], (
        "a new key is a new person"
    )


def test_a_look_that_would_close_many_waits_for_force(small):
    sync(model(small), clock.now())
    with small.connect() as change:
        for number in range(30, 40):
            change.delete(slapd.person(number))
    with pytest.raises(UserError, match="would close 10 of 40 accounts"):
        sync(model(small), clock.now())
    assert not Person.objects.filter(is_active=False).exists()
    assert len(sync(model(small), clock.now(), force=True).closed) == 10
    assert Person.objects.filter(is_active=False).count() == 10


def test_a_base_or_filter_that_finds_nobody_closes_nobody(small):
    sync(model(small), clock.now())
    with pytest.raises(UserError, match="shows nobody"):
        sync(model(small, people_filter="(uid=nobody)"), clock.now())
    with pytest.raises(UserError, match="cannot be read"):
        sync(model(small, people_base=f"ou=elsewhere,{slapd.BASE}"), clock.now())
    with pytest.raises(UserError, match="cannot be read"):
        sync(model(small, people_filter="(((uid=x)"), clock.now())
    assert not Person.objects.filter(is_active=False).exists()


def test_passwords_go_over_tls_to_the_right_server_only(directory, tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        sync(model(directory, start_tls=False, ca_file=None), clock.now())
    with pytest.raises(UserError, match="cannot be read") as refused:
        sync(model(directory, ca_file=None), clock.now())
    assert slapd.PASSWORD not in str(refused.value)
    with pytest.raises(UserError, match="cannot be read"):
        sync(model(directory, secret="wrong"), clock.now())
    with pytest.raises(UserError, match="cannot be read"):
        sync(model(directory, url="ldap://127.0.0.1:9"), clock.now())


def test_the_administrator_and_accounts_of_others_are_left_alone(small):
    boss = Person.objects.create_superuser("p0000", password="a long password")
    mine = Person.objects.create_user("p0001", email="old@example.com", password="a long password")
    plan = sync(model(small), clock.now())
    assert [one.username for one, _ in plan.skipped] == ["p0000"]
    boss.refresh_from_db()
    assert boss.email == ""
    assert [account.username for account, _ in plan.linked] == ["p0001"]
    mine.refresh_from_db()
    assert mine.email == "p0001@example.com"


def test_the_command_says_what_it_did(small, tmp_path, monkeypatch, capfd):
    import json

    from click.testing import CliRunner

    from greenboard.project.commands import ldap

    path = tmp_path / "identity.yaml"
    path.write_text(json.dumps({"ldap": json.loads(model(small).model_dump_json()) | {"secret": slapd.PASSWORD}}))
    monkeypatch.setenv("GREENBOARD_IDENTITY", str(path))
    monkeypatch.setattr("greenboard.project.running.prepare", lambda *_, **__: None)
    said = CliRunner().invoke(ldap.command, ["sync", "--dry-run"]).output
    assert "would make   p0007" in said
    assert "Nothing was changed; it would be: 40 made" in said
    assert "Accounts: 40 made" in CliRunner().invoke(ldap.command, ["sync"]).output
    assert people().count() == 40
