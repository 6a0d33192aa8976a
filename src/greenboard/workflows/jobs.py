"""The durable work of runs: what is next, then that, until the run rests or is over."""

from __future__ import annotations

import asyncio
from functools import partial

from greenboard.durable.types import Json, Run
from greenboard.durable.workflows import workflow
from greenboard.workflows import running

_TRIES = 3


@workflow("workflow")
async def advance(run: Run, given: Json) -> Json:
    """Go on with a run of a workflow. What its steps gave is in the run's own rows; here is only how far one is."""
    assert isinstance(given, dict), "the number of the run"
    number = int(str(given["run"]))
    while (found := await run.step("look", partial(_look, number, run.id), attempts=_TRIES)) is not None:
        assert isinstance(found, dict)
        ready, pause = found["ready"], found["pause"]
        assert isinstance(ready, list)
        if pause:
            await run.sleep(float(str(pause)))
        acts = (run.step(f"act {path}", partial(_act, number, run.id, str(path)), attempts=_TRIES) for path in ready)
        await asyncio.gather(*acts)
    return None


def _look(number: int, turn: str) -> Json:
    found = running.look(number, turn)
    return None if found is None else {"ready": list(found.ready), "pause": found.pause}


def _act(number: int, turn: str, path: str) -> Json:
    running.act(number, turn, path)
    return None
