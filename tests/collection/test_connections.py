"""Connections: checked whole, secrets sealed and never shown, and sent only to the address they were entered for."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.db import connection as database
from tests.collection.conftest import CHECKOUT, collect, said
from tests.collection.tool import KEY

from greenboard.access import sealing
from greenboard.access.models import Entry
from greenboard.collection import placing, running
from greenboard.collection.jobs import collection as workflow
from greenboard.collection.jobs import retirement
from greenboard.connections import service, store
from greenboard.connections.models import Connection
from greenboard.connections.service import Taken, Told, Wish
from greenboard.core import clock
from greenboard.core.errors import UserError, UserErrors
from greenboard.durable.models import Wish as Wished
from greenboard.project.portable import reading
from greenboard.project.portable.tables import tables

pytestmark = pytest.mark.django_db


def wish(name: str = "other", url: str = "http://127.0.0.1:1", **secrets: str) -> Wish:
    return Wish(name, "lookout", Told({"url": url}, secrets or {"key": KEY}))


def places(refused: pytest.ExceptionInfo[UserErrors]) -> set[str]:
    return {str(one.place) for one in refused.value.errors}


def test_everything_wrong_with_a_wish_is_told_at_once(tool):
    bad = Wish("Not A Name", "lookout", Told({"address": "x"}, {"kye": "y"}, {"only": []}), every=5, priority=-1)
    with pytest.raises(UserErrors) as refused:
        service.make(bad, clock.now())
    wanted = {
        "name",
        "every",
        "priority",
        "scope.only",
        "settings.address",
        "settings.url",
        "secrets.kye",
        "secrets.key",
    }
    assert places(refused) == wanted
    assert "Did you mean 'key'?" in str(refused.value)
    assert not Connection.objects.exists()


def test_an_unknown_integration_suggests_the_one_that_was_meant(tool):
    with pytest.raises(UserError, match="Did you mean 'lookout'"):
        service.make(Wish("x", "lokout"), clock.now())


def test_an_address_inside_is_refused_when_it_is_named(tool, db):
    with pytest.raises(UserError, match="GREENBOARD_OUTBOUND_ALLOW"):
        service.make(wish(url="https://169.254.169.254/"), clock.now())


def test_a_name_is_had_once(lookout):
    with pytest.raises(Taken):
        service.make(wish("lookout"), clock.now())


def test_several_connections_of_one_tool_stand_beside_each_other(lookout, tool):
    other = service.make(Wish("lookout-eu", "lookout", Told({"url": tool.url}, {"key": KEY})), clock.now())
    collect(lookout)
    collect(other)
    assert [one.name for one in store.connections("lookout")] == ["lookout", "lookout-eu"]
    running.retire(other, retirement)
    assert said(CHECKOUT)["oncall"]["responders"] == 3


def test_secrets_are_sealed_and_in_nothing_that_is_told(lookout):
    service.change(lookout, wish("lookout", lookout.settings["url"], key="another-key"), clock.now())
    with database.cursor() as cursor:
        cursor.execute("SELECT secrets FROM connections_connection")
        (stored,) = cursor.fetchone()
    log = json.dumps(list(Entry.objects.values("before", "after")))
    for secret in (KEY, "another-key", "what signs messages"):
        assert secret not in stored
        assert secret not in log
        assert secret not in repr(service.opened(lookout))
    assert service.opened(lookout).secrets == {"key": "another-key", "hook": "what signs messages"}


def test_a_rotation_of_keys_reaches_the_secrets(lookout):
    assert sealing.rotate(forget=True) >= 1
    assert service.opened(Connection.objects.get()).secrets["key"] == KEY


def test_secrets_that_are_not_given_stay_unless_the_address_is_another(lookout):
    service.change(lookout, Wish("lookout", "lookout", Told(lookout.settings), every=300), clock.now())
    assert service.opened(lookout).secrets["key"] == KEY
    with pytest.raises(UserError, match="Enter Secret of the webhook, API key again"):
        service.change(lookout, Wish("lookout", "lookout", Told({"url": "http://127.0.0.1:9"})), clock.now())
    both = {"key": "k", "hook": "h"}
    service.change(lookout, Wish("lookout", "lookout", Told({"url": "http://127.0.0.1:9"}, both)), clock.now())
    assert service.opened(lookout).secrets == both


def test_secrets_that_no_key_opens_any_more_are_entered_anew(lookout, settings, tmp_path):
    settings.SEALING_KEYS = tmp_path / "other.keys"
    (known,) = store.connections()
    assert service.given(known) == frozenset()
    with pytest.raises(UserError, match="cannot be opened with the keys at hand"):
        service.opened(known)
    with pytest.raises(UserErrors, match="API key is needed"):
        service.change(known, Wish("lookout", "lookout", Told(known.settings)), clock.now())
    service.change(known, wish("lookout", known.settings["url"], key="new"), clock.now())
    assert service.opened(known).secrets == {"key": "new"}


def test_name_and_integration_stay(lookout):
    with pytest.raises(UserError, match="stay"):
        service.change(lookout, wish("another"), clock.now())


def test_the_scope_bounds_what_is_collected(lookout, tool):
    lookout.scope = {"exclude": ["check*"]}
    lookout.save()
    collect(lookout)
    assert said(CHECKOUT) == {}


def test_removing_a_connection_ends_what_it_says(lookout):
    collect(lookout)
    assert running.retire(lookout, retirement)
    assert said(CHECKOUT) == {}
    assert not Connection.objects.exists()


def test_a_connection_that_says_much_is_removed_by_a_worker_part_by_part(lookout, monkeypatch):
    collect(lookout)
    monkeypatch.setattr(running, "PART", 1)
    assert not running.retire(lookout, retirement)
    lookout.refresh_from_db()
    assert not lookout.enabled
    assert Wished.objects.filter(workflow="retirement").count() == 1
    parts = []
    while not running.retired(lookout.pk):
        parts.append(len(placing.speaking(lookout)))
    assert parts == [1]
    assert said(CHECKOUT) == {}
    assert not Connection.objects.exists()
    assert running.retired(lookout.pk), "a step that is done twice changes nothing"


def test_a_connection_that_is_being_collected_is_not_removed(lookout):
    running.start(lookout, workflow)
    with pytest.raises(running.Busy):
        running.retire(lookout, retirement)


def test_a_switched_off_connection_is_never_due(lookout):
    now = clock.now()
    assert [one.name for one in store.due(now, 9)] == ["lookout"]
    service.change(lookout, Wish("lookout", "lookout", Told(lookout.settings), enabled=False), now)
    assert store.due(now, 9) == []


def test_a_backup_carries_connections_as_they_are_sealed(lookout):
    (table,) = [one for one in tables(apps) if one.model is Connection]
    lines: list[bytes] = []
    reading.content(table, "default", lines.append)
    assert KEY.encode() not in lines[0]
    assert b"sealed:1:" in lines[0]
