"""What calls a connection costs: planned by its schedule, and for each rule by the streams that it needs. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from greenboard.connections.manifest import FactDef, Manifest

_HOUR = 3600
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Budget:
    """Calls an hour: what the tool allows (None: nobody said), what the schedule plans (None: not known yet)."""

    allowed: float | None
    planned: float | None
    used: int

    @property
    def share(self) -> float | None:
        """Which part of what is allowed is planned."""
        return self.planned / self.allowed if self.planned is not None and self.allowed else None


def allowed(manifest: Manifest) -> float | None:
    """The calls an hour that the narrowest bucket of an integration allows."""
    rates = [limit.rate.per_second * _HOUR for limit in manifest.limits.values()]
    return min(rates, default=None)


def planned(calls: Mapping[str, int], every: int | None) -> float | None:
    """The calls an hour of a schedule, by what the last collection took; None where none has ended."""
    if not calls:
        return None
    return sum(calls.values()) * _HOUR / every if every else 0.0


def needed(manifest: Manifest) -> dict[str, frozenset[str]]:
    """The streams that each field needs, by its path `type.field`."""
    found: dict[str, set[str]] = {}
    for fact in manifest.facts:
        base = _base(manifest, fact)
        for name, expression in fact.map.items():
            streams = base | _mentioned(fact, expression)
            found.setdefault(f"{fact.type}.{name}", set()).update(_with_parents(manifest, streams))
    return {path: frozenset(streams) for path, streams in found.items()}


def _base(manifest: Manifest, fact: FactDef) -> set[str]:
    """The streams without which there is no such fact at all."""
    subject = manifest.subjects.get(fact.about)
    streams = {fact.from_ or (subject.stream if subject else "")} | ({subject.stream} if subject else set())
    return {one for one in streams if one} | _mentioned(fact, f"{fact.where} {fact.each} {fact.of}")


def _mentioned(fact: FactDef, expression: str) -> set[str]:
    words = set(_WORD.findall(expression))
    return {join.stream for alias, join in fact.join.items() if alias in words}


def _with_parents(manifest: Manifest, streams: Iterable[str]) -> set[str]:
    """Streams with those that they are read once for each record of."""
    found: set[str] = set()
    waiting = list(streams)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        stream = manifest.streams.get(name)
        if stream and stream.for_each and stream.for_each.stream:
            waiting.append(stream.for_each.stream)
    return found


@dataclass(frozen=True)
class Cost:
    """The calls of one collection that a rule needs; `alone` are those that nothing else of the list needs."""

    rule: str
    streams: frozenset[str]
    calls: int
    alone: int


def of_rules(
    reads: Mapping[str, Collection[str]], needs: Mapping[str, frozenset[str]], calls: Mapping[str, int]
) -> list[Cost]:
    """What each rule costs, the dearest first; rules that need none of the streams are left out.

    Args:
        reads: What each rule reads, as `type.field`, or `type` for all of it.
        needs: See `needed`.
        calls: Those of the last collection, by stream.

    """
    streams = {rule: _streams(paths, needs) for rule, paths in reads.items()}
    users: dict[str, int] = {}
    for several in streams.values():
        for stream in several:
            users[stream] = users.get(stream, 0) + 1
    found = [
        Cost(
            rule,
            frozenset(several),
            sum(calls.get(stream, 0) for stream in several),
            sum(calls.get(stream, 0) for stream in several if users[stream] == 1),
        )
        for rule, several in streams.items()
        if several
    ]
    return sorted(found, key=lambda cost: (-cost.calls, cost.rule))


def _streams(paths: Collection[str], needs: Mapping[str, frozenset[str]]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        whole = "." not in path
        for field, streams in needs.items():
            if field == path or (whole and field.partition(".")[0] == path):
                found |= streams
    return found
