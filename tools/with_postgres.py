"""Run a command with a PostgreSQL server of its own, whose address is in GREENBOARD_DATABASE_URL.

    python tools/with_postgres.py [--durable] COMMAND...

The server lives in a temporary folder, listens on a Unix socket only, and is gone afterwards. It trades
safety for speed unless it is told to be durable. Its language sorts as people do, not by code, so that
code which relies on the order of the database fails here. Without PostgreSQL on this machine it says so
and exits with 3.
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

USER, PASSWORD = "greenboard", "p@ss/word"
ABSENT = 3
_START_SECONDS = 60
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs, the newest one; None where there are none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


@dataclass
class Server:
    """A server in a folder, which can be stopped and started again."""

    programs: Path
    folder: Path
    user: pwd.struct_passwd | None
    options: tuple[str, ...]
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command: list[str | Path] = [
            self.programs / "postgres",
            "-D",
            self.folder / "data",
            "-k",
            self.folder,
            "-h",
            "",
        ]
        for option in self.options:
            command += ["-c", option]
        log = self.folder / "log"
        with log.open("ab") as said:
            options = {"stdout": said, "stderr": said, "cwd": "/", "start_new_session": True, **_as(self.user)}
            self._process = subprocess.Popen(command, **options)  # type: ignore[call-overload]
        _wait(self._process, self.programs, self.folder, log)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Disconnect everybody and stop; with SIGQUIT at once, as after a crash."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(_START_SECONDS)
            self._process = None


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """The address of a database on a server that ends with the block."""
    with running(durable=durable) as one:
        yield one.url


@contextmanager
def running(
    *, durable: bool = False, tables: Path | None = None, log: Path | None = None, options: tuple[str, ...] = ()
) -> Iterator[Server]:
    """A server that ends with the block. Its tables, or its log of writes, may be in an empty folder of their own."""
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed here: no initdb and postgres")
    user = _user()
    with tempfile.TemporaryDirectory(prefix="greenboard-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if user is not None:
            for own in (folder, tables, log):
                if own is not None:
                    os.chown(own, user.pw_uid, user.pw_gid)
        if tables is not None:
            (folder / "data").symlink_to(tables)
        _initialise(programs, folder, user, log)
        one = Server(programs, folder, user, (*(() if durable else _QUICK), *options))
        try:
            one.start()
            yield one
        finally:
            one.stop()


def _user() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses the superuser of the machine."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise FileNotFoundError("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _initialise(programs: Path, folder: Path, user: pwd.struct_passwd | None, log: Path | None) -> None:
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="ascii")
    if user is not None:
        os.chown(secret, user.pw_uid, user.pw_gid)
    command = [programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "scram-sha-256", "--pwfile", secret]
    command += ["--waldir", log] if log is not None else []
    command += ["-E", "UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US", "--no-sync"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_as(user))
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


def _wait(process: subprocess.Popen[bytes], programs: Path, folder: Path, log: Path) -> None:
    began = time.monotonic()
    while process.poll() is None and time.monotonic() - began < _START_SECONDS:
        if subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}")


def _as(user: pwd.struct_passwd | None) -> dict[str, int | list[int]]:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--durable", action="store_true", help="keep what was committed through a loss of power")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the server ends, too
    try:
        with server(durable=options.durable) as url:
            variables = {**os.environ, "GREENBOARD_DATABASE_URL": url}
            return subprocess.run(options.command, env=variables, check=False).returncode
    except FileNotFoundError as error:
        print(f"with_postgres: {error}", file=sys.stderr)
        return ABSENT


if __name__ == "__main__":
    sys.exit(main())
