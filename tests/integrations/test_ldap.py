"""Facts about people and groups, from a real slapd over TLS."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from greenboard.connections import collecting, configured, discovery
from greenboard.connections.types import Failed, Found, Missed, Reason
from greenboard.integrations.ldap import entries
from greenboard.outbound.addresses import Allowed

slapd = importlib.import_module("tests.identity.directory")
LOCAL = Allowed.read(["127.0.0.0/8"])
needs_slapd = pytest.mark.skipif(slapd.program() is None, reason="needs OpenLDAP's server: apt-get install slapd")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE, GROUPS = f"ou=people,{slapd.BASE}", f"ou=groups,{slapd.BASE}"


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    ldif = slapd.company(220, 3) + f"\ndn: cn=everybody,{GROUPS}\nobjectClass: groupOfNames\ncn: everybody\n"
    ldif += f"member: {slapd.person(1)}\nmember: cn=team-1,{GROUPS}\n"
    boss = f"dn: uid=boss,{PEOPLE}\nobjectClass: inetOrgPerson\nuid: boss\ncn: The Boss\nsn: Boss\ntitle: Head\n"
    boss += f"mail: boss@example.com\nmanager: UID=P0000 , ou=people,{slapd.BASE}\ndepartmentNumber: 42\n"
    with slapd.running(tmp_path_factory.mktemp("slapd"), ldif + "\n" + boss) as found:
        yield found


def collected(directory, secret=slapd.PASSWORD, allowed=LOCAL, **more):
    told = {"url": directory.url, "ca": directory.ca_file.read_text(), "bind_dn": slapd.READER, "page": 50}
    told |= {"people_base": PEOPLE, "groups_base": GROUPS, **more}
    connection = configured.connection(discovery.found()["ldap"], told, {"password": secret})
    return list(collecting.collect(replace(connection, allowed=allowed), now=NOW, call=nobody))


def nobody(_):
    raise Failed(Reason("ours", "A directory is not asked over HTTP."))


def facts(events):
    return {one.subject.title: one.value for one in events if isinstance(one, Found)}


def reasons(events):
    return {(one.reason.fault, one.type) for one in events if isinstance(one, Missed)}


@needs_slapd
def test_people_and_groups_come_page_by_page_beyond_the_limit_of_one_search(directory):
    found = facts(collected(directory))
    assert len(found) == 220 + 1 + 3 + 1
    assert found["The Boss"] == {
        "active": True, "email": "boss@example.com", "title": "Head", "department": "42", "manager": "p0000@example.com",
    }  # fmt: skip
    assert found["team-1"]["active_members"] == len(found["team-1"]["members"]) == 73
    assert "p0001@example.com" in found["team-1"]["members"]


@needs_slapd
def test_a_page_of_nothing_is_not_taken_for_an_empty_directory(directory):
    people = f"uid=p0001,{PEOPLE}"
    assert set(facts(collected(directory, page=0, people_base=people, groups_base=""))) == {"Person 1"}


@needs_slapd
def test_of_a_group_with_a_group_in_it_no_members_are_told(directory):
    assert "everybody" not in facts(collected(directory))


@needs_slapd
def test_without_the_word_of_the_settings_nobody_is_called_active(directory):
    found = facts(collected(directory, unmarked_active=False))
    assert "active" not in found["The Boss"]
    assert "active_members" not in found["team-1"]


@needs_slapd
@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"secret": "wrong"}, "permission"),
        ({"people_base": "ou=nowhere,dc=example,dc=com"}, "ours"),
        ({"people_filter": "(((("}, "ours"),
        ({"ca": ""}, "theirs"),
        ({"url": "ldap://127.0.0.1:1"}, "theirs"),
        ({"url": "https://example.com"}, "ours"),
    ],
)
def test_what_cannot_be_read_is_told_with_a_reason_and_yields_no_fact(directory, more, fault):
    events = collected(directory, **more)
    assert facts(events) == {}
    assert (fault, "directory") in reasons(events)


@needs_slapd
def test_an_address_that_may_not_be_called_is_not_called(directory):
    events = collected(directory, allowed=Allowed())
    assert facts(events) == {}
    assert ("ours", "directory") in reasons(events)


def test_an_entry_of_active_directory_says_its_id_its_state_and_its_last_sign_in():
    raw = {
        "objectGUID": [bytes(range(16))],
        "sAMAccountName": [b"Alice"],
        "userAccountControl": [b"514"],
        "lastLogonTimestamp": [b"134082432000000000"],
        "mail": [],
    }
    found = entries.person("CN=Alice Ames, OU=Staff,DC=example,DC=com", raw)
    assert found["id"] == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    assert found["key"] == "cn=alice ames,ou=staff,dc=example,dc=com"
    assert (found["login"], found["marked"], found["active"], found["emails"]) == ("alice", True, False, [])
    assert found["last_login_at"] == "2025-11-22T00:00:00+00:00"


@pytest.mark.parametrize(
    ("raw", "active"),
    [
        ({"userAccountControl": [b"512"]}, True),
        ({"pwdAccountLockedTime": [b"000001010000Z"]}, False),
        ({"pwdAccountLockedTime": [b"20261101080000Z"]}, True),
        ({"nsAccountLock": [b"TRUE"]}, False),
        ({"userAccountControl": [b"what"]}, None),
        ({}, None),
    ],
)
def test_who_is_locked_for_good_is_not_active(raw, active):
    assert entries.person("uid=a", raw)["active"] is active


def test_the_last_sign_in_is_the_later_of_what_overlays_keep_and_never_is_unknown():
    both = {"authTimestamp": [b"20261101080000Z"], "pwdLastSuccess": [b"20261102080000.123Z"]}
    assert entries.person("uid=a", both)["last_login_at"] == "2026-11-02T08:00:00+00:00"
    for told in (b"0", b"soon", b"-1", b"9" * 30):
        assert entries.person("uid=a", {"lastLogonTimestamp": [told]})["last_login_at"] is None
    assert entries.person("uid=a", {"authTimestamp": [b"20261399999999Z"]})["last_login_at"] is None
