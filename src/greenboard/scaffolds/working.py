"""The steps of a making. What a step found or made is written down at its end, and it is not done again after that."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F

from greenboard.access import audit
from greenboard.access.sealing import Secret
from greenboard.catalog import store as catalog
from greenboard.connections.relay import serving
from greenboard.connections.types import Failed
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.scaffolds import allowed, forge, packing, registering, rendering, shelf, store, telling
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.publishing import Publishing, Pushed, Wanted
from greenboard.scaffolds.types import Landing, Purpose, State, Step
from greenboard.scaffolds.wording import body, message

_PAUSES = (5.0, 15.0, 60.0, 300.0)
"""Seconds before a step is tried again that a tool was in the way of."""


def perform(step: Step, number: int, turn: str) -> float | None:
    """Do a step; seconds until it is to be tried again, 0 where it is done, None where nothing more is to be done."""
    row = Making.objects.select_related("entity").filter(pk=number, turn=turn, state=State.UNDERWAY).first()
    if row is None:
        return None
    try:
        told = _DO[step](row, clock.now())
    except Failed as failed:
        again = failed.unsure or failed.reason.fault in ("theirs", "limit")
        if again and row.tries < len(_PAUSES):
            _mine(row).update(tries=F("tries") + 1, error=str(failed.reason))
            return _PAUSES[row.tries]
        fail(row, str(failed.reason))
        return None
    except UserError as error:
        fail(row, str(error))
        return None
    _mine(row).update(**{"tries": 0, "error": "", **told})
    return 0.0


def fail(row: Making, why: str) -> None:
    """Write down that a making failed, and tell. It can be tried again."""
    now = clock.now()
    with transaction.atomic():
        if _mine(row).update(state=State.FAILED.value, error=why[:4_000], ended_at=now, turn=""):
            telling.failed(row, why, now)


def _mine(row: Making) -> Any:
    """The row, as long as nobody else goes on with it."""
    return Making.objects.filter(pk=row.pk, turn=row.turn)


def _render(row: Making, now: datetime) -> dict[str, Any]:  # noqa: ARG001 - as all steps
    if row.tree is not None:
        return {}
    offered = shelf.of(row)
    sealed: Secret = row.secrets
    hidden = json.loads(sealed.reveal()) if sealed else {}
    with tempfile.TemporaryDirectory(prefix="greenboard-scaffold-") as folder:
        into = Path(folder) / "made"
        rendering.render(offered.scaffold, {**row.answers, **hidden}, into, trusted=offered.trusted)
        tree = packing.pack(into)
    if _registers(row):
        registering.rehearse(tree, allowed.maker(row))
    return {"tree": tree, "files": packing.count(tree)}


def _create(row: Making, now: datetime) -> dict[str, Any]:
    if row.way == Landing.DOWNLOAD or row.clone_url:
        return {}
    if row.way == Landing.REPOSITORY:
        home = forge.create(row.connection, row.repository, row.title, private=row.private, key=f"{row.key}", now=now)
    else:
        home = forge.home(row.connection, row.repository)
    return {"url": home.url, "clone_url": home.clone_url, "base": home.base or row.base}


def _push(row: Making, now: datetime) -> dict[str, Any]:  # noqa: ARG001 - as all steps
    if row.way == Landing.DOWNLOAD or row.commit:
        return {}
    with _publishing(row) as (publishing, wanted):
        if row.way == Landing.REPOSITORY:
            pushed = publishing.begin(wanted, row.base or "main", reviewed=row.reviewed)
        else:
            pushed = publishing.propose(wanted)
    return _told(pushed)


def _told(pushed: Pushed) -> dict[str, Any]:
    return {"base": pushed.base, "branch": pushed.branch, "commit": pushed.commit, "left": list(pushed.left)}


@contextmanager
def _publishing(row: Making) -> Iterator[tuple[Publishing, Wanted]]:
    with tempfile.TemporaryDirectory(prefix="greenboard-publish-") as folder:
        work = Path(folder)
        rendered, before = work / "rendered", None
        packing.unpack(bytes(row.tree or b""), rendered)
        if row.first_id is not None:
            before = work / "before"
            packing.unpack(_last_tree(row.first_id), before)
        wanted = Wanted(rendered, row.branch, message(row), row.began_at, before)
        with forge.relay(row.connection, row.clone_url, writes=True) as relay, serving(relay) as address:
            yield Publishing(relay, address, work, row.began_at), wanted


def _last_tree(first: int) -> bytes:
    """What a project was rendered to the last time that landed in it."""
    last = [one for one in store.chain(first) if one.landed_at][-1]
    return bytes(Making.objects.values_list("tree", flat=True).get(pk=last.pk) or b"")


def _open(row: Making, now: datetime) -> dict[str, Any]:
    if row.way == Landing.DOWNLOAD or not row.reviewed or row.number is not None:
        return {}
    given = {
        "repository": row.repository,
        "head": row.branch,
        "base": row.base,
        "title": message(row),
        "body": body(row, _tasks(row)),
    }
    pull = forge.open_pull(row.connection, given, f"{row.key}", now)
    return {"number": pull.number, "pull_url": pull.url}


def _tasks(row: Making) -> list[str]:
    """What is left to do by hand in what is new, with the rule that sees it done."""
    if row.purpose != Purpose.START:
        return []
    return [f"{task.title} (`{task.rule}`)" for task in shelf.of(row).scaffold.tasks]


def _register(row: Making, now: datetime) -> dict[str, Any]:
    """Enter it into the catalog, and end: both or neither."""
    with transaction.atomic():
        told: dict[str, Any] = {}
        if _registers(row):
            refs = registering.register(bytes(row.tree or b""), allowed.maker(row))
            told["registered"] = [str(ref) for ref in refs]
            found = catalog.find(refs[0]) if refs else None
            told["entity_id"] = found.id if found else None
        landed = row.way != Landing.DOWNLOAD and row.number is None
        end = {"state": State.DONE.value, "ended_at": now, "turn": "", "secrets": "", "error": ""}
        end["landed_at"] = now if landed else None
        if _mine(row).update(**told, **end):
            telling.made(store.making(row.pk), now)
        audit.note(
            "scaffold.made", f"scaffold:{row.scaffold}", after={"making": row.pk, "url": row.pull_url or row.url}
        )
    return {}


def _registers(row: Making) -> bool:
    """Whether what is made is a new thing of the catalog. What is downloaded is nowhere yet."""
    return (
        row.purpose == Purpose.START and row.way != Landing.DOWNLOAD and row.entity_id is None and shelf.of(row).project
    )


_DO: Mapping[Step, Callable[[Making, datetime], dict[str, Any]]] = {
    Step.RENDER: _render,
    Step.CREATE: _create,
    Step.PUSH: _push,
    Step.OPEN: _open,
    Step.REGISTER: _register,
}
