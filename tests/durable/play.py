"""A worker with workflows of the tests' own, as a process: `python play.py NAME` works until it is told to stop.

Every step writes a line into the journal, so that what was done twice is seen.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path

from greenboard.project import setup, stopping

setup.django()

from greenboard.durable.types import Json, Run  # noqa: E402 - Django first
from greenboard.durable.workflows import workflow  # noqa: E402

JOURNAL = Path(os.environ["JOURNAL"])
PACE = float(os.environ.get("PACE", "0.5"))


def note(run: str, what: str, pace: float = 0.0) -> Json:
    with JOURNAL.open("a", encoding="utf-8") as file:
        file.write(f"{run} {what}\n")
    time.sleep(pace)
    return what


@workflow("three")
async def three(run: Run, given: Json) -> Json:
    """Three steps, of which each is told when it begins and when it has ended."""
    done = []
    for name in ("one", "two", "three"):
        done.append(await run.step(name, partial(note, run.id, f"{name} begins", PACE)))
        await run.step(f"{name} over", partial(note, run.id, f"{name} over"))
    return {"given": given, "done": done}


@workflow("quick")
async def quick(run: Run, given: Json) -> Json:
    return await run.step("only", partial(note, run.id, "quick"))


@workflow("asking", waits=True)
async def asking(run: Run, _: Json) -> Json:
    """Waits for somebody's answer."""
    await run.step("asks", partial(note, run.id, "asks"))
    return await run.wait("answer", 600)


@workflow("lazy")
async def lazy(run: Run, seconds: Json) -> Json:
    """One that keeps a place of its queue while it sleeps."""
    await asyncio.sleep(float(str(seconds)))
    return "slept"


@workflow("failing")
async def failing(run: Run, tries: Json) -> Json:
    def fail() -> Json:
        note(run.id, "fails")
        raise ValueError("no luck")

    return await run.step("fails", fail, attempts=int(str(tries)))


def main(name: str) -> None:
    from django.conf import settings

    from greenboard.core.errors import UserError
    from greenboard.durable.worker import Worker

    stop = stopping.told(30)
    worker = Worker(settings.DURABLE, broken=stop.set, wanted=name)
    try:
        worker.start()
    except UserError as error:
        sys.exit(str(error))
    print(f"claimed {worker.name}", flush=True)
    while not stop.wait(0.1):
        pass
    worker.stop(10)
    sys.exit(int(worker.fault))


if __name__ == "__main__":
    assert threading.current_thread() is threading.main_thread()
    main(sys.argv[1] if len(sys.argv) > 1 else "")
