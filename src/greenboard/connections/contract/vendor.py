"""A vendor that is made up from its own description: it answers by the schemas, page by page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from greenboard.connections import templates
from greenboard.connections.contract import paths
from greenboard.connections.contract.records import Records
from greenboard.connections.contract.samples import Sampler
from greenboard.connections.contract.shapes import Shape
from greenboard.connections.plan import Plan, StreamPlan

PER_PAGE = 2
_HOLE = re.compile(r"\\\{[^}]*\\\}")
Fault = Callable[["Asked"], httpx2.Response | None]
Vary = Callable[[str, Any], Any]


@dataclass(frozen=True)
class Asked:
    """A call, as far as it was understood: for which stream, and which page of it (from 0)."""

    stream: str
    page: int
    request: httpx2.Request
    nth: int


@dataclass
class Vendor:
    """Answers calls.

    `pages` is how many pages a list has; `fault` may answer instead; `vary` changes the first record of a stream;
    `made` are records that were made before.
    """

    plan: Plan
    records: Records
    base: str
    now: datetime
    pages: int = 1
    fault: Fault = lambda _: None
    vary: Vary = lambda _, record: record
    unknown: list[str] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    made: dict[tuple[str, int], Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sampler = Sampler(self.plan.kept, self.now)
        prefix = urlsplit(self.base).path.rstrip("/")
        self._routes = [
            (stream, re.compile(re.escape(prefix) + _pattern(stream)))
            for name, stream in self.plan.streams.items()
            if name in self.records.bodies
        ]

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        stream = self._stream(request)
        if stream is None and b"grant_type=" in request.content:
            return httpx2.Response(200, json={"access_token": "made-up-token", "expires_in": 3600})
        if stream is None:
            self.unknown.append(f"{request.method} {request.url.path}")
            return httpx2.Response(501)
        nth = self.asked[stream.name] = self.asked.get(stream.name, 0) + 1
        page = self._page(stream, request)
        fault = self.fault(Asked(stream.name, page, request, nth))
        return fault or self.answer(stream, page, request)

    def answer(self, stream: StreamPlan, page: int, request: httpx2.Request) -> httpx2.Response:
        """The page of a stream."""
        whole, items = self.records.bodies[stream.name], paths.simple(stream.items.tree)
        last = self._count(stream) - 1
        if items is None:
            return httpx2.Response(200, json=self._kept(stream, whole))
        shape = _items(whole, items)
        skeleton = self._kept(stream, whole) if items else None
        if shape is not None and "array" in shape.kinds:
            size = self._size(stream, page, last)
            body = paths.put(
                skeleton, items, [self._record(stream, shape.element(), page * 1000 + n) for n in range(size)]
            )
        else:
            body = paths.put(skeleton, items, self._record(stream, shape or Shape(), 0))
        return self._with_next(stream, body, page, last, request)

    def _kept(self, stream: StreamPlan, whole: Shape) -> Any:
        """A whole body."""
        if (stream.name, -1) not in self.made:
            self.made[stream.name, -1] = self._sampler.value(whole, 0)
        return self.made[stream.name, -1]

    def _record(self, stream: StreamPlan, shape: Shape, number: int) -> Any:
        key = (stream.name, number)
        if key not in self.made:
            record = self._sampler.value(shape, number)
            for text, wanted in self.plan.manifest.contract.examples.get(stream.name, {}).items():
                record = paths.fill(record, paths.parsed(text), wanted, number)
            self.made[key] = record
        return self.vary(stream.name, self.made[key]) if number == 0 else self.made[key]

    def _count(self, stream: StreamPlan) -> int:
        page = stream.spec.page
        told = all(
            paths.simple(one.tree) is not None for one in (stream.next, stream.more, stream.total) if one is not None
        )
        return self.pages if page.kind != "none" and told else 1

    def _size(self, stream: StreamPlan, page: int, last: int) -> int:
        """How many records a page has: a full one where that tells that another follows."""
        spec = stream.spec.page
        counted = spec.kind in ("page", "offset") and stream.more is None and stream.total is None
        return spec.size or PER_PAGE if counted and page < last else PER_PAGE if page <= last else 0

    def _with_next(
        self, stream: StreamPlan, body: Any, page: int, last: int, request: httpx2.Request
    ) -> httpx2.Response:
        spec, headers, more = stream.spec.page, {}, page < last
        following = f"{request.url.copy_merge_params({'next_page': str(page + 1)})}"
        if spec.kind == "link" and more:
            headers["link"] = f'<{following}>; rel="next"'
        if spec.kind in ("next", "cursor"):
            value = (following if spec.kind == "next" else f"page-{page + 1}") if more else None
            place = paths.simple(stream.next.tree) if stream.next else None
            if place:
                body = paths.put(body, place, value)
            elif value and spec.header:
                headers[spec.header] = value
        for expression, told in ((stream.more, more), (stream.total, self._total(stream, last))):
            place = paths.simple(expression.tree) if expression else None
            if place:
                body = paths.put(body, place, told)
        return httpx2.Response(200, headers=headers, content=json.dumps(body).encode())

    def _total(self, stream: StreamPlan, last: int) -> int:
        return sum(self._size(stream, page, last) for page in range(last + 1))

    def _page(self, stream: StreamPlan, request: httpx2.Request) -> int:
        told = dict(request.url.params)
        if stream.spec.page.place != "query":
            body = json.loads(request.content or b"{}")
            told |= body.get("variables", body)
        page = stream.spec.page
        value = str(told.get("next_page") or told.get(page.param, ""))
        if page.kind == "page" and value.isdecimal() and "next_page" not in told:
            return int(value) - page.first
        if page.kind == "offset" and value.isdecimal():
            seen, at, last = 0, 0, self._count(stream) - 1
            while seen < int(value) and at <= last:
                seen += page.size or self._size(stream, at, last)
                at += 1
            return at
        found = re.search(r"(\d+)$", value)
        return int(found[1]) if found else 0

    def _stream(self, request: httpx2.Request) -> StreamPlan | None:
        path = request.url.raw_path.decode().partition("?")[0]
        told = dict(request.url.params)
        fitting = [
            stream
            for stream, pattern in self._routes
            if pattern.fullmatch(path) and request.method == ("GET" if stream.spec.get else "POST")
        ]
        return max(
            fitting, key=lambda stream: (self._agreement(stream, told), -_pattern(stream).count("[")), default=None
        )

    def _agreement(self, stream: StreamPlan, told: dict[str, str]) -> int:
        """How well the parameters of a call are those of a stream; best where placeholders come to the same."""
        wanted = {**stream.spec.query, **dict(parse_qsl(urlsplit(stream.spec.get or stream.spec.post).query))}
        filled = templates.filled(wanted, {"settings": self.settings, "now": self.now})
        score = 0
        for key, value in wanted.items():
            if key not in told:
                score -= 1
            elif not isinstance(value, str) or str(filled.get(key)) == told[key]:
                score += 2
            else:
                score += 1 if _like(value, told[key]) else -2
        return score


def _pattern(stream: StreamPlan) -> str:
    path = (stream.spec.get or stream.spec.post).partition("?")[0]
    return _HOLE.sub("[^/]+", re.escape(path))


def _like(template: str, text: str) -> bool:
    """Whether a text can come of a template."""
    return re.fullmatch(_HOLE.sub(".*", re.escape(template)), text, re.DOTALL) is not None


def _items(body: Shape, path: paths.Path) -> Shape | None:
    shape: Shape | None = body
    for name in path:
        shape = shape.named(name) if shape is not None else None
    return shape
