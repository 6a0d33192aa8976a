"""*Test connection*: ask each stream for one page, and say what is refused and which permission is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from greenboard.connections import templates
from greenboard.connections.expressions import Mistyped
from greenboard.connections.plan import Plan, StreamPlan
from greenboard.connections.reading import Look, Parent, Reader
from greenboard.connections.scope import Scope
from greenboard.connections.session import Ask, Session
from greenboard.connections.types import Caller, Check, Connection, Failed, Json, Probe, Reason
from greenboard.connections.work import Work

_NOTHING = Reason("theirs", "There is nothing above it to try it with.")


def probe(connection: Connection, *, now: datetime, call: Caller) -> Probe:
    """Whether a connection works, whom the tool takes us for, and what of it cannot be read.

    Each stream is asked for its first page; one that hangs on another, for that of the first record.
    A stream that could not be tried for want of records counts as well.
    """
    own = connection.integration.own
    if own is not None:
        return own.probe(connection, now=now, call=call)
    plan = connection.integration.plan
    with Work(None, plan.streams) as work:
        session = Session(connection, call, now, work)
        reader = Reader(session, work, Scope.of(plan, connection.scope), lambda: False)
        account, refused = _account(session, plan)
        checks = [refused] if refused else []
        first: dict[str, Parent | None] = {}
        for name, stream in plan.streams.items():
            checks.append(replace(_tried(reader, stream, first), types=plan.types_of(name)))
    optional = {name for name, stream in plan.streams.items() if stream.spec.optional}
    return Probe(all(one.ok or one.what in optional for one in checks), account, tuple(checks))


def _account(session: Session, plan: Plan) -> tuple[str, Check | None]:
    account = plan.manifest.api.account
    if account is None or plan.account is None:
        return "", None
    try:
        if account.code:
            body = _told(session, plan, account.code)
        else:
            body = session.ask(Ask("GET", templates.text(account.get, session.scope()), {}, {})).body
        return str(plan.account(body, session.env()) or ""), None
    except Failed as failed:
        return "", Check("account", ok=False, reason=failed.reason)
    except Mistyped as wrong:
        return "", Check("account", ok=False, reason=Reason("theirs", f"The answer is not as documented: {wrong}."))


def _told(session: Session, plan: Plan, code: str) -> Json:
    """What a function of the integration's own says. Its calls count as those of the first stream."""
    look = Look(session.connection, session, next(iter(plan.streams)), None, lambda: False)
    return next((one for several in session.connection.integration.code[code](look) for one in several), None)


def _tried(reader: Reader, stream: StreamPlan, first: dict[str, Parent | None]) -> Check:
    """Ask for one page of a stream; its first record is what those that hang on it are tried with."""
    first[stream.name] = None
    parent = next(_parents(reader, stream, first), None)
    if parent is None:
        return Check(stream.name, ok=True, reason=_NOTHING)
    record, reason = reader.taste(stream, parent)
    if record is not None:
        first[stream.name] = Parent(record[0], {**record[1], "parent": parent.record})
    return Check(stream.name, ok=reason is None, reason=reason)


def _parents(reader: Reader, stream: StreamPlan, first: dict[str, Parent | None]) -> Iterator[Parent]:
    if stream.spec.for_each is None:
        yield Parent("", None)
    elif stream.parent is not None:
        found = first[stream.parent]
        if found is not None:
            yield found
    else:
        yield from reader.parents(stream)
