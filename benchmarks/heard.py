"""From a message of a tool to a changed verdict, by the clock: `benchmarks/heard.py [--times 20] [--services 200]`.

Greenboard runs as people run it: `greenboard serve`, that is a web server and a worker. A tool of our own changes
something and sends a signed message; measured is the time from before the message is sent until a result that says
otherwise stands in the database. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.collection import test_worker as told
from tests.collection.tool import Tool, serving
from tests.project.installation import greenboard, surroundings

LIMIT = 120.0
CHANGED = """SELECT COUNT(*) FROM results_resultinterval r JOIN catalog_entity e ON e.id = r.entity_id
WHERE r.valid_to IS NULL AND e.name = 'shop-1' AND r.valid_from > ?"""


def until(what: Callable[[], Any], every: float = 0.005) -> Any:
    """Wait for something that comes about."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(every)
    raise TimeoutError


@contextmanager
def running(env: dict[str, str], port: int) -> Iterator[None]:
    """A web server and a worker, ready."""
    with (Path(env["GREENBOARD_DATA_DIR"]) / "log").open("wb") as log:
        command = [sys.executable, "-m", "greenboard.project.main", "serve", "--no-sample"]
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            until(lambda: answers(port), 0.1)
            yield
        except BaseException:
            print(Path(log.name).read_text()[-5000:], file=sys.stderr)
            raise
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def send(port: int, number: int) -> None:
    """The message of the tool."""
    body = json.dumps({"delivery": f"d{number}", "service": "s1"}).encode()
    signature = "sha256=" + hmac.new(b"h", body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Lookout-Signature": signature}
    url = f"http://127.0.0.1:{port}/api/v1/connections/lookout/messages"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
        assert answer.status == 202


def measure(env: dict[str, str], tool: Tool, port: int, times: int) -> list[float]:
    """Seconds from each message to the verdict."""
    until(lambda: told.ended(env), 0.1)
    until(lambda: not told.rows(env, "SELECT 1 FROM results_mark WHERE NOT done"), 0.1)
    time.sleep(2)
    found = []
    for number in range(times):
        ((before,),) = told.rows(env, "SELECT MAX(valid_from) FROM results_resultinterval")
        tool.service("s1", "shop-1", levels=(0, 2)[number % 2])
        with closing(sqlite3.connect(Path(env["GREENBOARD_DATA_DIR"]) / "greenboard.sqlite3", timeout=30)) as database:
            began = time.monotonic()
            send(port, number)
            until(lambda: database.execute(CHANGED, (before,)).fetchone()[0])  # noqa: B023 - asked at once
            found.append(time.monotonic() - began)
        time.sleep(0.37)  # another place in the pauses of the worker each time
    return found


def main() -> int:
    """Measure, and print one line of JSON."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--times", type=int, default=20)
    arguments.add_argument("--services", type=int, default=200)
    given = arguments.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as place, serving(Tool()) as tool:
        for number in range(given.services):
            tool.service(f"s{number}", f"shop-{number}")
        env = surroundings(
            Path(place),
            GREENBOARD_INTEGRATIONS=str(Path(told.__file__).parent / "lookout"),
            GREENBOARD_OUTBOUND_ALLOW="127.0.0.1",
            GREENBOARD_PORT=str(port),
            GREENBOARD_HOST="127.0.0.1",
        )
        assert greenboard("migrate", env=env).returncode == 0
        made = [sys.executable, "-c", told.MAKE, tool.url, str(given.services)]
        subprocess.run(made, env=env, check=True, capture_output=True)
        with running(env, port):
            found = sorted(measure(env, tool, port, given.times))
    print(
        json.dumps(
            {
                "messages": len(found),
                "services": given.services,
                "median_seconds": round(statistics.median(found), 3),
                "slowest_seconds": round(found[-1], 3),
                "within_a_second": sum(one < 1 for one in found),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
