"""One collection: read the streams that facts need, then say what was seen, found and missed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from greenboard.connections.finding import Finder
from greenboard.connections.mapping import Mapper
from greenboard.connections.plan import Plan
from greenboard.connections.reading import Reader
from greenboard.connections.refreshing import refreshed
from greenboard.connections.scope import Scope
from greenboard.connections.session import Session
from greenboard.connections.types import Caller, Connection, Ended, Event, Reason
from greenboard.connections.work import Work

STOPPED = Reason("stopped", "The collection was stopped.")
UNCLEAR = Reason("theirs", "Of some records the tool does not say what they are.")


def never() -> bool:
    """A run that nobody stops."""
    return False


def collect(
    connection: Connection,
    *,
    now: datetime,
    call: Caller,
    work: Path | None = None,
    only: Mapping[str, tuple[str, ...]] | None = None,
    stop: Callable[[], bool] = never,
) -> Iterator[Event]:
    """What a tool says, one thing after another; the last is an `Ended`.

    `work` is the work file of the connection. A run that was interrupted goes on when it is begun again
    with the same file and the same `now`. With `only`, ids by streams of subjects, just those are read
    and the file is only looked at; its `Ended` says of nothing that it is complete. When `stop` says so, the
    run ends soon, without facts, and can be gone on with.
    """
    own = connection.integration.own
    if own is not None:
        yield from own.collect(connection, now=now, call=call, stop=stop, work=work)
        return
    if only:
        yield from refreshed(connection, now=now, call=call, work=work, only=only, stop=stop)
        return
    plan = connection.integration.plan
    with Work(work, plan.streams) as kept:
        kept.begin(now, [name for name, stream in plan.streams.items() if stream.spec.since])
        if (yield from collected(connection, now=now, call=call, work=kept, stop=stop)):
            kept.end(now)


def collected(
    connection: Connection, *, now: datetime, call: Caller, work: Work, stop: Callable[[], bool] = never
) -> Generator[Event, None, bool]:
    """What comes of a work file that a run began, once what it lacks was read. Returns whether it came to its end."""
    plan = connection.integration.plan
    session = Session(connection, call, now, work)
    reader = Reader(session, work, Scope.of(plan, connection.scope), stop)
    for name in plan.streams:
        if not stop():
            yield from reader.read(name)
    if stop():
        yield _ended(plan, work, None)
        return False
    finder = Finder(session, work)
    mapper = Mapper(session, work, finder)
    yield from mapper.events()
    yield _ended(plan, work, finder, mapper.unclear)
    return True


def _ended(plan: Plan, work: Work, finder: Finder | None, unclear: Collection[str] = ()) -> Ended:
    reasons = {name: STOPPED if finder is None else finder.failure(name) for name in plan.streams}
    reasons |= {name: reasons[name] or UNCLEAR for name in unclear}
    optional = {name for name, stream in plan.streams.items() if stream.spec.optional}
    complete: dict[str, bool] = {}
    for fact in plan.facts:
        needed = [reasons[name] for name in plan.needed(fact) if name not in optional or finder is None]
        complete[fact.type.name] = complete.get(fact.type.name, True) and not any(needed)
    return Ended(
        complete,
        {subject.spec.stream: reasons[subject.spec.stream] is None for subject in plan.subjects.values()},
        {name: work.count(name) for name in plan.streams},
        {name: reason for name, reason in reasons.items() if reason is not None},
    )
