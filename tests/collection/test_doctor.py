"""The doctor tells of connections that do not bring what they should, and of none other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.collection.conftest import collect
from tests.collection.test_removing import many

from greenboard.access.sealing import Secret
from greenboard.collection import models
from greenboard.connections.models import Connection
from greenboard.core import clock
from greenboard.project.doctor import tools
from greenboard.project.environment import Environment

__all__ = ["many"]
pytestmark = pytest.mark.django_db


def found() -> list[tuple[str, str]]:
    several = [finding for look in tools.LOOKS for finding in look(Environment.read())]
    return [(finding.state.value, finding.said) for finding in several]


def test_a_sound_connection_passes(lookout):
    assert found() == [("pass", "1 as they should be")]
    collect(lookout)
    assert found() == [("pass", "1 as they should be")]


def test_without_connections_there_is_nothing_to_say(db):
    assert found() == []


@pytest.mark.parametrize(("at", "state"), [("/objectives", "warn"), ("/", "fail")])
def test_a_collection_that_did_not_see_everything_is_told(lookout, tool, at, state):
    tool.fail("403", at=at)
    collect(lookout)
    ((told, said),) = found()
    assert told == state
    assert told == "warn" or "The token may not read this" in said, "why it failed"


def test_much_that_waits_to_be_confirmed_is_told(lookout, tool, many):
    tool.fail("half")
    collect(lookout)
    assert [(state, "waits for somebody" in said) for state, said in found()] == [("warn", True)]


def test_a_connection_without_its_integration_or_secret_is_told(lookout):
    Connection.objects.update(integration="gone")
    assert found()[0][0] == "fail"
    Connection.objects.update(integration="lookout", secrets=Secret("{}"))
    assert "API key is needed" in found()[0][1]


def test_a_secret_that_no_key_opens_any_more_is_told(lookout, settings, tmp_path):
    settings.SEALING_KEYS = tmp_path / "other.keys"
    assert [(state, "cannot be opened with the keys at hand" in said) for state, said in found()] == [("fail", True)]


def test_a_connection_that_has_not_ended_for_long_is_told_unless_it_is_switched_off(lookout):
    collect(lookout)
    models.Collection.objects.update(ended_at=clock.now() - timedelta(hours=4))
    assert "no collection has ended" in found()[0][1]
    Connection.objects.update(enabled=False)
    assert found() == []


def test_a_folder_that_is_no_integration_is_told(lookout, monkeypatch):
    monkeypatch.setenv("GREENBOARD_INTEGRATIONS", "/nowhere")
    assert found()[0][0] == "fail"
