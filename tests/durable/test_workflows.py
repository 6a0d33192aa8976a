"""Workflows on a real worker: what they are given and give, and that a kill repeats nothing that is done."""

from __future__ import annotations

import json
import signal

from tests.durable.conftest import Installation, kill


def state(installation: Installation, run: str) -> dict[str, object]:
    """What is known of a run from outside."""
    code = (
        f"import json, time; one = client(settings.DURABLE).run({run!r});"
        "print(json.dumps([one.state, one.output, one.error, one.worker]))"
    )
    return dict(zip(("state", "output", "error", "worker"), json.loads(installation.ask(code)), strict=True))


def test_a_run_killed_in_its_second_step_goes_on_there_after_a_restart(either: Installation) -> None:
    with either.working("one") as worker:
        (run,) = either.wish("three", "{'of': 'it'}")
        either.until((run, "two begins"))
        kill(worker)
    assert either.of(run) == ["one begins", "one over", "two begins"]
    with either.working("one"):
        either.until((run, "three over"))
    done = either.of(run)
    assert (done.count("one begins"), done.count("one over")) == (1, 1)
    assert done[3:] == ["two begins", "two over", "three begins", "three over"]


def test_another_worker_takes_over_from_one_that_is_killed_within_ten_seconds(either: Installation) -> None:
    with either.working("one") as first:
        (run,) = either.wish("three")
        either.until((run, "two begins"))
        with either.working("two"):
            kill(first)
            assert either.until((run, "two over")) < 10
            either.until((run, "three over"))
            assert either.of(run).count("one begins") == 1


def test_a_name_that_another_worker_has_is_refused(either: Installation) -> None:
    with either.working("one") as first:
        done = refused(either, "one")
        assert "another worker is named one" in done
        assert "GREENBOARD_WORKER_ID" in done
        assert first.poll() is None


def refused(installation: Installation, name: str) -> str:
    return installation.ask(f"""
try:
    play.main({name!r})
except SystemExit as error:
    print(error)
""")


def test_workers_without_a_name_get_the_first_that_is_free_and_get_it_again(here: Installation) -> None:
    with here.working() as first, here.working() as second:
        assert sorted(path.stem[-2:] for path in (here.folder / "workers").glob("*.lock")) == ["-0", "-1"]
        kill(first)
        with here.working():
            assert len(list((here.folder / "workers").glob("*.lock"))) == 2
        assert second.poll() is None


def test_a_stop_lets_the_step_in_hand_end_and_leaves_the_rest(here: Installation) -> None:
    with here.working("one", PACE="1.5") as worker:
        (run,) = here.wish("three")
        here.until((run, "two begins"))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0
    assert here.of(run) == ["one begins", "one over", "two begins"]
    with here.working("one"):
        here.until((run, "three over"))
    assert here.of(run).count("two begins") == 1


def test_two_hundred_waiting_runs_keep_nobody_from_starting_and_hear_their_signal(either: Installation) -> None:
    with either.working("one"):
        waiting = either.wish("asking", count=200)
        either.until(*((run, "asks") for run in waiting), limit=60)
        (run,) = either.wish("quick")
        assert either.until((run, "quick")) < 3
        either.ask(f"""
import time
engine = client(settings.DURABLE)
engine.signal({waiting[7]!r}, "answer", "yes", "key")
engine.signal({waiting[7]!r}, "answer", "no", "key")
while engine.run({waiting[7]!r}).state != "done":
    time.sleep(0.05)
""")
        assert state(either, waiting[7])["output"] == "yes"
        assert state(either, waiting[8])["state"] == "running"


def test_a_step_is_tried_as_often_as_was_said_and_the_run_tells_why_it_failed(here: Installation) -> None:
    with here.working("one"):
        (run,) = here.wish("failing", "2")
        here.ask(f"import time\nwhile client(settings.DURABLE).run({run!r}).state != 'failed': time.sleep(0.1)")
        assert state(here, run)["error"] == "no luck"
    assert here.of(run) == ["fails", "fails"]


def test_a_cancelled_run_begins_no_further_step(here: Installation) -> None:
    with here.working("one"):
        (run,) = here.wish("three")
        here.until((run, "two begins"))
        here.ask(f"client(settings.DURABLE).cancel({run!r})")
        (later,) = here.wish("quick")
        here.until((later, "quick"))
        assert state(here, run)["state"] == "cancelled"
    assert "three begins" not in here.of(run)


def test_runs_that_are_over_are_forgotten_and_others_are_not(here: Installation) -> None:
    with here.working("one"):
        (run, asking) = (*here.wish("quick"), *here.wish("asking"))
        here.until((run, "quick"), (asking, "asks"))
        left = here.ask("""
from datetime import timedelta
from greenboard.core import clock
import time; time.sleep(1.5)
engine = client(settings.DURABLE)
print(engine.forget(clock.now() - timedelta(days=1)), engine.forget(clock.now()), *[one.id for one in engine.runs()])
""")
        assert left == f"0 1 {asking}"
