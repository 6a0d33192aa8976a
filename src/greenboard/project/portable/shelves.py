"""Where the files of an installation stand: in a folder, or together in one ZIP file. Written whole or not at all."""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO

from greenboard.core.errors import UserError

LARGE, _DENSE = 100 * 2**20, 200
"""A file in an archive that is larger than so many bytes, and so many times what it takes there, is a bomb."""
Put = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens a new file by its name."""


@contextmanager
def archive(path: Path) -> Iterator[Put]:
    """Write one file that only its owner can read; it has its name when all of it is on the disk.

    Raises:
        UserError: there is one already, or it cannot be written.

    """
    _fresh(path)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as into:
                yield lambda name: into.open(name, "w", force_zip64=True)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def folder(path: Path) -> Iterator[Put]:
    """Write a folder of files; it has its name when all are on the disk. Errors as for `archive`."""
    _fresh(path)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.mkdir(mode=0o700)
        yield lambda name: (aside / name).open("wb")
        aside.rename(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _fresh(path: Path) -> None:
    if path.exists():
        raise UserError(f"{path} is there already", hint="Name another; nothing is overwritten.")
    if not path.absolute().parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.absolute().parent}")


@contextmanager
def opened(path: Path) -> Iterator[Traversable]:
    """Read what either of them wrote.

    Raises:
        UserError: it is not there, or neither a folder nor a ZIP file.

    """
    if path.is_dir():
        yield path
        return
    try:
        with zipfile.ZipFile(path) as packed:
            _sound(path, packed)
            yield zipfile.Path(packed)
    except FileNotFoundError:
        raise UserError(f"{path} is not there") from None
    except (zipfile.BadZipFile, zlib.error, OSError) as error:
        raise UserError(f"{path} cannot be read: {error}", hint="It is damaged, or no backup.") from None


def _sound(path: Path, packed: zipfile.ZipFile) -> None:
    """Refuse an archive of which little becomes very much. Its own word on sizes can be taken: no more is ever read."""
    for file in packed.infolist():
        if file.file_size > LARGE and file.file_size > _DENSE * file.compress_size:
            raise UserError(
                f"{path}: {file.filename} unpacks to {file.file_size:,} bytes of {file.compress_size:,}",
                hint="No backup is so dense: it would fill memory or disk.",
            )
