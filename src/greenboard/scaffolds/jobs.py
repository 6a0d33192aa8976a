"""The durable work of scaffolds: see `working`, `sources` and `watching` for what the steps do."""

from __future__ import annotations

from functools import partial

from greenboard.core import clock
from greenboard.durable.types import Json, Run
from greenboard.durable.workflows import workflow
from greenboard.scaffolds import renewing, sources, watching, working
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Step

_TRIES = 3


@workflow("scaffold-making")
async def make(run: Run, given: Json) -> Json:
    """Make something from a scaffold, step by step. What is done is in its row, and not done again."""
    assert isinstance(given, dict), "the number of a making"
    number = int(str(given["making"]))
    for step in Step:
        while True:
            pause = await run.step(step.value, partial(_perform, step, number, run.id), attempts=_TRIES)
            if pause is None:
                return None
            if not pause:
                break
            await run.sleep(float(str(pause)))
    return None


@workflow("scaffold-source")
async def look(run: Run, given: Json) -> Json:
    """Read the scaffolds of a source anew."""
    assert isinstance(given, dict), "the number of a source"
    await run.step("look", partial(_look, int(str(given["source"]))), attempts=_TRIES)
    await run.step("renew", _renew, attempts=_TRIES)
    return None


@workflow("scaffold-sources", every="0 7 * * * *")
async def look_all(run: Run, _: Json) -> Json:
    """Read the scaffolds of every source anew, and see who lags behind, also behind those that ship."""
    numbers = await run.step("numbers", _numbers, attempts=_TRIES)
    assert isinstance(numbers, list), "the numbers of sources"
    for number in numbers:
        await run.step("look", partial(_look, int(str(number))), attempts=_TRIES)
    await run.step("renew", _renew, attempts=_TRIES)
    return None


@workflow("scaffold-watch", every="30 */2 * * * *")
async def watch(run: Run, _: Json) -> Json:
    """See which pull requests were merged or closed, and go on with makings whose work got lost."""
    await run.step("pulls", _pulls)
    await run.step("lost", _lost)
    return None


@workflow("scaffold-pull")
async def pull(run: Run, given: Json) -> Json:
    """See what became of one pull request, since the forge says that something did."""
    assert isinstance(given, dict), "the number of a making"
    await run.step("pull", partial(_pull, int(str(given["making"]))), attempts=_TRIES)
    return None


def _pull(number: int) -> Json:
    row = Making.objects.defer("tree").filter(pk=number).first()
    return None if row is None else watching.watch(row, clock.now())


def _renew() -> Json:
    return renewing.renew(clock.now())


def _perform(step: Step, number: int, turn: str) -> Json:
    return working.perform(step, number, turn)


def _numbers() -> Json:
    return list(sources.numbers())


def _look(number: int) -> Json:
    sources.look(number, clock.now())
    return None


def _pulls() -> Json:
    return watching.pulls(clock.now())


def _lost() -> Json:
    return watching.lost(clock.now())
