"""Seconds and memory to load the sample, ninety evaluated days, into a new folder. Prints one JSON object."""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

NOW = "2026-11-23T09:00:00Z"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GREENBOARD_DATA_DIR"] = folder
        from greenboard.project import setup

        setup.django()
        setup.migrate()
        print(json.dumps(measure(Path(folder))))


def measure(folder: Path) -> dict[str, float]:
    from greenboard.core import clock
    from greenboard.project.sample import load
    from greenboard.results import store

    began = time.perf_counter()
    load.ensure(folder, clock.parse_time(NOW), lambda line: print(line, file=sys.stderr))
    taken = time.perf_counter() - began
    return {
        "load_seconds": round(taken, 1),
        "evaluations": len(store.noted("sample:")),
        "entities": len(store.levels(load.SCORECARD)),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    main()
