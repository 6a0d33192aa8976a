"""Measure how long a committed fact takes to become a committed result, with a worker of its own process.

    python benchmarks/continuous.py [--database sqlite|postgres] [--entities N] [--rate N] [--seconds N] [--full]

An installation with as many entities, 100 rules (60 over single values, 40 over lists) and 22 fact types is
made in a temporary folder and judged once. Then so many facts a second are recorded, one commit each, every
one of which turns at least one result; another process looks every 5 ms whether the result is there. The
time runs from the return of the commit. `--full` measures a whole evaluation after the edit of rules that
turns a tenth of all results, too: by a worker that is at work, and by a process that first reads everything.
PostgreSQL is a throw-away server that keeps what was committed, unless GREENBOARD_DATABASE_URL names one.
The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SERVER = ROOT / "tools" / "with_postgres.py"
URL = "GREENBOARD_DATABASE_URL"
LOOK_SECONDS = 0.005
PATIENCE_SECONDS = 30.0
WARM_UP_SECONDS = 3.0
NEGATED = 11
"""Rules that are turned into their opposite: about a tenth of all results, as one in six is undecided."""
WORKER = """
import sys
from pathlib import Path
from greenboard.project import setup
setup.django()
from greenboard.facts.store import vocabulary
from greenboard.project.main import main
from greenboard.scorecards import definition
card = definition.load(Path(sys.argv.pop(1)), vocabulary())
definition.shipped = lambda vocabulary: (card,)
main()
"""
"""The worker as `greenboard worker` starts it, but for the standards that it keeps."""


@dataclass(frozen=True)
class Expected:
    """A result that has to appear: entity and rule by surrogate id, the outcome, and when the fact was committed.

    Those of the warm-up do not count.
    """

    entity: int
    rule: int
    outcome: int
    committed: float
    counts: bool


def watch(pipe: Connection) -> None:
    """Tell how long each expected result took until another connection saw it; None asks to come to an end."""
    from greenboard.project import setup

    setup.django()
    pending: dict[tuple[int, int], Expected] = {}
    waited: list[float] = []
    last = None
    while last is None or (pending and time.monotonic() - last < PATIENCE_SECONDS):
        while pipe.poll():
            told = pipe.recv()
            if told is None:
                last = time.monotonic()
            else:
                pending[told.entity, told.rule] = told
        if pending:
            found = _current({one.entity for one in pending.values()})
            seen = time.monotonic()
            for entity, rule, outcome in found:
                expected = pending.get((entity, rule))
                if expected is not None and expected.outcome == outcome:
                    if expected.counts:
                        waited.append(seen - expected.committed)
                    del pending[entity, rule]
        time.sleep(LOOK_SECONDS)
    pipe.send(waited)  # at the end: nobody reads before, and a pipe that is full would stop both


def _current(entities: set[int]) -> list[tuple[int, int, int]]:
    """Entity, rule and outcome of the current results, by a bare statement: who watches shall take little."""
    from django.db import connection

    places = ", ".join(["%s"] * len(entities))
    wanted = "SELECT entity_id, rule_id, outcome FROM results_resultinterval WHERE valid_to IS NULL"
    with connection.cursor() as cursor:
        cursor.execute(f"{wanted} AND entity_id IN ({places})", list(entities))
        return [(entity, rule, outcome) for entity, rule, outcome in cursor.fetchall()]


class Process:
    """A process as the system counts it."""

    def __init__(self, number: int) -> None:
        self.number = number

    def mib(self) -> int:
        for line in Path(f"/proc/{self.number}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
        return 0

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def working(card: Path) -> Iterator[Process]:
    """A worker that is ready; stopped by SIGTERM at the end."""
    command = [sys.executable, "-c", WORKER, str(card), "worker"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            print(f"  worker: {line.rstrip()}", file=sys.stderr)
            if line.rstrip().endswith("greenboard.worker ready"):
                break
        else:
            raise RuntimeError("the worker ended before it was ready")
        Thread(target=lambda said=process.stderr: sys.stderr.writelines(said), daemon=True).start()
        yield Process(process.pid)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def changes(made: Any, rate: float, seconds: float, pipe: Connection, *, count: bool = True) -> dict[str, float]:
    """Commit changes at a steady rate; give how many there were, and how long their own commits took."""
    import installation
    from greenboard.core import clock
    from greenboard.facts.service import record
    from greenboard.facts.store import identify
    from greenboard.results import models
    from greenboard.results.rows import OUTCOMES, code

    toggles = installation.toggles(made.scorecard)
    rng = random.Random(3)
    ids = identify(made.refs)
    rules = dict(models.Rule.objects.filter(scorecard__name=made.scorecard.name).values_list("name", "id"))
    held = models.ResultInterval.objects.filter(valid_to__isnull=True)
    order = list(made.refs)
    rng.shuffle(order)
    taken: list[float] = []
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        ref, toggle = order[len(taken) % len(order)], toggles[len(taken) % len(toggles)]
        pair = {"entity_id": ids[ref], "rule_id": rules[toggle.rule]}
        before = held.filter(**pair).values_list("outcome", flat=True).first()
        after = next(one for one in toggle.values if before is None or OUTCOMES[before] is not one)
        at = clock.now()
        started = time.monotonic()
        record([installation.statement(ref, toggle.type, toggle.values[after], at)], [], at)
        committed = time.monotonic()
        pipe.send(Expected(pair["entity_id"], pair["rule_id"], code(after), committed, count))
        taken.append(committed - started)
        time.sleep(max(0.0, began + len(taken) / rate - time.monotonic()))
    return {
        "changes": len(taken),
        "rate": round(len(taken) / (time.monotonic() - began), 1),
        "commit_ms": round(statistics.median(taken) * 1000, 1),
    }


def follow(made: Any, options: argparse.Namespace, card: Path) -> dict[str, Any]:
    """Latencies at the asked rate, and what the worker takes meanwhile."""
    from django.db import connections

    connections.close_all()
    here, there = multiprocessing.get_context("spawn").Pipe()
    watcher = multiprocessing.get_context("spawn").Process(target=watch, args=(there,), daemon=True)
    watcher.start()
    with working(card) as worker:
        changes(made, options.rate, WARM_UP_SECONDS, here, count=False)
        began, cpu, mib = time.monotonic(), worker.cpu_seconds(), worker.mib()
        told = changes(made, options.rate, options.seconds, here)
        here.send(None)
        seen: list[float] = here.recv()
        share = (worker.cpu_seconds() - cpu) / (time.monotonic() - began)
        memory = {"worker_mib_start": mib, "worker_mib_end": worker.mib(), "worker_cpu_share": round(share, 3)}
    return {**told, "lost": told["changes"] - len(seen), **latencies(seen), **memory}


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """Median, percentiles and maximum in milliseconds."""
    ordered = sorted(seconds) or [float("nan")]
    at = {"median_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}
    return {
        name: round(ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000, 1) for name, share in at.items()
    }


def full(made: Any, folder: Path) -> dict[str, Any]:
    """A whole evaluation after rules were edited, with everything that it writes.

    First by who has the catalog in memory, as the worker has; then back again by a process that reads it all.
    """
    import installation
    from greenboard.core import clock
    from greenboard.results import service
    from greenboard.results.continuous import Continuous
    from greenboard.results.live import Live

    standards = [made.scorecard]
    worker = Continuous(lambda: standards, Live())
    worker.whole(clock.now)
    standards = [installation.edited(made.scorecard, folder, NEGATED)]
    began = time.perf_counter()
    changed = 0
    while (done := worker.turn(clock.now())) is not None:
        changed += done.results_changed
        if not done.part:
            break
    warm = time.perf_counter() - began
    began = time.perf_counter()
    service.evaluate(made.scorecard, clock.now())
    cold = time.perf_counter() - began
    return {"full_seconds": round(warm, 2), "full_cold_seconds": round(cold, 2), "full_results_changed": changed}


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    from greenboard.project import running

    running.prepare(folder, sample=False)
    import installation
    from greenboard.core import clock
    from greenboard.results import service

    print("making the installation", file=sys.stderr)
    made = installation.fill(options.entities, clock.now(), folder)
    began = time.perf_counter()
    done = service.evaluate(made.scorecard, clock.now())
    first = time.perf_counter() - began
    print(f"judged for the first time in {first:.1f} s", file=sys.stderr)
    figures: dict[str, Any] = {
        "entities": len(made.refs),
        "rules": len(made.scorecard.rules),
        "seed_seconds": made.seconds,
        "first_evaluation_seconds": round(first, 1),
        "results": done.results_changed,
    }
    if options.seconds > 0:
        figures |= follow(made, options, folder / "benchmark.yaml")
    if options.full:
        figures |= full(made, folder)
    return {**figures, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    if options.database == "postgres" and URL not in os.environ:
        return subprocess.run([sys.executable, SERVER, "--durable", sys.executable, *sys.argv], check=False).returncode
    if options.database == "sqlite":
        os.environ.pop(URL, None)
    with tempfile.TemporaryDirectory(prefix="greenboard-continuous-") as folder:
        os.environ["GREENBOARD_DATA_DIR"] = folder
        figures = measure(options, Path(folder))
    print(json.dumps({"benchmark": "continuous", "database": options.database, **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
