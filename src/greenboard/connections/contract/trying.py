"""An integration against its made-up vendor: pages, faults, and less and less information.

The rule that everything is held against: with less information a field is the same or unknown, never another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from greenboard.connections import calling, collecting, configured, templates
from greenboard.connections.contract import paths
from greenboard.connections.contract.lint import Finding, Lint
from greenboard.connections.contract.shapes import Origin, Shape
from greenboard.connections.contract.vendor import PER_PAGE, Asked, Fault, Vary, Vendor
from greenboard.connections.integration import Integration
from greenboard.connections.manifest import Setting
from greenboard.connections.plan import Plan
from greenboard.connections.types import Connection, Ended, Found, Missed
from greenboard.connections.work import Work
from greenboard.facts.types import Partial

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
UNHEARD = "unheard-of"
_ROUNDS = 5
"""More pages than this, where each is the same, are too many."""
Facts = Mapping[tuple[str, str], Any]


@dataclass(frozen=True)
class Outcome:
    """What came of a collection."""

    facts: Facts
    missed: tuple[Missed, ...]
    ended: Ended


class Trial:
    """Tries one integration."""

    def __init__(self, lint: Lint) -> None:
        self.integration: Integration = replace(lint.integration, plan=_of_small_pages(lint.integration.plan))
        self.records = lint.records
        self.read = sorted(lint.read, key=str)
        self.connection = made_up(self.integration)
        self._made: dict[tuple[str, int], Any] = {}
        self._concerned: dict[str, Connection] = {}
        self._plain = Path()
        self._whole: frozenset[str] = frozenset()
        self.base = templates.text(self.integration.manifest.api.url, {"settings": self.connection.settings})

    def findings(self) -> Iterator[Finding]:
        """Everything that goes wrong."""
        if self.records.bodies:
            with TemporaryDirectory(prefix="greenboard-trial-") as folder:
                self._plain = Path(folder) / "plain.sqlite"
                yield from self._tried()

    def _tried(self) -> Iterator[Finding]:
        whole = self.run(pages=3)
        yield from self._unfit(whole)
        yield from self._unread(whole)
        plain = self.run(kept=self._plain)
        read = plain.ended.streams
        self._whole = frozenset(name for name in read if read[name].calls and name not in plain.ended.reasons)
        for said, answer in _PASSING.items():
            if self.run(fault=_once(answer)).facts != plain.facts:
                yield Finding(("streams",), f"every stream answers {said}, and the facts are others")
        for name in self.records.bodies:
            yield from self._faults(name, plain)
        for origin in self.read:
            yield from self._less(origin, plain)

    def run(
        self,
        *,
        of: str = "",
        pages: int = 1,
        fault: Fault = lambda _: None,
        vary: Vary = lambda _, one: one,
        kept: Path | None = None,
    ) -> Outcome:
        """One collection: of everything, or of the facts that depend on a stream, of which alone anything differs."""
        connection = self._of(of) if of else self.connection
        client = httpx2.Client(transport=httpx2.MockTransport(self._vendor(pages, fault, vary)))
        call = calling.caller(connection, client=client, buckets=calling.Unlimited(), sleep=lambda _: None)
        with Work(kept, connection.integration.plan.streams) as work:
            work.begin(NOW, ())
            self._lend(work, connection.integration.plan, of)
            events = list(collecting.collected(connection, now=NOW, call=call, work=work))
        facts = {
            (one.type, f"{one.subject.stream} {one.subject.id}"): one.value for one in events if isinstance(one, Found)
        }
        ended = events[-1]
        assert isinstance(ended, Ended)
        return Outcome(facts, tuple(one for one in events if isinstance(one, Missed)), ended)

    def _lend(self, work: Work, plan: Plan, of: str) -> None:
        """Take what does not differ from the run in which nothing did."""
        others = [name for name, one in plan.streams.items() if of and name != of and of not in one.line]
        work.borrow(self._plain, [name for name in others if name in self._whole])

    def _of(self, stream: str) -> Connection:
        """The connection to an integration that has only the facts that depend on a stream, and what these read."""
        if stream not in self._concerned:
            made = replace(self.integration, plan=_depending(self.integration.plan, stream))
            self._concerned[stream] = replace(self.connection, integration=made)
        return self._concerned[stream]

    def _vendor(self, pages: int, fault: Fault = lambda _: None, vary: Vary = lambda _, one: one) -> Vendor:
        plan, settings = self.integration.plan, self.connection.settings
        return Vendor(plan, self.records, self.base, NOW, pages, fault, vary, made=self._made, settings=settings)

    def _unfit(self, whole: Outcome) -> Iterator[Finding]:
        """Valid answers that were not understood."""
        for missed in whole.missed:
            if missed.reason.fault == "theirs" and "not as documented" in missed.reason.text:
                yield Finding(
                    self._place(missed.type, missed.fields), f"a valid answer is refused: {missed.reason.text}"
                )

    def _unread(self, whole: Outcome) -> Iterator[Finding]:
        """Streams that were not read to the end, or of which nothing came."""
        for name in self.records.bodies:
            reason = whole.ended.reasons.get(name)
            if reason is not None and reason.status != 501:
                yield Finding(("streams", name), f"valid pages are not read to the end: {reason}")

    def _faults(self, name: str, plain: Outcome) -> Iterator[Finding]:
        if name in plain.ended.reasons or not plain.ended.streams[name].calls:
            return
        for said, answer in _LASTING.items():
            other = self.run(of=name, fault=_always(name, answer))
            if name not in other.ended.reasons:
                yield Finding(("streams", name), f"{said}, and nobody is told")
            yield from self._invented(plain, other, f"{name}: {said}")
        self.run(of=name, fault=_always(name, self._empty))
        if self.integration.plan.streams[name].spec.page.kind in ("next", "cursor", "link"):
            again = self.run(of=name, pages=3, fault=self._again(name))
            parent = self.integration.plan.streams[name].parent
            looks = again.ended.streams[parent].records if parent else 1
            if again.ended.streams[name].pages > _ROUNDS * max(looks, 1):
                yield Finding(("streams", name), "the same page comes again and again, and it is read on")

    def _again(self, name: str) -> Fault:
        """The first page, whatever is asked for."""
        first: dict[str, httpx2.Response] = {}

        def answer(asked: Asked) -> httpx2.Response | None:
            if asked.stream != name:
                return None
            if name not in first:
                first[name] = self._vendor(3).answer(self.integration.plan.streams[name], 0, asked.request)
            kept = first[name]
            return httpx2.Response(kept.status_code, headers=kept.headers, content=kept.content)

        return answer

    def _empty(self, asked: Asked) -> httpx2.Response:
        """An answer without records."""
        stream = self.integration.plan.streams[asked.stream]
        items = paths.simple(stream.items.tree)
        return httpx2.Response(200, json=paths.put({}, items, []) if items else [])

    def _less(self, origin: Origin, plain: Outcome) -> Iterator[Finding]:
        """Take a field of the first record away, in every way that is allowed, and in one that is not."""
        if origin.stream not in self.records.bodies or not origin.path:
            return
        label = ".".join(origin.path).replace(".[]", "[]")
        for said, how in self._ways(origin):
            other = self.run(of=origin.stream, vary=_varied(origin, how))
            yield from self._invented(plain, other, f"{origin.stream}: {label} {said}")

    def _ways(self, origin: Origin) -> Iterator[tuple[str, paths.Change]]:
        shape, optional = self._shape(origin)
        if shape is None or shape.nullable or optional:
            # Null and left out are the same to expressions.
            yield "is not told", lambda record, name: record.__setitem__(name, None)
        if shape is not None and shape.enum and any(isinstance(word, str) for word in shape.enum):
            yield "is a word that nobody knows", lambda record, name: record.__setitem__(name, UNHEARD)
        yield "is something else", lambda record, name: record.__setitem__(name, {"something": "else"})

    def _shape(self, origin: Origin) -> tuple[Shape | None, bool]:
        shape: Shape | None = self.records.shape(origin.stream)
        optional = True
        for name in origin.path:
            if shape is None:
                return None, True
            optional = name != "[]" and shape.optional(name)
            shape = shape.element() if name == "[]" else shape.named(name)
        return shape, optional

    def _invented(self, plain: Outcome, other: Outcome, why: str) -> Iterator[Finding]:
        """Fields that have another value than with all information."""
        for (name, subject), value in other.facts.items():
            before = plain.facts.get((name, subject))
            if before is None:
                continue
            for field, said in _changed(self._many(name), before, value):
                if not self._assumed(name, field):
                    yield Finding(self._place(name, (field,)), f"{name}.{field} is {said} when {why}")

    def _many(self, name: str) -> str | None:
        return next(fact.type.many for fact in self.integration.plan.facts if fact.type.name == name)

    def _assumed(self, name: str, field: str) -> bool:
        facts = [fact for fact in self.integration.plan.facts if fact.type.name == name and field in fact.map]
        return any(field in fact.spec.assumes for fact in facts)

    def _place(self, name: str, fields: tuple[str, ...]) -> tuple[str | int, ...]:
        for fact in self.integration.plan.facts:
            if fact.type.name == name and (not fields or fields[0] in fact.map):
                return ("facts", fact.at, "map", fields[0]) if fields else ("facts", fact.at)
        return ("facts",)


def _of_small_pages(plan: Plan) -> Plan:
    """The same plan with few records to a page, so that several pages are few records."""
    streams = {}
    for name, one in plan.streams.items():
        size = one.spec.page.size
        page = one.spec.page.model_copy(update={"size": min(size, PER_PAGE) if size else size})
        streams[name] = replace(one, spec=one.spec.model_copy(update={"page": page}))
    return replace(plan, streams=streams)


def _depending(plan: Plan, stream: str) -> Plan:
    """The part of a plan that a stream has to do with: what is united with a fact of it comes along."""
    concerned = {(fact.type.name, fact.subject.name) for fact in plan.facts if stream in plan.needed(fact)}
    facts = tuple(fact for fact in plan.facts if (fact.type.name, fact.subject.name) in concerned)
    needed = frozenset({stream, *plan.streams[stream].line}).union(*(plan.needed(fact) for fact in facts))
    streams = {name: one for name, one in plan.streams.items() if name in needed}
    subjects = {name: one for name, one in plan.subjects.items() if any(fact.subject is one for fact in facts)}
    return replace(plan, facts=facts, streams=streams, subjects=subjects)


def made_up(integration: Integration) -> Connection:
    """A connection with settings and secrets that mean nothing."""
    settings = {
        name: _setting(one) for name, one in integration.manifest.settings.items()
    } | integration.manifest.contract.settings
    secrets = {name: "made-up-secret" for name, one in integration.manifest.secrets.items() if not one.optional}
    several = integration.manifest.api.auth
    for auth in several if isinstance(several, tuple) else (several,):
        if auth.kind not in ("github_app", "oauth_client"):
            told = (hole.partition(".") for hole in templates.holes(auth.model_dump()))
            secrets |= {name: "made-up-secret" for root, _, name in told if root == "secrets"}
    return configured.connection(integration, settings, secrets, name=integration.name)


def _setting(setting: Setting) -> Any:
    if setting.default is not None:
        return setting.default
    made = {"text": "acme", "url": "https://acme.test", "int": 1, "bool": True, "list": ["acme"]}
    return setting.values[0] if setting.values else made[setting.type]


def _changed(many: str | None, before: Any, after: Any) -> Iterator[tuple[str, str]]:
    if many is None:
        for field, value in after.items():
            if field in before and before[field] != value:
                yield field, f"{value!r} and not {before[field]!r}"
            elif field not in before:
                yield field, f"{value!r} and was unknown"
        return
    items = {item[many]: item for item in after}
    known = {item[many]: item for item in before}
    for key, item in known.items():
        if key in items:
            yield from _changed(None, item, items[key])
        elif not isinstance(after, Partial):
            yield many, f"without {key!r}"
    for key in items.keys() - known.keys():
        yield many, f"{key!r}, which was not there,"


def _varied(origin: Origin, how: paths.Change) -> Vary:
    return lambda stream, record: paths.change(record, origin.path, how) if stream == origin.stream else record


def _once(answer: Callable[[Asked], httpx2.Response]) -> Fault:
    return lambda asked: answer(asked) if asked.nth == 1 else None


def _always(name: str, answer: Callable[[Asked], httpx2.Response]) -> Fault:
    return lambda asked: answer(asked) if asked.stream == name else None


_PASSING: Mapping[str, Callable[[Asked], httpx2.Response]] = {
    "429 once": lambda _: httpx2.Response(429, headers={"Retry-After": "1"}),
    "503 once": lambda _: httpx2.Response(503),
}
_LASTING: Mapping[str, Callable[[Asked], httpx2.Response]] = {
    "401": lambda _: httpx2.Response(401),
    "half a JSON": lambda _: httpx2.Response(200, content=b'[{"id": "1", "na'),
}
