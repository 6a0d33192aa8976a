"""`greenboard exemption`: asked for, listed and decided over the network, with the tokens of two people."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from greenboard.access import tokens
from greenboard.access.models import Grant, Person, Role
from greenboard.access.permissions import Permission
from greenboard.access.roles import ensure
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.exemptions.models import Exemption
from greenboard.project.commands.exemption import command

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LATER = f"{datetime.now(UTC) + timedelta(days=60):%Y-%m-%d}"
ASKED = ["request", "checkout", "cod-1-coverage", "--reason", "The tests are being rewritten"]


@pytest.fixture
def run(live_server, monkeypatch):
    """Run the command with the token of somebody."""
    if not Role.objects.exists():
        ensure(sender=None)
    now = datetime.now(UTC)
    catalog.save(Declared((Entity(Ref("service", "default", "checkout")),)), now, cause="test")
    rights = [Permission.READ, Permission.EXEMPTIONS_REQUEST, Permission.EXEMPTIONS_DECIDE]
    made = {}
    for name, role in (("ann", "member"), ("bob", "maintainer"), ("carl", "maintainer")):
        person = Person.objects.create_user(name, password="x")
        Grant.objects.create(role=Role.objects.get(name=role), person=person, created_at=now)
        held = rights if role == "maintainer" else rights[:2]
        made[name] = tokens.make(person, tokens.Wish("terminal", held), person)[1]
    monkeypatch.setenv("GREENBOARD_URL", live_server.url)

    def call(name, *arguments):
        monkeypatch.setenv("GREENBOARD_TOKEN", made[name])
        done = CliRunner().invoke(command, list(arguments), standalone_mode=False)
        if isinstance(done.exception, UserError):
            return str(done.exception)
        assert done.exception is None, done.exception
        return done.output

    return call


def test_one_is_asked_for_listed_and_decided_by_another_person_and_who_is_second_is_told(run):
    assert run("ann", "list") == "There is none.\n"
    asked = run("ann", *ASKED, "--until", LATER, "--control", "A proxy in front", "--environment", "staging")
    number = str(Exemption.objects.get().pk)
    assert f"{number}  requested  service:default/checkout  cod-1-coverage  mitigated, staging only" in asked
    assert f"until {LATER}, asked by ann" in asked
    assert "403" in run("ann", "decide", "approve", number, "--reason", "Mine")
    assert run("bob", "decide", "approve", number, "--reason", "Agreed") == "1 decided: approve\n"
    assert "was approved by bob first" in run("carl", "decide", "deny", number, "--reason", "No")
    assert "decided by bob" in run("ann", "list", "--state", "approved", "--rule", "cod-1-coverage", "--ending", "90")
    assert run("ann", "list", "--state", "denied") == "There is none.\n"
    told = json.loads(run("ann", "list", "--format", "json"))
    assert [(one["id"], one["state"], one["control"]) for one in told] == [
        (int(number), "approved", "A proxy in front")
    ]


def test_what_can_be_no_exemption_is_refused_with_its_reason_and_the_same_key_asks_once(run):
    assert "it has no end" in run("ann", *ASKED)
    assert "no entity" in run("ann", "request", "nothing", *ASKED[2:], "--until", LATER)
    first = run("ann", *ASKED, "--until", LATER, "--key", "a-key-of-mine")
    assert run("ann", *ASKED, "--until", LATER, "--key", "a-key-of-mine") == first
    assert "asked for it already" in run("ann", *ASKED, "--until", LATER)
    assert Exemption.objects.count() == 1
