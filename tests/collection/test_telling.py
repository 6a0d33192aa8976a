"""That a source fails is told once, and that it is back once."""

import pytest

from greenboard.collection import running
from greenboard.collection.models import Collection
from greenboard.collection.types import Kind, State
from greenboard.connections.models import Connection
from greenboard.core import clock
from greenboard.core.events import subscribed
from greenboard.core.happened import Happened

pytestmark = pytest.mark.django_db


def test_a_source_that_fails_again_and_again_is_told_once_and_so_is_its_recovery():
    connection = Connection.objects.create(
        name="github-main", integration="github", created_at=clock.now(), changed_at=clock.now()
    )
    heard = []
    states = [
        State.DONE,
        State.FAILED,
        State.FAILED,
        State.STOPPED,
        State.FAILED,
        State.PARTIAL,
        State.DONE,
        State.FAILED,
    ]
    with subscribed(Happened, heard.append):
        for state in states:
            row = Collection.objects.create(connection=connection, asked_at=clock.now(), now=clock.now())
            running._end(row, state, "GitHub answered 401." if state is State.FAILED else "")
        trial = Collection.objects.create(connection=connection, kind=Kind.TRIAL.value, asked_at=clock.now())
        running._end(trial, State.DONE)
    assert [one.kind for one in heard] == ["source.failed", "source.recovered", "source.failed"]
    assert heard[0].title == "The connection github-main could not be read."
    assert heard[0].why.startswith("GitHub answered 401. It was read last at ")
    assert {one.key for one in heard} == {"source.failed:github-main", "source.recovered:github-main"}
