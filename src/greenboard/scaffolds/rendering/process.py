"""Renders one scaffold and its parts by Copier: a program of its own, told by JSON on standard input.

It believes nothing of what it renders. It limits itself before it reads anything, keeps to the folders that it was
given, starts no process and opens no connection unless the scaffold is trusted, and writes what came of it to a
file; whoever started it watches time and size, and looks through the tree afterwards. `python -m` runs it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from greenboard.scaffolds.rendering import filters, unasked

_MIB = 1 << 20
_FORBIDDEN = (
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "socket.",
    "ctypes.",
    "pty.",
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Forbidden(Exception):
    """Something that a scaffold that is not trusted may not do."""


def main() -> None:
    """Do what standard input says, and write what came of it."""
    job = json.load(sys.stdin)
    _limit(job)
    # Copier loads a library under GPL for its filters, some of which read files of the machine. Ours take its place.
    sys.modules["jinja2_ansible_filters"] = filters
    unasked.install()
    import copier  # noqa: F401 - what it needs is loaded before the folders are closed

    if not job["trusted"]:
        _close(job)
    try:
        told = {"answers": _render(job)}
    except MemoryError:
        told = {"error": {"what": "it takes more memory than it may"}}
    except Exception as error:  # noqa: BLE001 - the boundary of the program: whatever a template does is told
        told = {"error": _explain(error, [Path(folder) for folder in job["folders"]])}
    Path(job["result"]).write_text(json.dumps(told), encoding="utf-8")


def _limit(job: Mapping[str, Any]) -> None:
    """Bound memory, processor time, the size of a file, and processes, where the system counts them."""
    memory, output = job["memory_mib"] * _MIB, job["output_mib"] * _MIB
    seconds = int(job["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not job["trusted"]:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def _close(job: Mapping[str, Any]) -> None:
    """Refuse, from here on and for good, whatever rendering does not need."""
    written = tuple(os.path.realpath(path) for path in (job["home"], job["into"]))
    libraries = (path for path in (sys.prefix, sys.base_prefix, *sys.path) if path)
    readable = (*written, *(os.path.realpath(path) for path in (*job["folders"], *libraries)), "/dev/null")

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise Forbidden(f"a scaffold that is not trusted may not do {event}")
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            roots = written if (arguments[2] or 0) & _WRITES else readable
            if not any(path == root or path.startswith(root + os.sep) for root in roots):
                raise Forbidden(f"a scaffold that is not trusted may not open {os.fsdecode(arguments[0])!r}")

    sys.addaudithook(refuse)


def _render(job: Mapping[str, Any]) -> dict[str, Any]:
    """Render the scaffold, then each part where there is no file of its name; the answers that may be remembered."""
    into, answers = Path(job["into"]), dict(job["answers"])
    main, *parts = job["folders"]
    known = _copy(main, into, answers, trusted=job["trusted"])
    for part in parts:
        _copy(part, into, {**known.everything, **answers}, trusted=job["trusted"], beside=True)
    return known.remembered


class _Known:
    """The answers of a scaffold: those that may be remembered, and all of them, for its parts."""

    def __init__(self, worker: Any) -> None:
        questions = worker.template.questions_data
        self.everything = {name: value for name, value in worker.answers.combined.items() if name in questions}
        hidden = {*worker.answers.hidden, *worker.template.secret_questions}
        self.remembered = {name: value for name, value in self.everything.items() if name not in hidden}


def _copy(folder: str, into: Path, answers: Mapping[str, Any], *, trusted: bool, beside: bool = False) -> _Known:
    from copier import run_copy

    worker = run_copy(
        folder,
        into,
        data=dict(answers),
        defaults=True,
        overwrite=True,
        quiet=True,
        unsafe=trusted,
        skip_if_exists=["*"] if beside else [],
        cleanup_on_error=False,
    )
    return _Known(worker)


def _explain(error: Exception, folders: list[Path]) -> dict[str, Any]:
    """What went wrong, and in which file and line of the scaffold, as far as that is known."""
    what = str(error) or type(error).__name__
    if isinstance(error, RecursionError):
        what = "it includes itself without end"
    return {"what": what.strip()[:2_000], "place": next(_places(error, folders), None)}


def _places(error: BaseException | None, folders: list[Path]) -> Iterator[dict[str, Any]]:
    """Where it happened: Jinja names the template in the syntax error itself, or in the frames it passed through."""
    while error is not None:
        told, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        frames = [(frame.filename, frame.lineno) for frame in reversed(traceback.extract_tb(error.__traceback__))]
        for name, number in ([(told, line)] if isinstance(told, str) else []) + frames:
            if root := next((root for root in folders if Path(name).is_relative_to(root)), None):
                yield {"path": str(Path(name).relative_to(root.parent)), "line": number}
        error = error.__cause__ or error.__context__


if __name__ == "__main__":
    main()
