"""`greenboard connection`: collected, tried, watched and stopped over the network, with somebody's token."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from tests.collection.conftest import CHECKOUT, collect, said

from greenboard.access import tokens
from greenboard.access.models import Grant, Person, Role
from greenboard.access.permissions import Permission
from greenboard.access.roles import ensure
from greenboard.collection import models
from greenboard.collection.types import Kind
from greenboard.core.errors import UserError
from greenboard.project.commands.connection import command

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(live_server, monkeypatch):
    """Run the command with the token of a maintainer: its exit code and what it says."""
    if not Role.objects.exists():
        ensure(sender=None)
    person = Person.objects.create_user("ada", password="x")
    Grant.objects.create(role=Role.objects.get(name="maintainer"), person=person, created_at=datetime.now(UTC))
    rights = [Permission.READ, Permission.CONNECTIONS_READ, Permission.CONNECTIONS_MANAGE]
    monkeypatch.setenv("GREENBOARD_URL", live_server.url)
    monkeypatch.setenv("GREENBOARD_TOKEN", tokens.make(person, tokens.Wish("terminal", rights), person)[1])

    def call(*arguments):
        done = CliRunner().invoke(command, list(arguments), standalone_mode=False)
        if isinstance(done.exception, UserError):
            return done.exception.exit_code, str(done.exception)
        assert done.exception is None, done.exception
        return done.return_value or 0, done.output

    return call


def test_a_collection_is_begun_watched_and_stopped_from_a_terminal(run, lookout):
    assert "not collected yet" in run("list")[1]
    code, told = run("collect", "lookout", "--dry-run", "--no-wait")
    number = models.Collection.objects.get().pk
    assert (code, told.split()) == (0, [str(number), "dry", "run", "waiting"])
    assert "is being collected already" in run("collect", "lookout", "--no-wait")[1]
    assert "dry run  waiting" in run("progress", "lookout")[1]
    assert run("stop", "lookout")[0] == 0
    assert models.Collection.objects.get().stop
    models.Collection.objects.update(state="stopped", ended_at=datetime.now(UTC))
    assert run("stop", "lookout") == (2, "nothing is being collected through lookout")


def test_what_could_not_be_looked_at_and_what_would_change_is_told(run, lookout, tool):
    tool.fail("403", at="/objectives")
    code, told = run("test", "lookout")
    assert code == 1
    assert "✘ objectives" in told
    assert "it needs objectives.read" in told
    collect(lookout)
    assert "slo: permission: The token may not read this" in run("progress", "lookout")[1]
    tool.mend()
    tool.service("s1", "checkout", levels=3)
    collect(lookout, Kind.TRIAL)
    assert "changed oncall of service:default/checkout" in run("progress", "lookout")[1]
    assert said(CHECKOUT)["oncall"]["escalation_levels"] == 2
    assert "lookout (lookout)" in run("list")[1]
