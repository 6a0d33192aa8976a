"""Measure how a whole evaluation spreads over workers: the same one with 1, 2 and 3 of them on PostgreSQL.

    python benchmarks/spread.py [--entities N] [--workers 1,2,3] [--runs N]

An installation with as many entities, 100 rules and 22 fact types is made on a throw-away server that keeps
what was committed, unless GREENBOARD_DATABASE_URL names one. It is judged once, in the same way as always: by
the workers as processes. Then, for each number of workers, rules are edited so that a tenth of all results
turn, again and again there and back. The time runs from the commit of the edit until all results are right by
the new version; workers have the catalog in memory by then. The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SERVER = ROOT / "tools" / "with_postgres.py"
URL = "GREENBOARD_DATABASE_URL"
NEGATED = 11
"""Rules that are turned into their opposite: about a tenth of all results, as one in six is undecided."""
PATIENCE_SECONDS = 900.0
WORKER = """
import sys
from pathlib import Path
from greenboard.project import setup
setup.django()
from greenboard.facts.store import vocabulary
from greenboard.project import working
from greenboard.project.main import main
from greenboard.scorecards import definition
path, known = Path(sys.argv.pop(1)), {}
def standards(words):
    text = path.read_text()
    if text not in known:
        known[text] = (definition.load(path, words),)
    return known[text]
working.standards = standards
main()
"""
"""The worker as `greenboard worker` starts it, but for the standards that it keeps: those of a file."""


@contextmanager
def working(card: Path, number: int) -> Iterator[None]:
    """A worker that is ready; stopped by SIGTERM at the end."""
    command = [sys.executable, "-c", WORKER, str(card), "worker"]
    env = {**os.environ, "GREENBOARD_WORKER_ID": f"worker-{number}"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            print(f"  worker {number}: {line.rstrip()}", file=sys.stderr)
            if line.rstrip().endswith("greenboard.worker ready"):
                break
        else:
            raise RuntimeError("the worker ended before it was ready")
        Thread(target=lambda said=process.stderr: sys.stderr.writelines(said), daemon=True).start()
        yield
    finally:
        process.terminate()
        process.wait(60)


def until_right(digest: str) -> None:
    """Wait until no part is left of a version, and everything was looked at since it was put in force."""
    from greenboard.results import models, parts

    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        row = models.ScorecardVersion.objects.filter(valid_to__isnull=True).select_related("scorecard").first()
        if row is not None and row.digest == digest:
            card = row.scorecard
            left = models.Part.objects.filter(scorecard=card, digest=digest, number__isnull=True).exists()
            if not left and card.looked_at is not None and card.looked_at >= row.valid_from:
                return
        time.sleep(0.05)
    raise RuntimeError(f"not judged within {PATIENCE_SECONDS:g} s; parts: {parts.newest()}")


def edit(made: Any, path: Path, negated: int) -> float:
    """Change the rules; give the seconds until all results are right by them."""
    import installation

    card = installation.edited(made.scorecard, path.parent, negated)
    began = time.perf_counter()
    path.with_suffix(".new").write_text((path.parent / "benchmark.yaml").read_text())
    path.with_suffix(".new").replace(path)
    until_right(card.digest)
    return time.perf_counter() - began


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    from greenboard.project import running

    running.prepare(folder, sample=False)
    import installation
    from greenboard.core import clock
    from greenboard.results import models

    print("making the installation", file=sys.stderr)
    made = installation.fill(options.entities, clock.now(), folder)
    card = folder / "standards.yaml"
    card.write_text((folder / "benchmark.yaml").read_text())
    began = time.perf_counter()
    figures: dict[str, Any] = {"entities": options.entities, "rules": len(made.scorecard.rules)}
    seconds: dict[str, float] = {}
    for number in map(int, options.workers.split(",")):
        with ExitStack() as stack:
            for each in range(number):
                stack.enter_context(working(card, each))
            if "first_evaluation_seconds" not in figures:
                until_right(made.scorecard.digest)
                figures["first_evaluation_seconds"] = round(time.perf_counter() - began, 1)
            time.sleep(5)  # whoever just started looks at everything once
            before = models.ResultInterval.objects.count()
            taken = [edit(made, card, negated) for _ in range(options.runs) for negated in (NEGATED, 0)]
            changed = (models.ResultInterval.objects.count() - before) // len(taken)
        seconds[str(number)] = round(statistics.median(taken), 2)
        print(f"{number} workers: {[round(one, 2) for one in taken]} s, {changed} results each", file=sys.stderr)
        figures["results_changed"] = changed
    return {**figures, "full_seconds": seconds, "load": round(os.getloadavg()[0], 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--workers", default="1,2,3")
    parser.add_argument("--runs", type=int, default=2)
    options = parser.parse_args()
    if URL not in os.environ:
        return subprocess.run([sys.executable, SERVER, "--durable", sys.executable, *sys.argv], check=False).returncode
    with tempfile.TemporaryDirectory(prefix="greenboard-spread-") as folder:
        os.environ["GREENBOARD_DATA_DIR"] = folder
        figures = measure(options, Path(folder))
    print(json.dumps({"benchmark": "spread", "database": "postgres", **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
