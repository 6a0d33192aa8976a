"""Which connections can fill which fields of fact types, and what that costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from greenboard.collection import costs, models
from greenboard.collection.costs import Budget, Cost
from greenboard.collection.types import Kind, State
from greenboard.connections import discovery, store
from greenboard.connections.models import Connection

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Supplier:
    """A connection that can fill a field, and when it last ended a collection of which something came."""

    connection: str
    integration: str
    enabled: bool
    collected_at: datetime | None


def fields() -> Mapping[str, Mapping[str, tuple[Supplier, ...]]]:
    """By fact type and field, the connections that can fill it."""
    found: dict[str, dict[str, list[Supplier]]] = defaultdict(lambda: defaultdict(list))
    known = discovery.found()
    ended = _ended()
    for row in store.connections():
        declared = known.get(row.integration)
        supplier = Supplier(row.name, row.integration, row.enabled, ended.get(row.pk))
        for kind, names in declared.provides().items() if declared else ():
            for name in names:
                found[kind][name].append(supplier)
    return {name: {field: tuple(several) for field, several in of.items()} for name, of in found.items()}


def _ended() -> dict[int, datetime]:
    useful = (State.DONE.value, State.PARTIAL.value)
    rows = models.Collection.objects.filter(kind=Kind.WHOLE.value, state__in=useful, ended_at__isnull=False)
    found = rows.order_by("ended_at").values_list("connection_id", "ended_at")
    return {number: at for number, at in found if at is not None}


def calls(connection: Connection) -> dict[str, int]:
    """The calls that the last collection took, by stream."""
    ended = models.Collection.objects.filter(connection=connection, kind=Kind.WHOLE.value, ended_at__isnull=False)
    last = ended.exclude(streams={}).order_by("-id").first()
    return {name: int(count["calls"]) for name, count in last.streams.items()} if last else {}


def budget(connection: Connection, now: datetime) -> Budget:
    """The calls an hour: what the tool allows, what the schedule plans, what the last hour took."""
    declared = discovery.found().get(connection.integration)
    hours = models.Calls.objects.filter(connection=connection, hour__gt=now - _HOUR)
    used = hours.aggregate(count=Sum("count"))["count"] or 0
    allowed = costs.allowed(declared.manifest) if declared else None
    return Budget(allowed, costs.planned(calls(connection), connection.every if connection.enabled else None), used)


def of_rules(connection: Connection, reads: Mapping[str, Collection[str]]) -> list[Cost]:
    """The calls of a collection that each rule needs. `reads` is what each reads, see `costs.of_rules`."""
    declared, made = discovery.found().get(connection.integration), calls(connection)
    if declared is None:
        return []
    needs = costs.needed(declared.manifest)
    if declared.own is not None:  # it reads everything for all of its facts together
        own = declared.provides()
        needs = {path: frozenset(made) for paths in reads.values() for path in paths if path.partition(".")[0] in own}
    return costs.of_rules(reads, needs, made)
