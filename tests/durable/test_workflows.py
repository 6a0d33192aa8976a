"""Workflows on a real worker: what they are given and give, and that a kill repeats nothing that is done."""

from __future__ import annotations

import signal

import pytest
from tests.durable.conftest import Installation, kill


def test_a_run_killed_in_its_second_step_goes_on_there_after_a_restart(either: Installation) -> None:
    with either.working("one") as worker:
        (run,) = either.wish("three", "{'of': 'it'}")
        either.until((run, "two"))
        kill(worker)
    either.go()
    with either.working("one"):
        either.until((run, "three"))
        assert either.of(run) == ["one", "two", "two", "three"]
        either.ended(run)
    assert either.state(run)["output"] == {"given": {"of": "it"}, "done": ["one", "two", "three"]}


@pytest.mark.slow
def test_another_worker_takes_over_from_one_that_is_killed_within_ten_seconds(either: Installation) -> None:
    with either.working("one") as first:
        (run,) = either.wish("three")
        either.until((run, "two"))
        with either.working("two"):
            either.until((either.wish("quick")[0], "quick"))
            either.go()
            kill(first)
            if "three" not in either.of(run):
                assert either.until((run, "three")) < 10
    assert either.of(run).count("one") == 1


@pytest.mark.slow
def test_a_name_that_another_worker_has_is_refused(either: Installation) -> None:
    with either.working("one") as first:
        said = either.ask("""
try:
    play.main("one")
except SystemExit as error:
    print(error)
""")
        assert "another worker is named one" in said
        assert "GREENBOARD_WORKER_ID" in said
        assert first.poll() is None


@pytest.mark.slow
def test_workers_without_a_name_get_the_first_that_is_free_and_get_it_again(here: Installation) -> None:
    def names() -> list[str]:
        return sorted(path.stem[-2:] for path in (here.folder / "workers").glob("*.lock"))

    with here.working() as first, here.working() as second:
        assert names() == ["-0", "-1"]
        kill(first)
        with here.working():
            assert names() == ["-0", "-1"]
        assert second.poll() is None


@pytest.mark.slow
def test_a_stop_lets_the_step_in_hand_end_and_leaves_the_rest(here: Installation) -> None:
    with here.working("one") as worker:
        (run,) = here.wish("three")
        here.until((run, "two"))
        worker.send_signal(signal.SIGTERM)
        here.go()
        assert worker.wait(15) == 0
    assert here.of(run) == ["one", "two"]
    with here.working("one"):
        here.until((run, "three"))
    assert here.of(run) == ["one", "two", "three"]


@pytest.mark.slow
def test_two_hundred_waiting_runs_keep_nobody_from_starting_and_hear_their_signal(either: Installation) -> None:
    with either.working("one"):
        waiting = either.wish("asking", count=200)
        either.until(*((run, "asks") for run in waiting), limit=90)
        (run,) = either.wish("quick")
        assert either.until((run, "quick")) < 5
        for said in ("yes", "no"):
            either.ask(f"client(settings.DURABLE).signal({waiting[7]!r}, 'answer', {said!r}, 'key')")
        either.ended(waiting[7])
        assert either.state(waiting[7])["output"] == "yes"
        assert either.state(waiting[8])["state"] == "running"


@pytest.mark.slow
def test_a_step_is_tried_as_often_as_was_said_and_the_run_tells_why_it_failed(here: Installation) -> None:
    with here.working("one"):
        (run,) = here.wish("failing", "2")
        here.ended(run)
        assert (here.state(run)["state"], here.state(run)["error"]) == ("failed", "no luck")
    assert here.of(run) == ["fails", "fails"]


@pytest.mark.slow
def test_a_cancelled_run_begins_no_further_step(here: Installation) -> None:
    with here.working("one"):
        (run,) = here.wish("three")
        here.until((run, "two"))
        here.ask(f"client(settings.DURABLE).cancel({run!r})")
        here.go()
        (later,) = here.wish("three")
        here.until((later, "three"))
        assert here.state(run)["state"] == "cancelled"
    assert here.of(run) == ["one", "two"]


@pytest.mark.slow
def test_runs_that_are_over_are_forgotten_and_others_are_not(here: Installation) -> None:
    with here.working("one"):
        (run, asking) = (*here.wish("quick"), *here.wish("asking"))
        here.until((asking, "asks"))
        here.ended(run)
        left = here.ask("""
from datetime import timedelta
from greenboard.core import clock
time.sleep(1.1)  # the engine's clock on SQLite counts seconds
engine = client(settings.DURABLE)
print(engine.forget(clock.now() - timedelta(days=1)), engine.forget(clock.now()), *[one.id for one in engine.runs()])
""")
        assert left == f"0 1 {asking}"
