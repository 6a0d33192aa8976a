"""What is told of makings, and what follows from a newer version of a scaffold by itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from importlib import import_module

import pytest

from greenboard.access.errors import InTheWay
from greenboard.core import clock
from greenboard.core.events import subscribed
from greenboard.core.happened import Happened, Happening
from greenboard.scaffolds import lagging, renewing, service, working
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Landing, State, Wish

cast = import_module("tests.scaffolds.conftest")
ANSWERS = {"name": "pay", "owner": "shop", "tier": "1"}


@pytest.fixture
def heard() -> Iterator[list[Happened]]:
    found: list[Happened] = []
    with subscribed(Happened, found.append):
        yield found


def old(name: str, **more: object) -> Making:
    """Something that was made long ago, from a version of a shipped scaffold that is not the newest."""
    now = clock.now()
    told = {"scaffold": "runbook", "title": "Runbook", "version": "0.1.0", "key": uuid.uuid4(), "by": "ada",
            "answers": {"name": name}, "way": Landing.REPOSITORY.value, "connection": "github",
            "repository": f"acme/{name}", "state": State.DONE.value, "turned_at": now, "began_at": now,
            "landed_at": now}  # fmt: skip
    return Making.objects.create(**{**told, **more})


@pytest.mark.slow
def test_who_wanted_something_and_who_owns_it_hear_that_it_is_made_and_merged(forge, shop, ada, heard):
    row = cast.done(cast.made(Wish("acme.demo-service", ANSWERS, cast.goal("acme/pay")), ada))
    (made,) = [one for one in heard if one.kind is Happening.SCAFFOLD_MADE]
    assert made.title == "What was made from Demo service waits in acme/pay as pull request 1."
    assert (made.people, str(made.entity), made.path) == (("ada",), "service:default/pay", f"/makings/{row.pk}")
    assert made.data["url"] == row.pull_url
    forge.merge("acme/pay", 1)
    cast.watch(row)
    cast.watch(row)
    (merged,) = [one for one in heard if one.kind is Happening.SCAFFOLD_MERGED]
    assert merged.data["merged"] is True


def test_who_wanted_something_hears_that_it_failed_and_why(ada, db, heard):
    row = old("pay", state=State.UNDERWAY.value, turn="t1", landed_at=None)
    working.fail(row, "The forge said no.")
    working.fail(row, "The forge said no.")
    (told,) = heard
    assert (told.kind, told.why, told.people) == (Happening.SCAFFOLD_FAILED, "The forge said no.", ("ada",))


def test_a_newer_version_is_told_once_and_opens_so_many_pull_requests(ada, db, settings, heard):
    settings.SCAFFOLD_UPDATES = 2
    several = [old(name) for name in ("pay", "cart", "ship")]
    assert renewing.renew(clock.now()) == 2
    assert [one.kind for one in heard] == [Happening.SCAFFOLD_BEHIND] * 3
    assert heard[0].title == "acme/ship has version 0.1.0 of Runbook; the newest is " + heard[0].data["newest"] + "."
    updates = list(Making.objects.filter(first__isnull=False))
    assert [(one.by, one.way, one.purpose) for one in updates] == [("ada", "pull-request", "update")] * 2
    assert renewing.renew(clock.now()) == 0
    assert len(heard) == 3
    Making.objects.filter(pk=updates[0].pk).update(state=State.DONE.value, closed_at=clock.now())
    assert renewing.renew(clock.now()) == 1
    assert {one.first_id for one in Making.objects.filter(first__isnull=False)} == {one.pk for one in several}


def test_where_people_open_updates_none_is_opened_by_itself(ada, db, settings, heard):
    settings.SCAFFOLD_UPDATES = 0
    row = old("pay")
    assert renewing.renew(clock.now()) == 0
    assert heard[0].todo == "Open an update."
    assert lagging.standings([row])[0].behind
    service.update(row, ada)
    with pytest.raises(InTheWay):
        service.update(row, ada)
