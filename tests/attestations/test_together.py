"""Two who act at once: one is first, the other is told who was, and nothing is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import OperationalError, connections
from tests.attestations import cast
from tests.attestations.cast import DAY, NOW

from greenboard.access.errors import InTheWay
from greenboard.access.models import Grant, Membership, Person, Role
from greenboard.access.roles import ensure
from greenboard.attestations import service, tending
from greenboard.attestations.models import Attestation
from greenboard.core.happened import Happening

pytestmark = pytest.mark.django_db(transaction=True)


def patient(do: Callable[[], object]) -> object:
    """As with a database in a file: the tests' own, in memory, does not wait for a lock."""
    for _ in range(600):
        try:
            return do()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.05)
    raise AssertionError("the database stayed locked")


def at_once(*several: Callable[[], object]) -> list[object]:
    """What each gave, or was refused with; all begin together."""
    told: list[object] = [None] * len(several)
    ready = threading.Barrier(len(several))

    def run(number: int, do: Callable[[], object]) -> None:
        ready.wait(60)
        try:
            told[number] = patient(do)
        except InTheWay as error:
            told[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(several)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    return told


@pytest.fixture
def people():  # type: ignore[no-untyped-def]
    if not Role.objects.exists():
        ensure(sender=None)
    cast.declared()
    ada, bob, cid = (cast.person(name, role="maintainer") for name in ("ada", "bob", "cid"))
    yield ada, bob, cid
    Attestation.objects.update(renews=None)
    for model in (Membership, Grant, Person):
        model.objects.all().delete()


def test_of_two_who_confirm_and_revoke_at_once_the_second_is_told(people) -> None:  # type: ignore[no-untyped-def]
    ada, bob, cid = people
    row = cast.give(ada, "SEC.2")
    change = service.Change(row.pk, row.version, "mistaken")
    told = at_once(lambda: service.confirm(change, bob, NOW + DAY), lambda: service.revoke(change, cid, NOW + DAY))
    refused = [one for one in told if isinstance(one, Exception)]
    assert len(refused) == 1, told
    assert isinstance(refused[0], InTheWay)
    assert f"attestation {row.pk} meanwhile" in str(refused[0])
    row.refresh_from_db()
    assert row.steps.count() == 2
    first = "bob confirmed" if row.state == "holds" else "cid ended"
    assert first in str(refused[0])
    assert set(cast.listed() or {}) == ({"SEC.2"} if row.state == "holds" else set())


def test_workers_that_look_at_once_remind_and_end_once(people) -> None:  # type: ignore[no-untyped-def]
    cast.give(people[0], until=NOW.date())
    with cast.heard() as told:
        at_once(*[lambda: tending.tend(NOW + 2 * DAY)] * 4)
        tending.tend(NOW + 2 * DAY)
    assert [one.kind for one in told] == [Happening.ATTESTATION_ENDED]


def test_of_two_who_attest_the_same_at_once_one_holds(people) -> None:  # type: ignore[no-untyped-def]
    ada, bob, _ = people
    at_once(lambda: cast.give(ada), lambda: cast.give(bob))
    assert sorted(Attestation.objects.values_list("state", "cause")) == [("ended", "renewed"), ("holds", "")]
