"""The durable work of collections: see `running` for what the steps do."""

from __future__ import annotations

from functools import partial

from greenboard.collection import running, trying
from greenboard.collection.types import Kind
from greenboard.durable.types import Json, Run
from greenboard.durable.workflows import workflow

_TRIES = 3


@workflow("collection")
async def collection(run: Run, given: Json) -> Json:
    """Pull through a connection, part by part, and make facts of it."""
    assert isinstance(given, dict), "a collection and its kind"
    number = int(str(given["collection"]))
    if not await run.step("begin", partial(_begin, number), attempts=_TRIES):
        return None
    if given["kind"] == Kind.TRIAL:
        await run.step("try", partial(_try, number))
    else:
        while await run.step("pull", partial(running.pull, number), attempts=_TRIES):
            pass
        await run.step("settle", partial(_settle, number), attempts=_TRIES)
        last: Json = 0
        while last is not None:
            last = await run.step("record", partial(_record, number), last, attempts=_TRIES)
    await run.step("end", partial(_end, number), attempts=_TRIES)
    return None


@workflow("retirement")
async def retirement(run: Run, given: Json) -> Json:
    """End what a connection that was removed says, part by part, and then the connection."""
    assert isinstance(given, dict), "a connection"
    number = int(str(given["connection"]))
    while not await run.step("end", partial(running.retired, number), attempts=_TRIES):
        pass
    return None


def _begin(number: int) -> Json:
    return running.begin(number)


def _try(number: int) -> Json:
    trying.attempt(number)
    return None


def _settle(number: int) -> Json:
    running.settle(number)
    return None


def _record(number: int, last: Json) -> Json:
    return running.record(number, int(str(last)))


def _end(number: int) -> Json:
    running.end(number)
    return None
