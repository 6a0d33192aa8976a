"""Cloning repositories, and what their readers say of them: facts as `greenboard check` finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from greenboard.connections.types import (
    Caller,
    Check,
    Connection,
    Count,
    Ended,
    Event,
    Failed,
    Found,
    Match,
    Missed,
    Probe,
    Progress,
    Reason,
    Seen,
    Subject,
)
from greenboard.connections.work import Work
from greenboard.core.refs import Ref
from greenboard.facts import vocabulary
from greenboard.facts.types import SourceKind
from greenboard.integrations.git.cloning import Relay, check, clone, stands
from greenboard.integrations.git.keeping import STREAM, Kept
from greenboard.repository.collect import Look, look

REPOSITORIES, ENTITIES = "repositories", "entities"
_SAID = frozenset({SourceKind.REPOSITORY, SourceKind.REPORT})


def collect(
    connection: Connection, *, now: datetime, call: Caller, stop: Callable[[], bool], work: Path | None
) -> Iterator[Event]:
    """What the repositories of a connection say. One that cannot be cloned yields no fact, and why.

    One that stands where it stood when it was read on this day is not cloned: it says what it said.
    """
    with Work(work, [STREAM]) as opened:
        kept = Kept(opened, now, vocabulary.load(), f"{connection.settings['history_days']}")
        yield from _all(connection, kept, call, stop)


def _all(connection: Connection, kept: Kept, call: Caller, stop: Callable[[], bool]) -> Iterator[Event]:
    addresses = _wanted(connection)
    failed: list[Reason] = []
    count = Count()
    for done, address in enumerate(addresses):
        if stop():
            failed.append(Reason("stopped", "The collection was stopped."))
            break
        relay = _relay(connection, address, call)
        try:
            yield from _one(connection, relay, kept, stop)
        except Failed as problem:
            failed.append(problem.reason)
            if problem.reason.fault != "stopped":
                yield from _missed(relay.address, problem.reason)
        count = Count(count.records + 1, count.pages + 1, count.calls + relay.calls, count.bytes + relay.size)
        yield Progress(REPOSITORIES, done + 1, len(addresses))
    whole = not failed
    yield Ended(
        dict.fromkeys(_types(), whole),
        {REPOSITORIES: whole, ENTITIES: whole},
        {REPOSITORIES: count},
        {} if whole else {REPOSITORIES: failed[0]},
    )


def probe(connection: Connection, *, now: datetime, call: Caller) -> Probe:
    """Whether each repository says what branches it has."""
    del now
    checks = []
    for address in _wanted(connection):
        relay = _relay(connection, address, call)
        try:
            check(address)
            relay.asked("GET", "info/refs?service=git-upload-pack", {}, None)
            reason = relay.failed
        except Failed as failed:
            reason = failed.reason
        checks.append(Check(_name(address), ok=reason is None, reason=reason, types=_types()))
    return Probe(all(one.ok for one in checks), connection.secrets.get("user", ""), tuple(checks))


def _wanted(connection: Connection) -> list[str]:
    """The repositories of a connection that its scope admits."""

    def fits(address: str, patterns: Iterable[str]) -> bool:
        names = (address.lower(), _name(address).lower())
        return any(fnmatchcase(name, str(pattern).lower()) for pattern in patterns for name in names)

    include, exclude = connection.scope.get("include"), connection.scope.get("exclude") or ()
    addresses = dict.fromkeys(one.strip().rstrip("/") for one in connection.settings["repositories"])
    return [one for one in addresses if (not include or fits(one, include)) and not fits(one, exclude)]


def _relay(connection: Connection, address: str, call: Caller) -> Relay:
    given = connection.secrets
    return Relay(address, call, given.get("user", ""), given.get("token", ""))


def _one(connection: Connection, relay: Relay, kept: Kept, stop: Callable[[], bool]) -> Iterator[Event]:
    check(relay.address)
    stood = stands(relay, stop)
    events = kept.of(relay.address, stood)
    if events is None:
        events = _read(connection, relay, kept, stop)
        kept.keep(relay.address, stood, events)
    yield from events


def _read(connection: Connection, relay: Relay, kept: Kept, stop: Callable[[], bool]) -> list[Event]:
    settings = connection.settings
    with TemporaryDirectory(prefix="greenboard-git-") as folder:
        path = Path(folder) / (_name(relay.address) or "repository")
        since = kept.now - timedelta(days=settings["history_days"])
        clone(relay, path, since=since, span=timedelta(minutes=settings["minutes"]), stop=stop)
        return list(_told(relay.address, look(path, now=kept.now, vocabulary=kept.words)))


def _told(address: str, seen: Look) -> Iterator[Event]:
    """What a working tree said, entity by entity. What descriptors declare is the catalog's."""
    subjects = {
        entity.ref: _repository(address) if entity.ref == seen.repository.ref else _entity(address, entity.ref)
        for entity in seen.declared.entities
    }
    for ref, subject in subjects.items():
        yield Seen(subject)
        for fact in seen.facts:
            if fact.entity == ref and fact.source.kind in _SAID:
                yield Found(fact.type, subject, fact.value, fact.source.link or address, fact.observed_at)
        for gap in seen.gaps:
            if gap.entity == ref:
                yield Missed(gap.type, subject, Reason("ours" if gap.unclear else "theirs", _sentence(gap.reason)))


def _missed(address: str, reason: Reason) -> Iterator[Event]:
    subject = _repository(address)
    yield Seen(subject)
    for name in _types(about="repository"):
        yield Missed(name, subject, reason)


def provides() -> Mapping[str, tuple[str, ...]]:
    """The fact types that readers of repositories supply; which fields depends on what the files say."""
    return dict.fromkeys(_types(), ())


@cache
def _types(about: str = "") -> tuple[str, ...]:
    """The fact types that readers of repositories supply."""
    several = vocabulary.load().types.items()
    return tuple(name for name, one in several if "repository" in one.supplied_by and about in ("", one.about))


def _repository(address: str) -> Subject:
    matches = (Match("id", address), Match("annotation", f"greenboard.io/git={address}"), Match("repository", address))
    return Subject(REPOSITORIES, address, ("repository",), _name(address), address, matches)


def _entity(address: str, ref: Ref) -> Subject:
    """An entity that a descriptor in the repository declares, or that is built from one of its folders."""
    identity = f"{address}#{ref}"
    matches = (Match("id", identity), Match("annotation", f"greenboard.io/git={identity}"), Match("name", ref.short))
    return Subject(ENTITIES, identity, (ref.kind,), ref.name, address, matches)


def _name(address: str) -> str:
    return address.removesuffix(".git").rpartition("/")[2]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
