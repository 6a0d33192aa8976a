"""A worker with workflows of the tests' own, as a process: `python play.py NAME` works until it is told to stop;
with `--surface` it is a process that speaks to workers.

Every step writes a line into the journal, so that what was done twice is seen.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from functools import partial
from pathlib import Path

from greenboard.project import setup, stopping

setup.django()

from django.db import close_old_connections  # noqa: E402

from greenboard.durable.types import Json, Run  # noqa: E402 - Django first
from greenboard.durable.workflows import workflow  # noqa: E402

JOURNAL = Path(os.environ["JOURNAL"])
GO = JOURNAL.with_name("go")


def note(run: str, what: str) -> Json:
    with JOURNAL.open("a", encoding="utf-8") as file:
        file.write(f"{run} {what}\n")
    return what


def held(run: str, what: str) -> Json:
    """A step that is under way until the test lets it go on."""
    note(run, what)
    while not GO.exists():
        time.sleep(0.02)
    return what


@workflow("three")
async def three(run: Run, given: Json) -> Json:
    one = await run.step("one", partial(note, run.id, "one"))
    two = await run.step("two", partial(held, run.id, "two"))
    three = await run.step("three", partial(note, run.id, "three"))
    return {"given": given, "done": [one, two, three]}


@workflow("quick")
async def quick(run: Run, given: Json) -> Json:
    return await run.step("only", partial(note, run.id, "quick"))


@workflow("asking", waits=True)
async def asking(run: Run, _: Json) -> Json:
    """Waits for somebody's answer."""
    await run.step("asks", partial(note, run.id, "asks"))
    return await run.wait("answer", 600)


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


def answer() -> None:
    """Be a surface: run the code that comes in, line by line as JSON, and give what it prints."""
    known: dict[str, object] = {}
    for line in sys.stdin:
        close_old_connections()  # as at the beginning of a request
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), known)
        print(json.dumps(said.getvalue().strip()), flush=True)


if __name__ == "__main__":
    sys.modules["play"] = sys.modules["__main__"]
    answer() if sys.argv[1:] == ["--surface"] else main(sys.argv[1] if len(sys.argv) > 1 else "")
