"""What can be looked at without the database: folder, disk, files, addresses."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from greenboard.project.doctor.types import Finding, Look, fail, good, warn
from greenboard.project.environment import Environment

_MIB = 1024 * 1024
LOW, EMPTY = 1024 * _MIB, 200 * _MIB
"""Free bytes below which there is a warning, and a failure."""
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what is compared with, not bound to


def folder(environment: Environment) -> Iterator[Finding]:
    """The data folder is there, is ours to write, and has room."""
    path = environment.data_dir
    if not path.is_dir():
        yield fail("data folder", f"{path} is not there", "Run greenboard migrate, or mend GREENBOARD_DATA_DIR.")
        return
    if not os.access(path, os.W_OK | os.X_OK):
        yield fail("data folder", f"{path} cannot be written", "Give it to the user that Greenboard runs as.")
        return
    yield good("data folder", str(path))
    yield _room(path)
    if environment.database.vendor == "sqlite" and (home := Path(environment.database.where).parent) != path:
        yield _room(home)


def _room(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    said = f"{free / _MIB:,.0f} MiB free in {path}"
    if free < EMPTY:
        return fail("disk", said, "Make room: writes fail soon.")
    return warn("disk", said, "Make room.") if free < LOW else good("disk", said)


def key(environment: Environment) -> Iterator[Finding]:
    """The key that signs sessions is for its owner only."""
    path = environment.data_dir / "secret.key"
    if environment.secret_key:
        yield good("secret key", "given as GREENBOARD_SECRET_KEY")
    elif not path.exists():
        yield good("secret key", "is made at the first start")
    elif (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
        yield fail("secret key", f"{path} can be read by others ({mode:o})", f"chmod 600 {path}")
    else:
        yield good("secret key", f"{path}, for its owner only")
    first = environment.data_dir / "first-password.txt"
    if first.exists():
        yield warn("first password", f"{first} is still there", "Sign in, change the password, delete the file.")


def addresses(environment: Environment) -> Iterator[Finding]:
    """What the board listens on fits with what people see."""
    outside = environment.host not in ("127.0.0.1", "localhost", "::1")
    if environment.debug:
        told = (fail if outside else warn)("debug", "error details are shown", "Unset GREENBOARD_DEBUG.")
        yield told
    if "*" in environment.hosts:
        yield warn("allowed hosts", "every host name is answered", "Name those that people use.")
    elif environment.host in _EVERYWHERE and len(environment.hosts) <= 3:
        yield warn(
            "allowed hosts",
            f"listens on {environment.host}, but answers only to this machine's names",
            "Set GREENBOARD_ORIGIN to the address that people see.",
        )
    else:
        yield good("allowed hosts", ", ".join(environment.hosts))
    if outside and not environment.https:
        yield warn(
            "origin", "no https address is set: cookies are not marked secure", "Set GREENBOARD_ORIGIN=https://HOST."
        )
    elif environment.origins:
        yield good("origin", environment.origins[0])


def assets(environment: Environment) -> Iterator[Finding]:
    """The browser's files were built."""
    built = environment.package / "web" / "static" / "greenboard" / "manifest.json"
    if built.is_file():
        yield good("browser's files", "built")
    else:
        yield fail("browser's files", "they are missing", "Install the wheel, or run make install in a checkout.")


LOOKS: tuple[Look, ...] = (folder, key, addresses, assets)
