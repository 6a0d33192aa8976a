"""Reading streams into the work file: page after page, for each parent, as far as the tool lets us."""

from __future__ import annotations

import hashlib
import json
import math
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

from greenboard.connections import paging, templates
from greenboard.connections.expressions import Mistyped
from greenboard.connections.expressions.compiling import truth
from greenboard.connections.expressions.function import moment
from greenboard.connections.plan import Plan, StreamPlan
from greenboard.connections.scope import Scope
from greenboard.connections.session import Ask, Session
from greenboard.connections.types import Connection, Count, Failed, Json, Progress, Reason, Record
from greenboard.connections.work import Look as Looked
from greenboard.connections.work import Work
from greenboard.core import clock
from greenboard.outbound.client import addresses

MAX_PAGES = 10_000
"""How many pages one look takes at most: beyond it, something goes round in circles."""
MAX_RECORDS = 2_000_000
_BATCH = 100
"""How many parents are written in one transaction."""
_FEW = 4
"""For fewer parents than this threads are not worth their start."""
Kept = tuple[str, float | None, Record]


class Parent(NamedTuple):
    """What a look hangs on: its key, and its record (None for streams that hang on nothing)."""

    key: str
    record: Json


@dataclass(frozen=True)
class Look:
    """What the code of a collect.py is given to read a stream of records."""

    connection: Connection
    session: Session
    stream: str
    parent: Json
    stop: Callable[[], bool]

    def ask(self, method: str, path: str, *, query: dict[str, Any] | None = None, body: Json = None) -> Json:
        """The decoded answer of one call through the guarded client. Raises Failed."""
        bucket, _ = self.session.plan.limit(self.stream)
        return self.session.ask(Ask(method, path, query or {}, {}, body, bucket)).body

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, for code that connects by itself. Raises Forbidden where one may not be called."""
        return addresses(host, port, self.connection.allowed)


class Page(NamedTuple):
    """What one page gave, and where it goes on."""

    records: list[Kept]
    cursor: paging.Cursor | None
    calls: int
    size: int


class Reader:
    """Reads the streams of one connection, for one run."""

    def __init__(self, session: Session, work: Work, scope: Scope, stop: Callable[[], bool]) -> None:
        self.session = session
        self.work = work
        self.plan = session.plan
        self._scope = scope
        self._stop = stop

    def read(self, name: str) -> Iterator[Progress]:
        """Read a stream to its end, or to where it fails, going on where an earlier run ended."""
        plan = self.plan.streams[name]
        if plan.spec.for_each is None:
            yield from self._root(plan)
        else:
            yield from self._children(plan)
        since = plan.spec.since
        if since and not self._stop() and not self.work.unfinished(name):
            self.work.note(f"since:{name}", self.session.now.isoformat())
            self.work.forget(name, (self.session.now - since.keep).timestamp())

    def _root(self, plan: StreamPlan) -> Iterator[Progress]:
        looked = self.work.look(plan.name) or Looked("open")
        if looked.over:
            return
        for page, reached in self._pages(plan, Parent("", None), looked):
            self.work.write(plan.name, [("", reached, page)])
            yield Progress(plan.name, reached.count.records, None)

    def _children(self, plan: StreamPlan) -> Iterator[Progress]:
        total = self._total(plan)
        waiting = (one for one in self.parents(plan) if not self._is_over(plan.name, one.key))
        _, limit = self.plan.limit(plan.name)
        if plan.take is not None or total < _FEW:
            yield from self._written(plan, (self._look(plan, one) for one in waiting), total)
            return
        with ThreadPoolExecutor(limit.concurrency, thread_name_prefix="reading") as pool:
            looks = _in_order(pool, lambda parent: self._look(plan, parent), waiting, limit.concurrency * 4)
            yield from self._written(plan, looks, total)

    def _written(self, plan: StreamPlan, looks: Iterator[Any], total: int) -> Iterator[Progress]:
        """Keep what looks give, many in one transaction."""
        done = 0
        while batch := list(islice(looks, _BATCH)):
            self.work.write(plan.name, batch)
            done += len(batch)
            yield Progress(plan.name, done, total)

    def _total(self, plan: StreamPlan) -> int:
        if plan.parent:
            return self.work.size(plan.parent)
        assert plan.spec.for_each is not None
        return len(self.session.connection.settings.get(plan.spec.for_each.setting) or ())

    def _is_over(self, stream: str, key: str) -> bool:
        looked = self.work.look(stream, key)
        return looked is not None and looked.over

    def parents(self, plan: StreamPlan) -> Iterator[Parent]:
        """What a stream hangs on, as far as it was read."""
        assert plan.spec.for_each is not None
        if plan.parent is None:
            for value in self.session.connection.settings.get(plan.spec.for_each.setting) or ():
                yield Parent(str(value), {"value": value})
            return
        for row in self.work.rows(plan.parent):
            yield Parent(row.key, with_line(self.work, self.plan, plan.parent, row.parent, row.data))

    def _look(self, plan: StreamPlan, parent: Parent) -> tuple[str, Looked, list[Kept]]:
        """One whole look for a parent, in a thread of the pool."""
        if self._stop():
            return parent.key, Looked("open"), []
        if not self._wanted(plan, parent):
            return parent.key, Looked("skipped"), []
        several: list[Kept] = []
        looked = Looked("open")
        for page, reached in self._pages(plan, parent, looked):
            several += page
            looked = reached
        # What was read of a look that was stopped is read again: it is small, and its cursor would be lost work.
        return (parent.key, looked, several) if looked.over else (parent.key, Looked("open"), [])

    def _wanted(self, plan: StreamPlan, parent: Parent) -> bool:
        """Whether there is something to look for; where that is not known, it is looked."""
        if plan.where is None:
            return True
        try:
            env = self.session.env({"parent": parent.record.get("parent")}, parent.record)
            return truth(plan.where(parent.record, env)) is not False
        except Mistyped:
            return True

    def _pages(self, plan: StreamPlan, parent: Parent, looked: Looked) -> Iterator[tuple[list[Kept], Looked]]:
        """The pages of one look, each with how far it is. Failures are its last word, not raised."""
        guard: set[str] = set()
        while not looked.over and not self._stop():
            count = looked.count
            try:
                page = self._one_page(plan, parent, looked, guard)
            except Failed as failed:
                yield [], self._failed(plan, failed, looked)
                return
            count = Count(
                count.records + len(page.records), count.pages + 1, count.calls + page.calls, count.bytes + page.size
            )
            looked = replace(looked, cursor=page.cursor, count=count, state="done" if page.cursor is None else "open")
            yield page.records, self._capped(plan, looked)
            looked = self._capped(plan, looked)

    def _capped(self, plan: StreamPlan, looked: Looked) -> Looked:
        """A look that reached a cap failed: there may be more; so did one of nothing where that says nothing."""
        if plan.spec.empty and looked.state == "done" and not looked.count.records:
            return replace(looked, state="failed", reason=Reason("theirs", plan.spec.empty, what=label(plan)))
        most, count = plan.spec.page.most, looked.count
        goes_on = looked.state == "open"
        over = (most and count.records >= most and (goes_on or plan.more is None)) or (
            goes_on and (count.pages >= MAX_PAGES or count.records >= MAX_RECORDS)
        )
        if not over:
            return looked
        text = f"There are more records than {most or count.records:,}, and what is over was not read."
        return replace(looked, state="failed", cursor=None, reason=Reason("limit", text, what=label(plan)))

    def _failed(self, plan: StreamPlan, failed: Failed, looked: Looked) -> Looked:
        count = replace(looked.count, calls=looked.count.calls + failed.calls)
        reason = failed.reason
        if reason.fault == "stopped":
            return replace(looked, count=count)
        if self._is_absent(plan, failed):
            return replace(looked, state="absent", cursor=None, count=count)
        if not reason.what:
            reason = replace(reason, what=label(plan))
        if reason.status in (401, 403, 404) or reason.fault == "permission":
            reason = replace(reason, missing=self.plan.missing(plan.name))
        return replace(looked, state="failed", cursor=None, reason=reason, count=count)

    def _is_absent(self, plan: StreamPlan, failed: Failed) -> bool:
        absent = plan.spec.absent
        if absent is None or failed.reason.status not in absent.status:
            return False
        if plan.absent is None:
            return True
        try:
            body = json.loads(failed.body)
            return truth(plan.absent(body, self.session.env())) is True
        except (ValueError, RecursionError, Mistyped):
            return False

    def _one_page(self, plan: StreamPlan, parent: Parent, looked: Looked, guard: set[str]) -> Page:
        if plan.spec.code:
            return self._code(plan, parent)
        return self._page(plan, parent, looked, guard) if plan.take is None else self._taken(plan, parent)

    def _taken(self, plan: StreamPlan, parent: Parent) -> Page:
        """What is in the record of the parent already."""
        assert plan.take is not None
        env = self.session.env({"parent": parent.record.get("parent")}, parent.record)
        try:
            found = _list(plan.take(parent.record, env), alone=True)
            return Page(self._records(plan, parent, found, 0), None, 0, 0)
        except Mistyped as wrong:
            raise Failed(Reason("theirs", f"The answer is not as documented: {wrong}."), calls=0) from None

    def _page(self, plan: StreamPlan, parent: Parent, looked: Looked, guard: set[str]) -> Page:
        ask = self.ask(plan, parent, looked.cursor)
        _refuse_again(guard, repr((ask.method, ask.url, ask.query, ask.body)))
        reply = self.session.ask(ask)
        try:
            found = _list(plan.items(reply.body, self.session.env()), alone=plan.spec.page.kind == "none")
            got = paging.Got(reply.body, reply.headers, len(found), self.session.env())
            cursor = None if self._is_enough(plan, parent, found) else paging.following(plan, looked.cursor, got)
            records = self._records(plan, parent, found, looked.count.records)
        except Mistyped as wrong:
            text = f"The answer is not as documented: {wrong}."
            raise Failed(Reason("theirs", text, what=label(plan)), calls=reply.calls) from None
        if found and cursor is not None:
            _refuse_again(guard, hashlib.sha256(repr(found).encode()).hexdigest())
        return Page(records, cursor, reply.calls, reply.size)

    def _is_enough(self, plan: StreamPlan, parent: Parent, found: list[Any]) -> bool:
        """Whether the records are sorted and the last one is one that nobody wants."""
        if plan.enough is None or not found:
            return False
        return truth(plan.enough(found[-1], self.session.env({"parent": parent.record}, found[-1]))) is True

    def ask(self, plan: StreamPlan, parent: Parent, cursor: paging.Cursor | None) -> Ask:
        """The call for a page of a stream.

        Raises:
            Failed: the template of its address has no value.

        """
        spec, page = plan.spec, plan.spec.page
        scope = self.session.scope(parent.record)
        bucket, _ = self.plan.limit(plan.name)
        further = paging.params(page, cursor)
        headers = templates.filled(spec.headers, scope)
        url = paging.address(cursor)
        if url is not None and page.place == "query":
            return Ask("GET" if spec.get else "POST", url, {}, headers, None, bucket, spec.etag)
        query = {**templates.filled(spec.query, scope), **self._since(plan)}
        body = templates.filled(spec.body, scope)
        if spec.graphql:
            variables = {**templates.filled(spec.variables, scope), **further}
            return Ask(
                "POST",
                templates.text(spec.at, scope),
                query,
                headers,
                {"query": spec.graphql, "variables": variables},
                bucket,
            )
        if page.place == "query":
            query |= further
        else:
            body = {**(body or {}), **further}
        try:
            path = templates.path(spec.get or spec.post, scope)
        except templates.Unfilled as hole:
            raise Failed(Reason("theirs", f"The tool did not say {hole}, which the address needs.")) from None
        return Ask("GET" if spec.get else "POST", path, query, headers, body, bucket, spec.etag)

    def taste(self, plan: StreamPlan, parent: Parent) -> tuple[tuple[str, Record] | None, Reason | None]:
        """The first record of a stream, if there is one, from one page; and why it cannot be read."""
        looked = Looked("open")
        try:
            page = self._one_page(plan, parent, looked, set())
        except Failed as failed:
            return None, self._failed(plan, failed, looked).reason
        return (page.records[0][0], page.records[0][2]) if page.records else None, None

    def one(self, plan: StreamPlan, identity: str) -> Looked:
        """Read one record of a stream by its id, as `one` says. Records of failures and absence as of any look."""
        one = plan.spec.one
        assert one is not None
        assert plan.one is not None
        scope = self.session.scope(identity=identity)
        bucket, _ = self.plan.limit(plan.name)
        looked, page = Looked("done"), Page([], None, 1, 0)
        try:
            ask = Ask("GET", templates.path(one.get, scope), templates.filled(one.query, scope), {}, None, bucket)
            reply = self.session.ask(ask)
            records = self._records(
                plan, Parent("", None), _list(plan.one(reply.body, self.session.env()), alone=True), 0
            )
            page = Page(records, None, reply.calls, reply.size)
        except Failed as failed:
            looked = Looked("absent") if failed.reason.status == 404 else self._failed(plan, failed, looked)
        except Mistyped as wrong:
            text = f"The answer is not as documented: {wrong}."
            looked = Looked("failed", reason=Reason("theirs", text, what=label(plan)))
        count = Count(len(page.records), 1, page.calls, page.size)
        before = self.work.look(plan.name)
        looked = before if before is not None and before.state == "failed" else replace(looked, count=count)
        self.work.write(plan.name, [("", looked, page.records)])
        return looked

    def part(self, plan: StreamPlan, key: str) -> None:
        """Read the records of a stream that belong to a key, as `part` says. One failed look is the word of all."""
        part = plan.spec.part
        assert part is not None
        more = templates.filled(part.query, self.session.scope(identity=key))
        spec = plan.spec.model_copy(update={"query": {**plan.spec.query, **more}})
        looked, several = Looked("open"), list[Kept]()
        for page, reached in self._pages(replace(plan, spec=spec), Parent("", None), looked):
            several += page
            looked = reached
        before = self.work.look(plan.name)
        told = before if before is not None and before.state == "failed" else looked
        self.work.write(plan.name, [("", told, several)])

    def _since(self, plan: StreamPlan) -> dict[str, Any]:
        since = plan.spec.since
        if since is None:
            return {}
        told = self.work.said(f"since:{plan.name}")
        start = self.session.now - since.keep
        if told is not None:
            start = max(start, clock.parse_time(told) - since.overlap)
        return {since.param: templates.TIMES[since.format](start)}

    def _code(self, plan: StreamPlan, parent: Parent) -> Page:
        """A stream that the integration's own code reads: all of it as one page."""
        read = self.session.connection.integration.code[plan.spec.code]
        look = Look(self.session.connection, self.session, plan.name, parent.record, self._stop)
        found: list[Record] = []
        try:
            for several in read(look):
                if self._stop():
                    raise Failed(Reason("stopped", "The collection was stopped."))
                found += several
            records = self._records(plan, parent, list(found), 0)
        except Mistyped as wrong:
            raise Failed(Reason("theirs", f"The answer is not as documented: {wrong}.")) from None
        return Page(records, None, 1, 0)

    def _records(self, plan: StreamPlan, parent: Parent, found: list[Any], before: int) -> list[Kept]:
        """What is kept of the records of a page.

        Raises:
            Mistyped: one is no object, or has no usable id where one is needed.

        """
        kept: list[Kept] = []
        env = self.session.env({"parent": parent.record})
        for record in self._unfolded(plan, found):
            env.root = record
            identity = _identity(plan.id(record, env))
            if identity is None:
                if plan.newest is not None or self._scope.knows(plan.name):
                    raise Mistyped("a record without an id")
                identity = f"#{before + len(kept)}"
            if not self._scope.admits(plan.name, record, env):
                continue
            at = None if plan.newest is None else _moment(plan.newest(record, env))
            kept.append((identity, at, self._slim(record)))
        return kept

    def _unfolded(self, plan: StreamPlan, found: list[Any]) -> Iterator[dict[str, Any]]:
        for one in found:
            record = one if isinstance(one, dict) else {"value": one}
            if plan.unfold is None:
                yield record
                continue
            for part in _list(plan.unfold(record, self.session.env(root=record)), alone=False):
                yield {**(part if isinstance(part, dict) else {"value": part}), "of": self._slim(record)}

    def _slim(self, record: dict[str, Any]) -> Record:
        kept = self.plan.kept
        return record if kept is None else {key: value for key, value in record.items() if key in kept}


def with_line(work: Work, plan: Plan, name: str, parent: str, record: Record) -> dict[str, Any]:
    """A record with the one that it hangs on as its `parent`, and so on."""
    stream = plan.streams[name]
    if stream.spec.for_each is None:
        return record if isinstance(record, dict) else dict(record)
    if stream.parent is None:
        return {**record, "parent": {"value": parent}}
    row = work.row(stream.parent, parent)
    return {**record, "parent": with_line(work, plan, stream.parent, row.parent, row.data) if row else None}


def label(plan: StreamPlan) -> str:
    """How a stream is called, for a person: `GET /services`."""
    spec = plan.spec
    if spec.get or spec.post:
        return f"GET {spec.get}" if spec.get else f"POST {spec.post}"
    return f"POST {spec.at}" if spec.graphql else spec.code or plan.name


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[Parent], Any], parents: Iterator[Parent], ahead: int
) -> Iterator[Any]:
    """The results in the order of the parents, with a bounded number under way."""
    running: deque[Future[Any]] = deque(pool.submit(work, one) for one in islice(parents, ahead))
    while running:
        done = running.popleft().result()
        running.extend(pool.submit(work, one) for one in islice(parents, 1))
        yield done


def _list(found: Any, *, alone: bool) -> list[Any]:
    """The records of an answer: a list, or where it may stand alone, one object.

    Raises:
        Mistyped: it is neither; nothing at all is not an empty list.

    """
    if isinstance(found, list):
        return found
    if isinstance(found, dict) and alone:
        return [found]
    raise Mistyped("no list of records where one was expected")


def _identity(value: Any) -> str | None:
    if isinstance(value, bool | list | dict | float) or value in (None, ""):
        return None
    return str(value)


def _moment(value: Any) -> float:
    """When a record changed; one that does not say so is kept."""
    return math.inf if value is None else moment(value).timestamp()


def _refuse_again(guard: set[str], mark: str) -> None:
    if mark in guard:
        raise Failed(Reason("theirs", "The tool goes round in circles: it gave a page again that we had."))
    guard.add(mark)
