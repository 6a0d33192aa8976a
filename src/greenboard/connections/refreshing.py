"""A targeted refresh: read again what a message said has changed, and what belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from greenboard.connections.expressions import Env, Expression, Mistyped, reading
from greenboard.connections.finding import Finder
from greenboard.connections.mapping import Mapper
from greenboard.connections.plan import FactPlan, Plan
from greenboard.connections.reading import Reader
from greenboard.connections.rows import Row
from greenboard.connections.scope import Scope
from greenboard.connections.session import Session
from greenboard.connections.types import Caller, Connection, Ended, Event, Missed, Record
from greenboard.connections.work import Look, Work


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
        refresh = _Refresh(plan, reader, fresh, work, only)
        yield from _about(refresh)
        only = refresh.only
        facts = [fact for fact in plan.facts if fact.subject.spec.stream in only]
        borrowed = _read(refresh, facts)
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
        self.through: set[str] = set()
        """Streams that are as they were, but for what hangs on what a message named."""

    def whole(self, name: str) -> None:
        """Read a stream, of the parents that are there."""
        for _ in self.reader.read(name):
            pass

    def borrow(self, name: str, *, failed: bool = False) -> bool:
        """Take a stream, with those that it hangs on, from the last whole run."""
        if (
            self.plan.streams[name].spec.again
            or self.work is None
            or not self.fresh.borrow(self.work, (*self.plan.streams[name].line, name), failed=failed)
        ):
            return False
        if self.plan.streams[name].spec.since:
            self.fresh.again(name)
            self.whole(name)
        return True


def _about(refresh: _Refresh) -> Iterator[Missed]:
    """Put the subjects that a message is about in the place of what it names; where they cannot be told, say why."""
    plan, fresh = refresh.plan, refresh.fresh
    found: dict[str, dict[str, None]] = {}
    for name, ids in refresh.only.items():
        about = plan.abouts.get(name)
        if about is None:
            found.setdefault(name, {}).update(dict.fromkeys(ids))
            continue
        rows = _hanging(refresh, about.through, name, ids) if about.through else _named(refresh, name, ids)
        for row in rows:
            env = refresh.reader.session.env(root=row.data)
            for stream, expression in about.ids.items():
                found.setdefault(stream, {}).update(dict.fromkeys(_texts(expression, row.data, env)))
        reason = fresh.failed(name)
        if reason is not None:
            yield from (Missed(kind, None, reason) for kind in plan.types_of(name))
        if not about.through:
            fresh.again(name)
    refresh.only = {name: tuple(ids) for name, ids in found.items()}


def _named(refresh: _Refresh, name: str, ids: Sequence[str]) -> Iterator[Row]:
    """The records of some ids, as they are now."""
    for identity in ids:
        refresh.reader.one(refresh.plan.streams[name], identity)
        row = refresh.fresh.row(name, identity)
        if row is not None:
            yield row


def _hanging(refresh: _Refresh, through: str, name: str, keys: Sequence[str]) -> list[Row]:
    """What hangs on some records of a stream, as it was and as it is now."""
    if not refresh.borrow(through, failed=True):
        refresh.whole(name)
    before = [row for key in keys for row in refresh.fresh.children(through, key)]
    for key in keys:
        refresh.fresh.drop(through, key)
    refresh.whole(through)
    refresh.through |= {name, through}
    return [*before, *(row for key in keys for row in refresh.fresh.children(through, key))]


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
    rest = needed - own - frozenset(below) - refresh.through
    return frozenset(refresh.through.union(_borrowed(refresh, facts, rest)))


def _borrowed(refresh: _Refresh, facts: list[FactPlan], needed: frozenset[str]) -> Iterator[str]:
    """Have what else is needed: asked for one by one or in part, or as it was; which streams are as they were."""
    plan = refresh.plan
    joined = {join.spec.stream for fact in facts for join in fact.joins}
    by_id = {name for name in joined if _by_id(plan, name, facts)}
    parts: set[str] = set()
    for name in plan.streams:
        if name not in needed or refresh.fresh.look(name) is not None:
            continue
        if name in by_id:
            _read_joined(refresh, facts, name)
        elif _in_part(plan, name, facts):
            _read_part(refresh, facts, name)
            parts.add(name)
        elif parts.isdisjoint(plan.streams[name].line) and refresh.borrow(name):
            yield name
        else:
            refresh.whole(name)


def _by_id(plan: Plan, stream: str, facts: list[FactPlan]) -> bool:
    """Whether all that is wanted of a stream are records whose ids are known, and it gives them one by one."""
    found = plan.streams[stream]
    if found.spec.one is None or found.line or any(fact.stream == stream for fact in facts):
        return False
    joins = [join for fact in facts for join in fact.joins if join.spec.stream == stream]
    return all(len(join.right) == 1 and join.right[0].text == found.id.text for join in joins)


def _read_joined(refresh: _Refresh, facts: list[FactPlan], name: str) -> None:
    """Read those records of a stream by their ids that the facts join."""
    wanted = dict.fromkeys(_joined(refresh, facts, name))
    if not wanted:
        refresh.whole(name)
    for identity in wanted:
        if not refresh.reader.one(refresh.plan.streams[name], identity).over:
            return


def _in_part(plan: Plan, name: str, facts: list[FactPlan]) -> bool:
    """Whether the facts want nothing of a stream but what its `part` can be asked for."""
    part = plan.streams[name].part
    if part is None:
        return False
    joins = [join for fact in facts for join in fact.joins if join.spec.stream == name]
    own = [fact.of for fact in facts if fact.stream == name]
    return all(one is not None and one.text == part.text for one in own) and all(
        [one.text for one in join.right] == [part.text] for join in joins
    )


def _read_part(refresh: _Refresh, facts: list[FactPlan], name: str) -> None:
    """Read what belongs to the subjects that are wanted, or to what is joined to them."""
    own = [refresh.only[fact.subject.spec.stream] for fact in facts if fact.stream == name]
    keys = dict.fromkeys([*(key for several in own for key in several), *_joined(refresh, facts, name)])
    for key in keys:
        refresh.reader.part(refresh.plan.streams[name], key)
    if not keys:
        refresh.fresh.write(name, [("", Look("done"), [])])


def _joined(refresh: _Refresh, facts: list[FactPlan], name: str) -> Iterator[str]:
    """By which keys the facts that are wanted join records of a stream."""
    fresh = refresh.fresh
    for fact in facts:
        wanted = refresh.only.get(fact.stream)
        for at, join in enumerate(fact.joins):
            if join.spec.stream != name:
                continue
            # LEFT may read what was joined before.
            before = {one.alias: one.spec.stream for one in fact.joins[:at] if one.spec.many}
            read = reading.names(join.left[0].tree, frozenset(before))
            names = {alias: [row.data for row in fresh.rows(before[alias])] for alias in read}
            for row in fresh.rows(fact.stream):
                if wanted is None or row.id in wanted:
                    yield from _texts(join.left[0], row.data, refresh.reader.session.env(dict(names), row.data))


def _texts(expression: Expression, record: Record, env: Env) -> list[str]:
    """What an expression gives as ids; none where that is not known."""
    try:
        value = expression(record, env)
    except Mistyped:
        return []
    several = value if isinstance(value, list) else [value]
    return [str(one) for one in several if isinstance(one, str | int) and not isinstance(one, bool)]
