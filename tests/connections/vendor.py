"""A made-up vendor for tests: an integration written on the spot, and what its API answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import yaml

from greenboard.connections import calling, collecting, configured
from greenboard.connections.integration import Integration, load
from greenboard.connections.types import Connection, Ended, Found, Missed, Seen
from greenboard.facts import vocabulary

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WORDS = vocabulary.load()
Answers = Callable[[httpx2.Request], httpx2.Response]

BASE = {
    "title": "Acme",
    "category": "on-call",
    "summary": "A vendor for tests.",
    "secrets": {"key": {"title": "Key"}},
    "permissions": [{"name": "read", "doc": "Read everything", "streams": ["services"]}],
    "api": {"url": "https://acme.test", "auth": {"kind": "bearer", "token": "{secrets.key}"}},
    "limits": {"key": {"rate": "1000/s", "burst": 1000}},
    "streams": {"services": {"get": "/services", "items": "services"}},
    "subjects": {"service": {"stream": "services", "title": "name", "match": [{"name": "name"}]}},
    "facts": [{"type": "oncall", "about": "service", "map": {"schedules": "len(schedules)"}}],
}


def integration(folder: Path, name: str = "acme", **parts: Any) -> Integration:
    """The integration of a manifest: the usual one with other parts."""
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    (home / "integration.yaml").write_text(yaml.safe_dump({"name": name, **BASE, **parts}, sort_keys=False))
    return load(home, WORDS)


@dataclass
class Vendor:
    """Answers requests, and remembers them."""

    answer: Callable[[httpx2.Request], Any]
    asked: list[str] = field(default_factory=list)
    requests: list[httpx2.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.raw_path.decode())
        self.requests.append(request)
        answer = self.answer(request)
        return answer if isinstance(answer, httpx2.Response) else httpx2.Response(200, content=json.dumps(answer))

    def caller(self, connection: Connection, **more: Any):
        client = httpx2.Client(transport=httpx2.MockTransport(self))
        return calling.caller(connection, client=client, sleep=self.slept.append, **more)

    def collect(self, made: Integration, *, now: datetime = NOW, settings: Any = None, scope: Any = None, **more: Any):
        connection = configured.connection(made, settings or {}, {"key": "s3cr3t-key"}, scope=scope, name="acme")
        return Events(list(collecting.collect(connection, now=now, call=self.caller(connection), **more)))


@dataclass
class Events:
    """What a collection said, sorted."""

    all: list[Any]

    @property
    def ended(self) -> Ended:
        assert isinstance(self.all[-1], Ended)
        return self.all[-1]

    @property
    def facts(self) -> dict[tuple[str, str], Any]:
        return {(one.type, one.subject.id): one.value for one in self.all if isinstance(one, Found)}

    @property
    def missed(self) -> list[Missed]:
        return [one for one in self.all if isinstance(one, Missed)]

    @property
    def seen(self) -> list[str]:
        return [one.subject.id for one in self.all if isinstance(one, Seen)]
