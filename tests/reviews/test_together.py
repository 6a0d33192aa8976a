"""Two people act at once, each in a connection of their own: one is first, and the other is told."""

import importlib
import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from greenboard.access.errors import InTheWay
from greenboard.access.models import Role
from greenboard.access.roles import ensure
from greenboard.reviews import answering, deciding, store
from greenboard.reviews.answering import Reply
from greenboard.reviews.deciding import Verdict
from greenboard.reviews.models import Signature
from greenboard.reviews.types import Decision, State

world = importlib.import_module("tests.reviews.world")
NOW = world.START + timedelta(hours=1)
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people():
    if not Role.objects.exists():
        ensure(sender=None)
    world.build()
    return world.People()


def patient(work):
    """As with a database in a file: the tests' own, in memory, does not wait for a lock."""
    for _ in range(600):
        try:
            return work()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.05)
    raise AssertionError("the database stayed locked")


def together(*works):
    """Let each begin at the same time; give what each came to: its value, or the refusal."""
    ready, found = threading.Barrier(len(works), timeout=60), [None] * len(works)

    def run(place, work):
        try:
            ready.wait()
            found[place] = patient(work)
        except InTheWay as refused:
            found[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


def test_of_a_signature_and_an_answer_one_is_first_and_nothing_is_lost(people):
    review = world.answered(people, NOW, world.asked(people, NOW))
    deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW)
    seen = store.find(review.pk).version
    found = together(
        lambda: deciding.sign(review.pk, seen, who=people.mia, now=NOW),
        lambda: answering.answer(review.pk, Reply("rollback", "No"), who=people.ada, now=NOW),
    )
    assert [type(one) for one in found] == [Signature, InTheWay]
    assert '"value":"Yes"' in Signature.objects.get().text


def test_of_two_who_sign_one_does_and_of_two_who_answer_the_second_is_told(people):
    review = world.answered(people, NOW, world.asked(people, NOW))
    before = store.answers(review)["rollback"].pk
    found = together(
        lambda: answering.answer(review.pk, Reply("rollback", "Yes", before=before), who=people.ada, now=NOW),
        lambda: answering.answer(review.pk, Reply("rollback", "Yes", before=before), who=people.mia, now=NOW),
    )
    refused = [one for one in found if isinstance(one, InTheWay)]
    assert len(refused) == 1
    assert "answered rollback meanwhile: Yes" in str(refused[0])
    world.answered(people, NOW, store.find(review.pk))
    deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW)
    seen = store.find(review.pk).version
    found = together(*[lambda: deciding.sign(review.pk, seen, who=people.mia, now=NOW)] * 2)
    refused = [one for one in found if isinstance(one, InTheWay)]
    assert (len(refused), Signature.objects.count()) == (1, 1)
    assert "mia was first (signed" in str(refused[0])
    assert store.find(review.pk).state == State.SIGNED
