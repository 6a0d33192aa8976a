"""Seconds from calling `greenboard --help` to its end: best and median of several runs. One JSON object."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

COMMAND = Path(sys.executable).with_name("greenboard")


def main() -> None:
    taken = []
    for _ in range(15):
        began = time.perf_counter()
        subprocess.run([COMMAND, "--help"], capture_output=True, check=True)
        taken.append(time.perf_counter() - began)
    print(
        json.dumps(
            {
                "runs": len(taken),
                "median_seconds": round(statistics.median(taken), 3),
                "best_seconds": round(min(taken), 3),
            }
        )
    )


if __name__ == "__main__":
    main()
