"""Load the pages with concurrent users: how long they wait, what fails, what each process takes in memory and time.

    python benchmarks/load.py [--database sqlite|postgres] [--entities N] [--days N] [--users N] [--seconds N]
        [--think SECONDS] [--web N] [--page NAME=ADDRESS]... [--folder FOLDER]

An installation of so many entities with 100 rules lives through so many days (`installation.py`, `storage.py`);
then `greenboard serve` runs on it, with its worker. Each user signs in, opens a page, reads it for `--think`
seconds on average (0: asks again at once), opens the next. With `--web 2` a `greenboard web` runs beside, and
half of the users are sent to it, as a proxy does. `{entity}` in an address becomes another service each
time, `{team}` another team. With `--folder` the installation stays there and is used again. PostgreSQL is a
throw-away server unless GREENBOARD_DATABASE_URL names one. The last line is a JSON object; times are milliseconds
until the last byte, `cpu_ms` what the web processes took of a processor for one request.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from continuous import Process, latencies

ROOT = Path(__file__).resolve().parents[1]
SERVER = ROOT / "tools" / "with_postgres.py"
URL = "GREENBOARD_DATABASE_URL"
PAGES = {
    "board": "/",
    "board of a team": "/?team={team}",
    "entity": "/entities/service/default/{entity}",
    "entities by API": "/api/v1/entities?owner={team}",
}
PASSWORD = "first-password.txt"
START_SECONDS, STOP_SECONDS, REQUEST_SECONDS = 120, 30, 60
SETTLE_SECONDS, RESTED_SECONDS, RESTING = 300, 3, 0.15
MADE = "made.json"


@dataclass
class Tally:
    """What users met: seconds by page, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What users do: which pages, of how many entities and teams, until when, reading for how long."""

    ports: tuple[int, ...]
    cookie: str
    pages: dict[str, str]
    entities: int
    think: float
    until: float


class User(threading.Thread):
    """Opens pages one after the other, over one connection as a browser does."""

    def __init__(self, number: int, plan: Plan) -> None:
        super().__init__(daemon=True)
        self.plan, self.rng, self.met = plan, random.Random(number), Tally()
        self.port = plan.ports[number % len(plan.ports)]

    def run(self) -> None:
        plan = self.plan
        time.sleep(self.rng.uniform(0, plan.think))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS)
        while time.monotonic() < plan.until:
            name = self.rng.choice(list(plan.pages))
            address = self.address(plan.pages[name])
            began = time.monotonic()
            try:
                connection.request("GET", address, headers={"Cookie": plan.cookie})
                answer = connection.getresponse()
                answer.read()
                if answer.status != http.client.OK:
                    self.met.errors.append(f"{address}: {answer.status}")
            except (OSError, http.client.HTTPException) as error:
                self.met.errors.append(f"{address}: {error!r}")
                connection.close()
            self.met.seconds[name].append(time.monotonic() - began)
            time.sleep(self.rng.uniform(0, 2 * plan.think))
        connection.close()

    def address(self, template: str) -> str:
        number = self.rng.randrange(self.plan.entities)
        team = number % min(200, self.plan.entities)
        return template.format(entity=f"service-{number:05}", team=f"team-{team}")


def make(entities: int, days: int, folder: Path) -> None:
    """The installation, in a process of its own, so that what it took is given back."""
    from greenboard.project import running

    running.prepare(folder, sample=False)
    import storage
    from greenboard.core import clock

    began = time.monotonic()
    history = storage.History(entities, clock.now() - timedelta(days=days, minutes=5), folder, 0.05)
    for day in range(1, days + 1):
        history.live(day, storage.at_once)
        print(f"day {day}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    cards = folder / "scorecards"
    cards.mkdir(exist_ok=True)
    # Under this name it takes the place of the one that ships, so that the worker keeps no other.
    (folder / "benchmark.yaml").rename(cards / "production-readiness.yaml")
    (folder / MADE).write_text(json.dumps({"entities": entities, "days": days}), encoding="utf-8")


@contextmanager
def serving(folder: Path, web: int) -> Iterator[tuple[tuple[int, ...], list[int]]]:
    """`greenboard serve` on the installation and more web processes beside: ports, and the numbers of all processes."""
    with ExitStack() as stack:
        started = [stack.enter_context(_started(folder, "web" if one else "serve")) for one in range(web)]
        yield tuple(port for port, _ in started), [one for _, root in started for one in processes(root)]


@contextmanager
def _started(folder: Path, what: str) -> Iterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "GREENBOARD_PORT": str(port), "GREENBOARD_SCORECARDS": str(folder / "scorecards")}
    command = [sys.executable, "-m", "greenboard.project.main", what]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port, server)
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers and its worker has been started."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.client.OK:
                time.sleep(2)
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


def processes(root: int) -> list[int]:
    """A process and all below it."""
    found, waiting = [], [root]
    while waiting:
        number = waiting.pop()
        found.append(number)
        for task in Path(f"/proc/{number}/task").glob("*/children"):
            waiting += map(int, task.read_text(encoding="ascii").split())
    return found


def roles(numbers: Sequence[int]) -> dict[int, str]:
    """What each process does; the first one is that which started the others."""
    found = {}
    for number in numbers:
        words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        found[number] = "worker" if b"worker" in words else "serve" if number == numbers[0] else "web"
    return found


def settle(worker: Process) -> None:
    """Wait until the worker has read the catalog: until it has rested for some seconds."""
    until, rested = time.monotonic() + SETTLE_SECONDS, 0
    while time.monotonic() < until and rested < RESTED_SECONDS:
        before = worker.cpu_seconds()
        time.sleep(1)
        rested = rested + 1 if worker.cpu_seconds() - before < RESTING else 0


def sign_in(port: int, folder: Path) -> str:
    """The session's cookie of the administrator."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REQUEST_SECONDS)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    assert token, "the page to sign in has a form"
    password = (folder / PASSWORD).read_text(encoding="ascii").strip()
    form = urlencode({"username": "admin", "password": password, "csrfmiddlewaretoken": token[1]})
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", form, headers)
    answer = connection.getresponse()
    answer.read()
    session = [one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", []) if "sessionid" in one]
    assert session, f"signing in answered {answer.status}"
    return session[0]


def warm(plan: Plan) -> dict[str, float]:
    """Open each page once; what the first look of a process takes, which it keeps afterwards."""
    user = User(0, plan)
    taken: dict[str, float] = {}
    for port in plan.ports:
        taken |= _warmed(plan, user, http.client.HTTPConnection("127.0.0.1", port, timeout=600))
    return taken


def _warmed(plan: Plan, user: User, connection: http.client.HTTPConnection) -> dict[str, float]:
    taken = {}
    for name, template in plan.pages.items():
        began = time.monotonic()
        connection.request("GET", user.address(template), headers={"Cookie": plan.cookie})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == http.client.OK, f"{name}: {answer.status}"
        taken[name] = round((time.monotonic() - began) * 1000, 1)
    return taken


def drive(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Let the users in, and add up what they met."""
    pages = dict(one.split("=", 1) for one in options.page) or PAGES
    with serving(folder, options.web) as (ports, numbers):
        cookie = sign_in(ports[0], folder)
        plan = Plan(ports, cookie, pages, options.entities, options.think, 0.0)
        first = warm(plan)
        watched, role = {number: Process(number) for number in numbers}, roles(numbers)
        for number in numbers:
            if role[number] == "worker":
                settle(watched[number])
        start = {number: (process.mib(), process.cpu_seconds()) for number, process in watched.items()}
        plan = Plan(ports, cookie, pages, options.entities, options.think, time.monotonic() + options.seconds)
        users = [User(number, plan) for number in range(options.users)]
        for user in users:
            user.start()
        middle = _memory_at(watched, time.monotonic() + options.seconds / 2)
        for user in users:
            user.join()
        used = {number: process.cpu_seconds() - start[number][1] for number, process in watched.items()}
        memory = [
            {"process": role[number], "mib": [start[number][0], middle[number], watched[number].mib()]}
            for number in watched
        ]
        web = sum(seconds for number, seconds in used.items() if role[number] != "worker")
    return {**summary(users, options.seconds, web), "first_ms": first, "memory": memory}


def _memory_at(watched: dict[int, Process], moment: float) -> dict[int, int]:
    time.sleep(max(0.0, moment - time.monotonic()))
    return {number: process.mib() for number, process in watched.items()}


def summary(users: Sequence[User], seconds: float, web: float) -> dict[str, Any]:
    """Requests, errors, and the times of each page."""
    by_page: dict[str, list[float]] = defaultdict(list)
    for user in users:
        for name, taken in user.met.seconds.items():
            by_page[name] += taken
    errors = [error for user in users for error in user.met.errors]
    requests = sum(map(len, by_page.values()))
    return {
        "requests": requests,
        "requests_per_second": round(requests / seconds, 1),
        "errors": len(errors),
        "some_errors": errors[:5],
        "cpu_ms": round(web / max(1, requests) * 1000, 1),
        "pages": {name: {"requests": len(taken), **latencies(taken)} for name, taken in sorted(by_page.items())},
    }


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--web", type=int, default=1)
    parser.add_argument("--think", type=float, default=2.0)
    parser.add_argument("--page", action="append", default=[], metavar="NAME=ADDRESS")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    options = parse()
    if options.database == "postgres" and URL not in os.environ:
        return subprocess.run([sys.executable, SERVER, sys.executable, *sys.argv], check=False).returncode
    if options.database == "sqlite":
        os.environ.pop(URL, None)
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="greenboard-load-")))
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["GREENBOARD_DATA_DIR"] = str(folder)
        if options.make:
            make(options.entities, options.days, folder)
            return 0
        if not (folder / MADE).exists():
            subprocess.run([sys.executable, *sys.argv, "--make", "--folder", str(folder)], check=True)
        made = json.loads((folder / MADE).read_text(encoding="utf-8"))
        options.entities = made["entities"]
        asked = {"users": options.users, "seconds": options.seconds, "think_seconds": options.think, "web": options.web}
        found = {"benchmark": "load", "database": options.database, **made, **asked, **drive(options, folder)}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
