"""Several web processes and workers on one database, restarted as an orchestrator would, and what asks them."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.project.installation import python
from tests.project.test_processes import answer, free_port

WORKER = """
import sys
from functools import partial
from greenboard.project import setup
setup.django()
from greenboard.project import working
from greenboard.results.continuous import Continuous
working.Continuous = partial(Continuous, size=8)
from greenboard.project.main import main
sys.argv = ["greenboard", "worker"]
main()
"""
"""The worker, with parts so small that a small company has some."""
TOKEN = """
from greenboard.access import tokens
from greenboard.access.models import Person
from greenboard.access.permissions import Permission
person = Person.objects.get()
may = (Permission.READ, Permission.CATALOG_WRITE, Permission.FACTS_WRITE, Permission.RULES_WRITE)
print(tokens.make(person, tokens.Wish("ci", may), person)[1])
"""
LIMIT = 60.0


@dataclass
class Kept:
    """A process that is started again whenever it ends, until told otherwise."""

    command: Sequence[str]
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                self.command, env=self.env, stdout=said, stderr=said, start_new_session=True
            )

    def attend(self) -> None:
        """Start it again if it ended."""
        if self.process is not None and self.process.poll() is not None:
            self.start()

    def kill(self) -> None:
        """As a machine that lost its power: it and all that it started."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(LIMIT)

    def stop(self) -> None:
        """Let it end in good order."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(LIMIT)


@dataclass
class Company:
    """What runs, by name. `attending` goes on in a thread of its own."""

    env: dict[str, str]
    folder: Path
    token: str
    ports: list[int]
    kept: dict[str, Kept] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attend(self) -> None:
        while not self._over.wait(0.1):
            with self._lock:
                for one in self.kept.values():
                    one.attend()

    def kill(self, name: str) -> None:
        with self._lock:
            self.kept[name].kill()

    def stop_workers(self) -> None:
        with self._lock:
            for name in [name for name in self.kept if name.startswith("worker")]:
                self.kept.pop(name).stop()

    def end(self) -> None:
        self._over.set()
        with self._lock:
            for one in self.kept.values():
                one.kill()

    def log(self) -> str:
        return _log(self.folder).read_text(errors="replace")

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = "", at: int = 0, patience: float = 20.0
    ) -> tuple[int, Any]:
        """One request to one web process: status (0 without an answer) and body."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        address = f"http://127.0.0.1:{self.ports[at % len(self.ports)]}/api/v1/{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=patience) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except (OSError, json.JSONDecodeError, ValueError):
            return 0, None

    def write(self, body: Any, key: str, over: threading.Event | None = None) -> bool:
        """Send facts until they are taken, to whichever process answers, or until it is over; whether they were."""
        began = time.monotonic()
        for at in itertools.count(random.randrange(2)):
            status, told = self.ask("POST", "facts", body, key=key, at=at)
            if status == 200:
                return True
            assert status in (0, 409, 429, 502, 503, 507), (status, told, self.log()[-5000:])
            if over is not None and over.is_set():
                return False
            assert time.monotonic() - began < 10 * LIMIT, (status, told)
            time.sleep(0.1)
        return False

    def judged(self, name: str, outcome: str, limit: float = 10 * LIMIT) -> float:
        """Wait until a licence is judged, whichever process says so; how long it took.

        One that is just being started again takes a request before it can answer: it is not waited for.
        """
        began = time.monotonic()
        while time.monotonic() - began < limit:
            path = f"results?scorecard=production-readiness&rule=cmp-2-own&entity=library:default/{name}"
            for at in range(len(self.ports)):
                status, told = self.ask("GET", path, at=at, patience=2.0)
                if status == 200 and [row["outcome"] for row in told["results"]] == [outcome]:
                    return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"{name} is not {outcome}: {told}\n{self.log()[-3000:]}")


@contextmanager
def company(folder: Path, env: dict[str, str], *, workers: int, webs: int) -> Iterator[Company]:
    """An installation that is migrated already, with as many processes of each."""
    env = {**env, "GREENBOARD_TOKEN_RATE": "100000", "GREENBOARD_MIGRATE": "0"}
    token = python(TOKEN, env).strip()
    made = Company(env, folder, token, [free_port() for _ in range(webs)])
    log = _log(folder)
    main = [sys.executable, "-m", "greenboard.project.main", "web"]
    for number, port in enumerate(made.ports):
        made.kept[f"web-{number}"] = Kept(main, {**env, "GREENBOARD_PORT": str(port)}, log)
    for number in range(workers):
        own = {**env, "GREENBOARD_WORKER_ID": f"worker-{number}"}
        made.kept[f"worker-{number}"] = Kept([sys.executable, "-c", WORKER], own, log)
    for one in made.kept.values():
        one.start()
    attending = threading.Thread(target=made.attend, daemon=True)
    attending.start()
    try:
        for port in made.ports:
            _until(lambda port=port: answer(port, "/health/ready") == 200)  # type: ignore[misc]
        yield made
    finally:
        made.end()
        attending.join(LIMIT)


def _log(folder: Path) -> Path:
    """Beside the folder, whose disk may be full."""
    return folder.with_name(f"{folder.name}.log")


def _until(reached: Callable[[], bool], limit: float = 3 * LIMIT) -> None:
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < limit
        time.sleep(0.1)


class Load:
    """Writers, each with entities of its own, that state one fact after the other and note what was accepted."""

    def __init__(self, company: Company, names: Sequence[str], writers: int) -> None:
        self._company = company
        self._over = threading.Event()
        self.accepted: dict[str, list[float]] = defaultdict(list)
        self.faults: list[BaseException] = []
        several = [names[number::writers] for number in range(writers)]
        self._threads = [threading.Thread(target=self._write, args=(n, own)) for n, own in enumerate(several)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(20 * LIMIT)

    def _write(self, number: int, names: Sequence[str]) -> None:
        try:
            for count in itertools.count():
                if self._over.is_set():
                    return
                name, value = names[count % len(names)], float(count % 997) / 10
                if self._company.write({"facts": [covered(name, value)]}, f"load-{number}-{count}", self._over):
                    self.accepted[name].append(value)
                time.sleep(0.05)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            self.faults.append(error)


def covered(name: str, percent: float) -> dict[str, Any]:
    return {
        "entity": f"library:default/{name}",
        "type": "coverage",
        "value": {"line_pct": percent},
        "source": {"kind": "report", "name": "coverage.py"},
    }


def licensed(name: str, *, exists: bool) -> dict[str, Any]:
    return {
        "entity": f"library:default/{name}",
        "type": "license",
        "value": {"exists": exists},
        "source": {"kind": "connection", "name": "forge"},
    }


HISTORY = """
from greenboard.facts.models import FactInterval
import json
rows = FactInterval.objects.filter(type="coverage", slot="").order_by("valid_from", "id")
told = {}
for name, value in rows.values_list("entity__name", "value"):
    told.setdefault(name, []).append((json.loads(value) if isinstance(value, str) else value)["line_pct"])
print(json.dumps(told))
"""
JUDGE_AGAIN = """
from greenboard.facts.store import vocabulary
from greenboard.results import models, service
from greenboard.scorecards.store import standards
for card in standards(vocabulary()):
    done = service.evaluate(card, clock.now(), note="again")
    run = models.Run.objects.get(note="again", scorecard__name=card.name)
    rows = models.ResultInterval.objects.filter(cause__run=run).values_list("entity__name", "rule__name", "before", "outcome", "cause__text")
    print(done.results_changed, done.levels_changed, list(rows)[:20])
"""
WAITING = """
from greenboard.results.models import Mark, Part
print(Mark.objects.filter(done=False).count() + Part.objects.filter(number=None).count())
"""


def check(company: Company, load: Load) -> None:
    """Nothing that was accepted is lost, and every result is what judging everything anew comes to."""
    assert load.faults == []
    _until(lambda: python(WAITING, company.env).strip() == "0", 10 * LIMIT)
    company.stop_workers()
    history = json.loads(python(HISTORY, company.env))
    for name, values in load.accepted.items():
        # The last one of a writer may be there without its answer having arrived.
        assert history[name][: len(values)] == values, name
        assert len(history[name]) <= len(values) + 1, name
    assert python(JUDGE_AGAIN, company.env).splitlines() == ["0 0 []"]
