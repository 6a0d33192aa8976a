"""A worker of runs as a process: `python play.py NAME` works until it is told to stop; with `--surface` it is a
process that starts runs and answers them.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import threading

from greenboard.project import setup, stopping

setup.django()

from django.conf import settings  # noqa: E402
from django.db import close_old_connections  # noqa: E402

from greenboard.outbound.addresses import Allowed  # noqa: E402 - Django first
from greenboard.project import jobs, tending  # noqa: E402, F401 - the workflows that there are

settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
settings.PUBLIC_URL = "https://board.example.com"
tending.PAUSE = 0.3


def main(name: str) -> None:
    from greenboard.durable.worker import Worker

    stop = stopping.told(30)
    worker = Worker(settings.DURABLE, broken=stop.set, wanted=name)
    worker.start()
    threading.Thread(target=tending.run, args=(stop,), daemon=True).start()
    print(f"claimed {worker.name}", flush=True)
    while not stop.wait(0.1):
        pass
    worker.stop(10)


def answer() -> None:
    """Run the code that comes in, line by line as JSON, and give what it prints."""
    known: dict[str, object] = {}
    for line in sys.stdin:
        close_old_connections()
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), known)
        print(json.dumps(said.getvalue().strip()), flush=True)


if __name__ == "__main__":
    sys.modules["play"] = sys.modules["__main__"]
    answer() if sys.argv[1:] == ["--surface"] else main(sys.argv[1] if len(sys.argv) > 1 else "")
