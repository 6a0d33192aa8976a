"""Wishes: part of their transaction, handed over once, and never lost in between."""

from __future__ import annotations

import pytest
from tests.durable.conftest import Installation


@pytest.mark.slow
def test_a_wish_that_is_rolled_back_runs_never(either: Installation) -> None:
    with either.working("one"):
        either.ask("""
try:
    with transaction.atomic():
        outbox.wish(play.quick)
        raise KeyError
except KeyError:
    pass
print(Wish.objects.count())
""")
        (run,) = either.wish("quick")
        either.until((run, "quick"))
    assert [whose for whose, _ in either.journal()] == [run]


@pytest.mark.slow
def test_a_crash_between_the_commit_and_the_engine_loses_no_wish(either: Installation) -> None:
    with either.working("one"):
        run = either.crash("""
import os
outbox._at_commit = lambda row: (print(row.id, flush=True), os._exit(9))
with transaction.atomic():
    outbox.wish(play.quick)
""")
        assert either.until((run, "quick")) < 10
        assert either.ask(f"print(Wish.objects.get(pk={run!r}).dispatched_at is not None)") == "True"


@pytest.mark.slow
def test_a_crash_between_the_engine_and_the_note_of_it_runs_nothing_twice(either: Installation) -> None:
    with either.working("one"):
        run = either.crash("""
import os
from greenboard.durable import engine
enqueue = engine.Client.enqueue
def crash(self, *given):
    enqueue(self, *given)
    print(given[-1], flush=True)
    os._exit(9)
engine.Client.enqueue = crash
with transaction.atomic():
    outbox.wish(play.quick)
""")
        either.until((run, "quick"))
        either.ask(f"while Wish.objects.get(pk={run!r}).dispatched_at is None: time.sleep(0.1)")
        (later,) = either.wish("quick")
        either.until((later, "quick"))
    assert either.of(run) == ["quick"]


@pytest.mark.slow
def test_a_wish_that_was_made_before_any_worker_ran_is_done_by_the_first(here: Installation) -> None:
    (run,) = here.wish("quick")
    with here.working("one"):
        here.until((run, "quick"))


@pytest.mark.slow
def test_a_wish_for_something_that_this_version_does_not_know_waits_for_one_that_does(here: Installation) -> None:
    here.ask("""
from greenboard.core import clock
Wish.objects.create(id="x", workflow="of-next-year", at=clock.parse_time("2026-01-01T00:00:00Z"))
""")
    with here.working("one"):
        (run,) = here.wish("quick")
        here.until((run, "quick"))
    assert here.ask("print(Wish.objects.get(pk='x').dispatched_at)") == "None"
