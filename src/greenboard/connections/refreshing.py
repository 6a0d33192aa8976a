"""A targeted refresh: read again what a message said has changed, and what belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from greenboard.connections.expressions import Mistyped
from greenboard.connections.finding import Finder
from greenboard.connections.mapping import Mapper
from greenboard.connections.plan import FactPlan, Plan
from greenboard.connections.reading import Reader
from greenboard.connections.scope import Scope
from greenboard.connections.session import Session
from greenboard.connections.types import Caller, Connection, Ended, Event
from greenboard.connections.work import Work


def refreshed(
    connection: Connection,
    *,
    now: datetime,
    call: Caller,
    work: Path | None,
    only: Mapping[str, tuple[str, ...]],
    stop: Callable[[], bool],
) -> Iterator[Event]:
    """As `collecting.collect`, for some ids of some streams.

    What is joined to them comes from the last whole run, as far as the tool tells what changed since, or
    is read by its id; where there was no whole run, it is read whole.
    """
    plan = connection.integration.plan
    with Work(None, plan.streams) as fresh:
        fresh.begin(now, ())
        session = Session(connection, call, now, fresh)
        reader = Reader(session, fresh, Scope.of(plan, connection.scope), stop)
        facts = [fact for fact in plan.facts if fact.subject.spec.stream in only]
        borrowed = _read(_Refresh(plan, reader, fresh, work, only), facts)
        wanted = {stream: frozenset(ids) for stream, ids in only.items()}
        if not stop():
            yield from Mapper(session, fresh, Finder(session, fresh, borrowed)).events(wanted)
        nothing = {fact.type.name: False for fact in facts}
        yield Ended(nothing, dict.fromkeys(only, False), {name: fresh.count(name) for name in plan.streams})


class _Refresh:
    def __init__(
        self, plan: Plan, reader: Reader, fresh: Work, work: Path | None, only: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.plan = plan
        self.reader = reader
        self.fresh = fresh
        self.work = work if work is not None and work.is_file() else None
        self.only = only

    def whole(self, name: str) -> None:
        """Read a stream, of the parents that are there."""
        for _ in self.reader.read(name):
            pass

    def borrow(self, name: str) -> bool:
        """Take a stream, with those that it hangs on, from the last whole run."""
        if (
            self.plan.streams[name].spec.again
            or self.work is None
            or not self.fresh.borrow(self.work, (*self.plan.streams[name].line, name))
        ):
            return False
        if self.plan.streams[name].spec.since:
            self.fresh.again(name)
            self.whole(name)
        return True


def _read(refresh: _Refresh, facts: list[FactPlan]) -> frozenset[str]:
    """Read what the facts need; which streams came from the last whole run."""
    plan, own = refresh.plan, frozenset(refresh.only)
    for name, ids in refresh.only.items():
        stream = plan.streams[name]
        if own & frozenset(stream.line):
            continue
        if stream.spec.one is None or stream.line:
            for above in reversed(stream.line):
                refresh.whole(above)
            refresh.whole(name)
            continue
        for identity in ids:
            refresh.reader.one(stream, identity)
    needed = frozenset[str]().union(*(plan.needed(fact) for fact in facts))
    below = [name for name in plan.streams if name in needed and own & frozenset(plan.streams[name].line)]
    for name in below:
        refresh.whole(name)
    joined = {join.spec.stream for fact in facts for join in fact.joins}
    by_id = {name for name in joined if _by_id(plan, name, facts)}
    borrowed: set[str] = set()
    for name in plan.streams:
        if name not in needed or name in own or name in below or refresh.fresh.look(name) is not None:
            continue
        if name in by_id:
            _read_joined(refresh, facts, name)
        elif refresh.borrow(name):
            borrowed.add(name)
        else:
            refresh.whole(name)
    return frozenset(borrowed)


def _by_id(plan: Plan, stream: str, facts: list[FactPlan]) -> bool:
    """Whether all that is wanted of a stream are records whose ids are known, and it gives them one by one."""
    found = plan.streams[stream]
    if found.spec.one is None or found.line or any(fact.stream == stream for fact in facts):
        return False
    joins = [join for fact in facts for join in fact.joins if join.spec.stream == stream]
    return all(len(join.right) == 1 and join.right[0].text == found.id.text for join in joins)


def _read_joined(refresh: _Refresh, facts: list[FactPlan], name: str) -> None:
    """Read those records of a stream by their ids that the facts join."""
    reader, wanted = refresh.reader, dict[str, None]()
    for fact in facts:
        for join in fact.joins:
            if join.spec.stream != name:
                continue
            for row in refresh.fresh.rows(fact.stream):
                try:
                    value = join.left[0](row.data, reader.session.env(root=row.data))
                except Mistyped:
                    continue
                several = value if isinstance(value, list) else [value]
                wanted.update((str(one), None) for one in several if isinstance(one, str | int))
    if not wanted:
        refresh.whole(name)
    for identity in wanted:
        if not reader.one(refresh.plan.streams[name], identity).over:
            return
