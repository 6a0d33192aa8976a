"""Folders as zip files that are the same for the same content: what is kept in the database, and what is downloaded."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

from greenboard.core.errors import UserError

LARGEST = 50 * 2**20
MOST = 5_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_RUNNABLE, _PLAIN = 0o100755, 0o100644


def pack(folder: Path, parts: Collection[str] = (".",)) -> bytes:
    """The files of a folder, or of some parts of it. Links, and what git keeps, are left out.

    Raises:
        UserError: there are too many, or they are too large.

    """
    held, size, count = io.BytesIO(), 0, 0
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (path for part in sorted(parts) for path in files(folder / part)):
            size, count = size + path.stat().st_size, count + 1
            if size > LARGEST or count > MOST:
                raise UserError("too much to keep", expected=f"at most {MOST:,} files of {LARGEST // 2**20} MiB in all")
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.external_attr = (_RUNNABLE if os.access(path, os.X_OK) else _PLAIN) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return held.getvalue()


def files(folder: Path) -> Iterator[Path]:
    """The files below a folder, in order."""
    for path in sorted(folder.rglob("*")):
        if ".git" not in path.relative_to(folder).parts and not path.is_symlink() and path.is_file():
            yield path


def unpack(content: bytes, folder: Path) -> None:
    """Write the files of `pack` into a folder, which may have others.

    Raises:
        UserError: one of them leads out of the folder.

    """
    root = folder.resolve()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            path = (root / entry.filename).resolve()
            if not path.is_relative_to(root):
                raise UserError("a file that leads out of its folder", got=repr(entry.filename))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(entry))
            path.chmod(stat.S_IMODE(entry.external_attr >> 16) or 0o644)


def texts(content: bytes, names: Collection[str]) -> dict[str, str]:
    """The texts of the files of these names, wherever they are, by path.

    Raises:
        UserError: one of them is no UTF-8.

    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        wanted = [name for name in archive.namelist() if name.rpartition("/")[2] in names]
        try:
            return {name: archive.read(name).decode() for name in wanted}
        except UnicodeDecodeError:
            raise UserError("a descriptor that is not UTF-8", got=", ".join(wanted)) from None


def count(content: bytes) -> int:
    """How many files there are."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return len(archive.infolist())
