"""The README's first command in a fresh clone: seconds until the board answers, first and second time.

`--test` also times `make test` there. Prints one JSON object as its last line.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_ready(process: subprocess.Popen[bytes], port: int, limit: float = 600) -> None:
    """Wait for `/healthz` to answer 200."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"make run ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    sys.exit("the board did not answer")


def start(clone: Path, port: int) -> float:
    """Run `make run` until it answers, stop it, and return the seconds that took."""
    environment = {**os.environ, "GREENBOARD_PORT": str(port)}
    began = time.monotonic()
    process = subprocess.Popen(["make", "run"], cwd=clone, env=environment, stdout=sys.stderr, start_new_session=True)
    try:
        until_ready(process, port)
        return time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", action="store_true", help="also time `make test`")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenboard-clone-") as folder:
        clone = Path(folder) / "greenboard"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        figures: dict[str, float | None] = {
            "first_run_seconds": round(start(clone, free_port()), 1),
            "second_run_seconds": round(start(clone, free_port()), 1),
            "test_seconds": None,
        }
        if asked.test:
            began = time.monotonic()
            subprocess.run(["make", "test"], cwd=clone, check=True, stdout=sys.stderr)
            figures["test_seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
