"""Which scaffolds there are: those of the library, and those of sources, each by its full name."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from greenboard.access.errors import Absent
from greenboard.core.errors import suggest
from greenboard.scaffolds import packing, rendering
from greenboard.scaffolds.models import Making, Packed
from greenboard.scaffolds.rendering.types import Scaffold

FOLDER = "scaffolds"


@dataclass(frozen=True)
class Offered:
    """A scaffold that can be used. Its full name is that of its source, a dot, and its own; of the library its own."""

    full: str
    scaffold: Scaffold
    source: str = ""
    trusted: bool = False
    packed: int | None = None

    @property
    def version(self) -> str:
        return self.scaffold.version

    @property
    def project(self) -> bool:
        """Whether it makes something whole."""
        return self.scaffold.makes == "project"


def offered(*, packed: bool = True) -> list[Offered]:
    """Every scaffold that can be used now: those of the library first, projects before parts.

    Whoever knows that no source has any says so: then the database is not asked.
    """
    library = [Offered(one.name, one) for one in rendering.library()]
    if not packed:
        return library
    rows = (
        Packed.objects.filter(current=True).select_related("source").defer("content").order_by("source__name", "name")
    )
    return [*library, *(_of(row) for row in rows)]


def find(full: str) -> Offered:
    """The scaffold of a full name, as it is now.

    Raises:
        Absent: there is none.

    """
    source, _, name = full.rpartition(".")
    if not source:
        one = next((one for one in rendering.library() if one.name == name), None)
        if one is not None:
            return Offered(full, one)
    row = Packed.objects.filter(current=True, source__name=source, name=name).select_related("source").first()
    if row is None:
        known = [one.full for one in offered()]
        raise Absent(f"no scaffold {full!r}", hint=suggest(full, known))
    return _of(row)


def of(making: Making) -> Offered:
    """The scaffold of a making as it was wanted. One of the library is that of this version of ours.

    Raises:
        Absent: its source was removed, or it does not ship any more.

    """
    if making.packed_id is not None:
        return _of(Packed.objects.select_related("source").get(pk=making.packed_id))
    return find(making.scaffold)


def versions() -> dict[str, str]:
    """The version of every scaffold that can be used now, by full name."""
    rows = Packed.objects.filter(current=True).values_list("source__name", "name", "version")
    library = {one.name: one.version for one in rendering.library()}
    return {**library, **{f"{source}.{name}": version for source, name, version in rows}}


def names() -> frozenset[str]:
    """The full names of all scaffolds."""
    rows = Packed.objects.filter(current=True).values_list("source__name", "name")
    return frozenset((*(one.name for one in rendering.library()), *(f"{source}.{name}" for source, name in rows)))


def _of(row: Packed) -> Offered:
    scaffold = _read(row.pk, row.digest, row.name)
    if not scaffold.folder.is_dir():  # somebody cleared the disk
        _read.cache_clear()
        scaffold = _read(row.pk, row.digest, row.name)
    return Offered(f"{row.source.name}.{row.name}", scaffold, row.source.name, row.source.trusted, row.pk)


def _tidy(folder: Path) -> None:
    """Let go of files of scaffolds that the database does not have any more."""
    known = {*Packed.objects.values_list("digest", flat=True)}
    for path in folder.iterdir():
        if path.name not in known and not path.name.startswith("."):
            shutil.rmtree(path, ignore_errors=True)


@lru_cache(maxsize=200)
def _read(number: int, digest: str, name: str) -> Scaffold:
    """A scaffold out of the database. Its files are kept on the disk; they may be lost, and are then written again."""
    folder = Path(settings.BASE_DIR) / FOLDER / digest
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
        packing.unpack(bytes(Packed.objects.values_list("content", flat=True).get(pk=number)), aside)
        try:
            aside.rename(folder)
        except OSError:  # another process was first
            shutil.rmtree(aside)
        _tidy(folder.parent)
    return rendering.read(folder / name)
