"""Starts the rendering process without anything of ours, watches what it takes, and ends it with all it started."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from greenboard.core.errors import Place, UserError
from greenboard.scaffolds.rendering import walking
from greenboard.scaffolds.rendering.types import Json, Limits, Scaffold

_SOURCES = Path(__file__).resolve().parents[3]
_APART = ("--user", "--map-current-user", "--net", "--pid", "--fork", "--kill-child=KILL", "--")
_PROCESS = "greenboard.scaffolds.rendering.process"
_RESULT = "result.json"
_PAUSE = 0.05
_MIB = 1 << 20
NOT_APART = "Rendered without cutting off the network: this machine makes no namespaces."


def run(
    scaffold: Scaffold, answers: Mapping[str, Json], into: Path, limits: Limits, *, trusted: bool
) -> dict[str, Json]:
    """Render a scaffold with its parts into an empty folder; the answers that may be remembered.

    Raises:
        UserError: it took more than it may, did what it may not, or its templates are wrong.

    """
    with tempfile.TemporaryDirectory(prefix="greenboard-rendering-") as name:
        work = Path(name).resolve()
        home = work / "home"
        home.mkdir()
        job = {
            "folders": [_copied(part, work, limits) for part in (scaffold, *scaffold.parts)],
            "answers": dict(answers),
            "into": str(into.resolve()),
            "home": str(home),
            "result": str(home / _RESULT),
            "trusted": trusted,
            "seconds": limits.seconds,
            "memory_mib": limits.memory_mib,
            "output_mib": limits.output_mib,
        }
        (home / "job.json").write_text(json.dumps(job), encoding="utf-8")
        code = _watched(home, into, limits, trusted=trusted)
        return _result(home, scaffold, limits, code)


def _copied(scaffold: Scaffold, work: Path, limits: Limits) -> str:
    """A copy of a scaffold that was looked through, without git, of which Copier would make a clone of its own."""
    walking.walk(scaffold.folder, limits, label=scaffold.name, checkout=True)
    folder = work / "scaffolds" / scaffold.name
    shutil.copytree(scaffold.folder, folder, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    return str(folder)


def _watched(home: Path, into: Path, limits: Limits, *, trusted: bool) -> int:
    """The exit code of the process, once it ended by itself.

    Raises:
        UserError: it was ended for what it took.

    """
    deadline = time.monotonic() + limits.seconds
    with (home / "job.json").open("rb") as told, (home / "said.txt").open("wb") as said:
        started = subprocess.Popen(
            [*apart(), sys.executable, "-P", "-s", "-B", "-m", _PROCESS],
            stdin=told,
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd=home,
            env=_environment(home, trusted=trusted),
            start_new_session=True,
        )
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    return started.wait(_PAUSE)
                if time.monotonic() > deadline:
                    raise UserError("rendering takes too long", expected=f"at most {limits.seconds:g} s")
                _measure((into, home), limits)
        finally:
            _end(started)


def _environment(home: Path, *, trusted: bool) -> dict[str, str]:
    """Nothing of ours but where our code is. Only tasks, which are trusted, have programs to call."""
    own = {"HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(_SOURCES)}
    return {**own, "PATH": os.defpath if trusted else str(home / "none")}


def _end(started: subprocess.Popen[bytes]) -> None:
    """End the process and all of its group. Where there are namespaces, those that left the group end with it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def _measure(folders: Sequence[Path], limits: Limits) -> None:
    """Refuse more output than there may be, while it comes."""
    count = size = 0
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in names:
                with suppress(FileNotFoundError):
                    size += Path(root, name).lstat().st_size
                    count += 1
    walking.check(count, size, limits)


def _result(home: Path, scaffold: Scaffold, limits: Limits, code: int) -> dict[str, Json]:
    """What the process wrote down. It may be anything, since what it rendered is not to be believed."""
    told: Any = None
    path = home / _RESULT
    if code == 0 and path.is_file() and not path.is_symlink():
        with suppress(ValueError, RecursionError):
            told = json.loads(path.read_bytes())
    if isinstance(told, dict) and isinstance(told.get("answers"), dict):
        answers: dict[str, Json] = told["answers"]
        return answers
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict):
        raise UserError(_ended(code), place=Place(scaffold.name), expected=f"at most {limits.memory_mib} MiB of memory")
    place = error.get("place") or {"path": scaffold.name, "line": None}
    raise UserError(f"rendering failed: {error.get('what')}", place=Place(str(place.get("path")), place.get("line")))


def _ended(code: int) -> str:
    number = -code if code < 0 else code - 128
    if number in (signal.SIGXFSZ, signal.SIGXCPU):
        return "rendering writes too much" if number == signal.SIGXFSZ else "rendering takes too long"
    return "rendering ended without a result"


@cache
def apart() -> tuple[str, ...]:
    """What puts a process into namespaces of its own, without network and ended whole; nothing where there are none."""
    program = shutil.which("unshare")
    if program is None:
        return ()
    try:
        done = subprocess.run([program, *_APART, "true"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return (program, *_APART) if done.returncode == 0 else ()
