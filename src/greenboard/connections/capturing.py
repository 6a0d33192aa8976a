"""Writing down what a tool answers, without anything secret, so that it can be replayed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import yaml

from greenboard.connections.types import Answer, Caller, Event, Failed, Found, Missed, Request, Seen
from greenboard.core import clock
from greenboard.facts.vocabulary import encode

SCRUBBED = "scrubbed"
_HEADERS = frozenset({"link", "etag", "retry-after"})
_SECRET = re.compile(r"secret|token|passw|api_?key|private_?key|credential|authorization|cookie", re.IGNORECASE)


@dataclass
class Captured:
    """A caller that remembers what was answered. Safe to use from several threads."""

    call: Caller
    secrets: Mapping[str, str]
    calls: list[dict[str, Any]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, request: Request, /) -> Answer:
        """The answer of the caller. Raises as it does."""
        try:
            answer = self.call(request)
        except Failed as failed:
            if failed.reason.status:
                self._keep(request, failed.reason.status, {}, failed.body)
            raise
        self._keep(request, answer.status, answer.headers, answer.body)
        return answer

    def _keep(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> None:
        parts = urlsplit(request.url)
        method = "get" if request.method == "GET" else "post"
        kept: dict[str, Any] = {method: self._plain(parts.path + (f"?{parts.query}" if parts.query else ""))}
        if request.body:
            kept["sent"] = self._clean(_decoded(request.body))
        if status != 200:
            kept["status"] = status
        told = {name: self._plain(value) for name, value in headers.items() if name in _HEADERS}
        if told:
            kept["headers"] = told
        kept["body"] = self._clean(_decoded(body))
        with self._lock:
            self.calls.append(kept)

    def _clean(self, value: Any) -> Any:
        """A body without what is called a secret, and without our own."""
        if isinstance(value, Mapping):
            return {
                key: SCRUBBED if isinstance(part, str) and part and _SECRET.search(key) else self._clean(part)
                for key, part in value.items()
            }
        if isinstance(value, list):
            return [self._clean(one) for one in value]
        return self._plain(value) if isinstance(value, str) else value

    def _plain(self, text: str) -> str:
        for secret in self.secrets.values():
            text = text.replace(secret, SCRUBBED) if len(secret) > 3 else text
        return text


def written(
    source: str, now: datetime, settings: Mapping[str, Any], captured: Captured, events: Iterable[Event]
) -> str:
    """A recording as YAML: the calls in order, and what came of them as what is expected."""
    several = list(events)
    recording = {
        "source": source,
        "now": clock.format_time(now),
        "settings": dict(settings),
        "calls": captured.calls,
        "subjects": [one.subject.id for one in several if isinstance(one, Seen)],
        "expect": [_expected(one) for one in several if isinstance(one, Found | Missed)],
    }
    return yaml.safe_dump(recording, sort_keys=False, allow_unicode=True, width=120)


def _expected(event: Found | Missed) -> dict[str, Any]:
    told: dict[str, Any] = {"type": event.type}
    if event.subject is not None:
        told["about"] = event.subject.id
    if isinstance(event, Found):
        return {**told, "value": encode(event.value)}
    return {**told, "missed": event.reason.text, **({"fields": list(event.fields)} if event.fields else {})}


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        return body.decode(errors="replace")[:2000]
