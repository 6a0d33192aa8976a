"""Looks through a tree that somebody else made, before it is used: what would reach out of it is refused whole."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from greenboard.core.errors import Place, UserError
from greenboard.scaffolds.rendering.types import Limits

_MIB = 1 << 20
_GIT = {".git", "git~1"}


@dataclass(frozen=True)
class Walked:
    """The files of a tree by path, links among them, with their size and a digest of all."""

    files: tuple[str, ...]
    bytes: int
    digest: str


def walk(folder: Path, limits: Limits, *, label: str = "", checkout: bool = False) -> Walked:
    """What is in a tree; `label` stands before the paths of errors. That of a checkout has a `.git` of its own.

    Raises:
        UserError: a link leads out of the tree, a file is no file or belongs to git, a name deceives, a mode gives
            rights away, or there is more than there may be.

    """
    whole, size = hashlib.sha256(), 0
    files: list[str] = []
    for path in _entries(folder, limits, checkout=checkout):
        name = path.relative_to(folder).as_posix()
        place = Place(f"{label}/{name}" if label else name)
        _name(name, place)
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            _link(path, folder, place)
            content = os.fsencode(path.readlink())
        elif stat.S_ISREG(mode):
            _mode(mode, place)
            size += path.lstat().st_size
            check(len(files), size, limits)
            content = path.read_bytes()
        elif stat.S_ISDIR(mode):
            _mode(mode, place)
            continue
        else:
            raise UserError("neither a file, a folder nor a link", place=place)
        files.append(name)
        check(len(files), size, limits)
        kind = "l" if stat.S_ISLNK(mode) else "x" if mode & stat.S_IXUSR else "f"
        whole.update(f"{kind} {name!r} {hashlib.sha256(content).hexdigest()}\n".encode())
    return Walked(tuple(files), size, whole.hexdigest())


def check(count: int, size: int, limits: Limits) -> None:
    """Refuse more files, or larger ones, than there may be.

    Raises:
        UserError: there are.

    """
    if count > limits.files:
        raise UserError("too many files", expected=f"at most {limits.files:,}")
    if size > limits.output_mib * _MIB:
        raise UserError("too much is written", expected=f"at most {limits.output_mib} MiB")


def _entries(folder: Path, limits: Limits, *, checkout: bool) -> Iterator[Path]:
    """Everything in a folder, in the order of names; links are not followed."""
    seen = 0
    for root, folders, names in os.walk(folder, followlinks=False):
        if checkout and root == str(folder):
            folders[:], names = [name for name in folders if name != ".git"], [name for name in names if name != ".git"]
        folders.sort()
        # Folders cost too, and a tree of nothing else has no files to count.
        seen += len(folders)
        check(seen, 0, limits)
        for name in sorted((*folders, *names)):
            yield Path(root, name)


def _name(name: str, place: Place) -> None:
    """Refuse names that git, another system or a reader takes for something else."""
    for part in PurePosixPath(name).parts:
        plain = "".join(letter for letter in part if letter.isprintable()).casefold().rstrip(". ")
        if plain in _GIT:
            raise UserError("what belongs to git may not be made", place=place)
        if part in {"..", "."} or "\\" in part or not part.isprintable():
            raise UserError("a name that other systems read as a path, or that cannot be seen", place=place)


def _link(path: Path, folder: Path, place: Place) -> None:
    target = path.readlink()
    if target.is_absolute():
        raise UserError("a link to an absolute path", place=place, got=str(target))
    if not path.parent.joinpath(target).resolve().is_relative_to(folder.resolve()):
        raise UserError("a link out of the tree", place=place, got=str(target))


def _mode(mode: int, place: Place) -> None:
    if mode & (stat.S_ISUID | stat.S_ISGID):
        raise UserError("a mode that gives away the rights of its owner", place=place, got=stat.filemode(mode))
