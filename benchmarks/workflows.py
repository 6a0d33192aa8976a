"""What runs cost that wait, and how soon a new one begins: `python benchmarks/workflows.py [RUNS]`, on SQLite.

A worker as a process; RUNS (1,000) wait for approval. Told are its processor time while nothing happens, the time
from the start of a new run to its first step, and what starting a run costs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
IDLE, NEW = 30.0, 20
_HERE = Path(__file__).resolve().parents[1]
_TEXT = """
name: waits
title: Waits
steps:
- {id: note, do: transform, with: {values: {a: 1}}}
- {id: ok, do: approve, with: {roles: [maintainer]}}
"""


def processor(pid: int) -> float:
    """Seconds of processor that a process took so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and print."""
    os.environ["GREENBOARD_DATA_DIR"] = tempfile.mkdtemp(prefix="greenboard-bench-")
    from greenboard.project import setup

    setup.django()
    setup.migrate()
    from greenboard.project import jobs  # noqa: F401 - the workflows that there are

    command = [sys.executable, str(_HERE / "tests" / "workflows" / "play.py"), "bench"]
    env = {**os.environ, "PYTHONPATH": str(_HERE / "src")}
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    try:
        measure(worker.pid)
    finally:
        worker.kill()


def measure(pid: int) -> None:
    """With a worker at work."""
    from greenboard.access.models import Person
    from greenboard.workflows import service, starting
    from greenboard.workflows.models import Run
    from greenboard.workflows.service import Change
    from greenboard.workflows.starting import Wish
    from greenboard.workflows.types import Way

    service.save(Change(_TEXT, 0, "bench"))
    ada = Person.objects.create_superuser("ada", password="a long password")

    def ask() -> Run:
        return starting.ask(Wish("waits"), ada, Way.PERSON)

    began = time.monotonic()
    for _ in range(RUNS):
        ask()
    print(f"started {RUNS:,} runs: {(time.monotonic() - began) / RUNS * 1000:.1f} ms each")
    while Run.objects.exclude(state="waiting").exists():
        time.sleep(0.5)
    print(f"all wait after {time.monotonic() - began:.0f} s")
    time.sleep(5)
    before, began = processor(pid), time.monotonic()
    time.sleep(IDLE)
    print(f"idle: {(processor(pid) - before) / (time.monotonic() - began) * 100:.1f} % of a processor")
    waits = sorted(_first(ask()) for _ in range(NEW))
    print(f"a new run takes its first step after {waits[NEW // 2]:.2f} s (median), {waits[-1]:.2f} s (longest)")


def _first(run: object) -> float:
    from greenboard.workflows.models import Step

    began = time.monotonic()
    while not Step.objects.filter(run=run, path="note", doing="done").exists():
        time.sleep(0.01)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
