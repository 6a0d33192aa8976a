"""The durable work of an installation: what each workflow does, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session

from greenboard.access import tokens
from greenboard.attestations import files
from greenboard.campaigns import jobs as campaigning
from greenboard.collection import jobs as collecting
from greenboard.collection import scheduling
from greenboard.core import clock
from greenboard.durable import outbox, workflows
from greenboard.durable.types import Json, Run, Workflow
from greenboard.durable.workflows import workflow
from greenboard.hooks import delivering
from greenboard.notifications import sending
from greenboard.project.environment import Environment
from greenboard.project.portable import reading, shelves
from greenboard.results import marks
from greenboard.scaffolds import jobs as scaffolding
from greenboard.scaffolds import keeping
from greenboard.workflows import jobs as workflowing

UPKEEP_AT, BACKUP_AT = "0 15 3 * * *", "0 30 2 * * *"
RUNS_KEPT, TOKENS_KEPT = timedelta(days=30), timedelta(days=90)
"""How long runs, wishes and collections stay that are over, and tokens that have ended."""
OTHERS = (
    collecting.collection,
    collecting.retirement,
    campaigning.tickets,
    workflowing.advance,
    scaffolding.make,
    scaffolding.look,
    scaffolding.look_all,
    scaffolding.watch,
    scaffolding.pull,
)
"""Workflows that other packages declare."""
_TRIES = 3
_BATCH = 500


def declare(environment: Environment) -> None:
    """Declare what runs in this installation. The rest of this module declares itself."""
    if environment.backup_dir is not None:
        body = partial(backup, environment.backup_dir, environment.backups_kept)
        workflows.add(Workflow("backup", body, every=BACKUP_AT))


@workflow("upkeep", every=UPKEEP_AT)
async def upkeep(run: Run, _: Json) -> Json:
    """Forget what nobody needs any more; how many rows of what."""
    now = await run.step("now", _now)
    return {name: await run.step(name, partial(_forget, name), now, attempts=_TRIES) for name in FORGOTTEN}


async def backup(folder: Path, kept: int, run: Run, _: Json) -> Json:
    """Write a backup named by its time, then remove the oldest beyond those that are kept; the name of the new one."""
    now = await run.step("now", _now)
    path = await run.step("write", partial(_write, folder), now, attempts=_TRIES)
    await run.step("remove", partial(_remove, folder, kept))
    return path


def _now() -> Json:
    return clock.format_time(clock.now())


def _forget(name: str, now: Json) -> Json:
    return FORGOTTEN[name](clock.parse_time(str(now)))


def _sessions(now: datetime) -> int:
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _runs(now: datetime) -> int:
    from greenboard.durable.engine import client

    count = 0
    while more := client(settings.DURABLE).forget(now - RUNS_KEPT, _BATCH):
        count += more
    return count


FORGOTTEN: Mapping[str, Callable[[datetime], int]] = {
    "sessions": _sessions,
    "tokens": lambda now: tokens.forget(now - TOKENS_KEPT),
    "marks": lambda now: marks.purge(now - marks.KEPT),
    "deliveries": delivering.purge,
    "messages": sending.purge,
    "collections": lambda now: scheduling.purge(now - RUNS_KEPT),
    "wishes": lambda now: outbox.forget(now - RUNS_KEPT),
    "scaffolds": lambda now: keeping.forget(now - keeping.KEPT),
    "evidence": lambda now: files.forget(now - files.UNCLAIMED),
    "runs": _runs,
}
"""What upkeep forgets as of a moment."""


def _write(folder: Path, now: Json) -> Json:
    """Write the backup of a moment, unless an attempt before this one did."""
    path = folder / f"greenboard-{str(now)[:19].replace(':', '')}Z.zip"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with shelves.archive(path) as put:
            reading.write(put, lambda _: None)
    return str(path)


def _remove(folder: Path, kept: int) -> Json:
    """Only what looks as if it was written here is removed."""
    old = sorted(folder.glob("greenboard-????-??-??T??????Z.zip"))[:-kept]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
