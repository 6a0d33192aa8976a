"""Git repositories with scaffolds: added by whoever manages scaffolds, and read anew from time to time."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from greenboard.access import audit
from greenboard.access.errors import InTheWay
from greenboard.connections import configured, discovery
from greenboard.connections import service as connecting
from greenboard.connections import store as connections
from greenboard.connections.git import Git, check
from greenboard.connections.relay import Relay, serving
from greenboard.connections.types import Failed
from greenboard.core.errors import Place, UserError
from greenboard.durable import outbox
from greenboard.scaffolds import forge, packing, rendering, store
from greenboard.scaffolds.models import Packed, Source
from greenboard.scaffolds.rendering.types import Scaffold

SPAN = timedelta(minutes=3)
MOST = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,198}")


@dataclass(frozen=True)
class Wish:
    """A source as somebody wants it; see the model."""

    name: str
    address: str
    branch: str = ""
    folder: str = ""
    connection: str = ""
    trusted: bool = False


def put(wish: Wish, by: str, now: datetime) -> Source:
    """Add a source, or change the one of its name; it is read soon.

    Raises:
        UserError: something about it is wrong.
        InTheWay: its address changes while something was made from it.

    """
    _check(wish)
    told = {name: getattr(wish, name) for name in ("address", "branch", "folder", "connection", "trusted")}
    with transaction.atomic():
        before = Source.objects.filter(name=wish.name).first()
        if before is not None and before.address != wish.address:
            raise InTheWay("the address of a source stays", hint="Add another source, and remove this one.")
        row, _ = Source.objects.update_or_create(
            name=wish.name, defaults=told, create_defaults={**told, "added_at": now, "added_by": by}
        )
        audit.note(
            "scaffold.source", f"scaffold-source:{row.name}", before=before and _plain(before), after=_plain(row)
        )
        wake(row)
    return row


def wake(row: Source) -> None:
    """Have a source read soon."""
    from greenboard.scaffolds.jobs import look as job

    outbox.wish(job, {"source": row.pk})


def remove(name: str) -> None:
    """Forget a source with its scaffolds. What was made from them stays.

    Raises:
        Absent: there is none.

    """
    with transaction.atomic():
        row = store.source(name)
        audit.note("scaffold.source-removed", f"scaffold-source:{name}", before=_plain(row))
        row.delete()


def numbers() -> list[int]:
    """The numbers of all sources."""
    return list(Source.objects.order_by("id").values_list("id", flat=True))


def look(number: int, now: datetime) -> None:
    """Read a source: all its scaffolds as they are now, or none of them, with the reason in its row."""
    row = Source.objects.filter(pk=number).first()
    if row is None:
        return
    mine = Source.objects.filter(pk=number)
    try:
        with _cloned(row) as (folder, commit):
            if commit != row.commit:
                _keep(row, folder, now)
    except (Failed, UserError) as error:
        mine.update(error=str(error)[:4_000], looked_at=now)
        return
    mine.update(error="", commit=commit, looked_at=now)


def _keep(row: Source, folder: Path, now: datetime) -> None:
    found = [rendering.read(path.parent) for path in sorted(folder.glob("*/scaffold.yaml"))[: MOST + 1]]
    if not found or len(found) > MOST:
        raise UserError(
            "not a source of scaffolds" if not found else "too many scaffolds",
            expected=f"1 to {MOST} folders with a scaffold.yaml" + (f" in {row.folder}" if row.folder else ""),
            got=str(len(found)),
        )
    with transaction.atomic():
        Packed.objects.filter(source=row).update(current=False)
        for one in found:
            _pack(row, one, folder, now)


def _pack(row: Source, one: Scaffold, folder: Path, now: datetime) -> None:
    content = packing.pack(folder, {one.name, *(part.name for part in one.parts)})
    digest = sha256(content).hexdigest()
    defaults = {"version": one.version, "content": content, "at": now, "current": True}
    Packed.objects.update_or_create(source=row, name=one.name, digest=digest, defaults=defaults)


@contextmanager
def _cloned(row: Source) -> Iterator[tuple[Path, str]]:
    """The folder of a source's scaffolds as they are now, and the commit."""
    with tempfile.TemporaryDirectory(prefix="greenboard-source-") as work, _relay(row) as relay:
        git, folder = Git(relay, SPAN), Path(work) / "source"
        with serving(relay) as address:
            branch = ("--branch", row.branch) if row.branch else ()
            wanted = ("--quiet", "--depth=1", "--single-branch", "--no-tags", "--template=", *branch)
            # Links become plain files: none leads to something of this machine.
            git.expect(git.run("-c", "core.symlinks=false", "clone", *wanted, address, str(folder)), "cannot be cloned")
        commit = git.told("-C", str(folder), "rev-parse", "HEAD").decode().strip()
        inside = (folder / row.folder).resolve()
        if not inside.is_relative_to(folder.resolve()) or not inside.is_dir():
            raise UserError("the source has no such folder", got=repr(row.folder))
        yield inside, commit


@contextmanager
def _relay(row: Source) -> Iterator[Relay]:
    """A relay to a source, by the credentials of its connection, or by none."""
    if row.connection:
        with forge.relay(row.connection, row.address, writes=False) as relay:
            yield relay
        return
    opened = configured.connection(discovery.found()["git"], {"repositories": [row.address]}, {}, name=row.name)
    yield Relay(row.address, forge.calls(opened))


def _check(wish: Wish) -> None:
    if not _NAME.fullmatch(wish.name):
        raise UserError("not a name for a source", place=Place("name"), expected="small letters, digits and hyphens",
                        got=repr(wish.name)[:80])  # fmt: skip
    try:
        check(wish.address)
    except Failed as failed:
        raise UserError(failed.reason.text, place=Place("address")) from None
    if wish.branch and not _BRANCH.fullmatch(wish.branch):
        raise UserError("not the name of a branch", place=Place("branch"), got=repr(wish.branch)[:80])
    if len(wish.address) > 500 or len(wish.folder) > 200 or ".." in wish.folder.split("/") or wish.folder[:1] == "/":
        raise UserError("not a folder of the repository", place=Place("folder"), got=repr(wish.folder)[:80])
    if wish.connection:
        connecting.opened(connections.find(wish.connection))


def _plain(row: Source) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("address", "branch", "folder", "connection", "trusted")}
