"""Workflows that run here instead of in a worker, over real rows and real sockets, with a receiver that notes all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from greenboard.access.models import Grant, Person, Role
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.outbound.addresses import Allowed
from greenboard.workflows import running, service, starting, tending
from greenboard.workflows.models import Run, Step
from greenboard.workflows.service import Change
from greenboard.workflows.starting import Wish
from greenboard.workflows.types import Way

CHECKOUT, SHOP = Ref("service", "default", "checkout"), Ref("team", "default", "shop")


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Receiver:
    """Another system. It answers as it is told by path, 200 and `{}` otherwise, and notes each request."""

    port: int = 0
    seen: list[Request] = field(default_factory=list)
    answers: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str) -> list[Request]:
        return [one for one in self.seen if one.path.partition("?")[0] == path]

    def say(self, path: str, *answers: tuple[int, Any]) -> None:
        """Answer so, one after the other; the last one from then on."""
        self.answers[path] = list(answers)

    def reply(self, path: str) -> tuple[int, Any]:
        told = self.answers.get(path.partition("?")[0], [(200, {})])
        return told.pop(0) if len(told) > 1 else told[0]


@contextmanager
def receiving(made: Receiver) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            body = json.loads(raw) if raw.startswith(("{", "[")) else raw
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.seen.append(Request(self.command, self.path, headers, body))
            status, told = made.reply(self.path)
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", str(told))
            content = json.dumps(told).encode()
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", made.port), Handler) as server:
        made.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
    settings.PUBLIC_URL = "https://board.example.com"
    with receiving(Receiver()) as made:
        yield made


@pytest.fixture
def checkout(db) -> Ref:
    """A service that the team shop owns."""
    owns = Relation(RelationKind.OWNS, SHOP, CHECKOUT)
    entities = (Entity(CHECKOUT, tier=1), Entity(SHOP))
    catalog.save(Declared(entities, (owns,)), clock.now(), cause="test")
    return CHECKOUT


def person(name: str, role: str = "member", scope: str = "") -> Person:
    made = Person.objects.create_user(name, password="a long password")
    Grant.objects.create(role=Role.objects.get(name=role), person=made, scope=scope, created_at=clock.now())
    return made


@pytest.fixture
def ada(db) -> Person:
    return person("ada")


@pytest.fixture
def grace(db) -> Person:
    return person("grace", "maintainer")


def saved(steps: str, head: str = "", name: str = "play") -> str:
    """Keep a workflow of these steps; its name."""
    service.save(Change(document(steps, head, name), 0, "test"))
    return name


def document(steps: str, head: str = "", name: str = "play") -> str:
    return f"name: {name}\ntitle: Play\n{head}\nsteps:\n{steps}\n"


def start(name: str, by: Person, about: Ref | None = None, **inputs: Any) -> Run:
    """Start a run, and go on with it until it rests or is over."""
    return go(starting.ask(Wish(name, inputs, about), by, Way.PERSON))


def go(run: Run) -> Run:
    """Go on with a run as a worker does."""
    run.refresh_from_db()
    while run.turn and (found := running.look(run.pk, run.turn)) is not None:
        assert not found.pause, "it would wait for seconds"
        for path in found.ready:
            running.act(run.pk, run.turn, path)
        run.refresh_from_db()
    run.refresh_from_db()
    return run


def later(run: Run, monkeypatch: pytest.MonkeyPatch, **span: float) -> Run:
    """Let time go by, with a worker that looks what is due."""
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(**span))
    tending.tend(clock.now())
    return go(run)


def step(run: Run, path: str) -> Step:
    return Step.objects.get(run=run, path=path)


def doings(run: Run) -> dict[str, str]:
    return dict(Step.objects.filter(run=run).order_by("id").values_list("path", "doing"))
