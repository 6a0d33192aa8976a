"""Queries on workflows and their runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet

from greenboard.access.errors import Absent
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.workflows import definition as documents
from greenboard.workflows.definition import Definition
from greenboard.workflows.models import Run, Step, Version, Waiting, Workflow
from greenboard.workflows.types import Asked, Doing, Json, Path, Record, State


@dataclass(frozen=True)
class Listed:
    """A workflow with the text that holds now."""

    row: Workflow
    definition: Definition
    text: str


def workflows() -> list[Listed]:
    """Every workflow by its title."""
    current = Version.objects.filter(number=F("workflow__version")).select_related("workflow")
    rows = current.order_by("workflow__title", "workflow__name")
    return [Listed(row.workflow, documents.kept(row.text, row.workflow.name), row.text) for row in rows]


def names() -> frozenset[str]:
    """The names of all workflows."""
    return frozenset(Workflow.objects.values_list("name", flat=True))


def workflow(name: str) -> Listed:
    """The workflow of a name.

    Raises:
        Absent: there is none.

    """
    row = Workflow.objects.filter(name=name).first()
    if row is None:
        raise Absent(f"no workflow {name!r}")
    text = version(row, row.version).text
    return Listed(row, documents.kept(text, row.name), text)


def version(row: Workflow, number: int) -> Version:
    """A version of a workflow.

    Raises:
        Absent: there is none of that number.

    """
    found = Version.objects.filter(workflow=row, number=number).first()
    if found is None:
        raise Absent(f"no version {number} of {row.name}")
    return found


def versions(row: Workflow) -> QuerySet[Version]:
    """Every version of a workflow, the newest first."""
    return Version.objects.filter(workflow=row).order_by("-number")


def run(number: int, among: Q | None = None) -> Run:
    """A run with its version and entity, of those that may be seen.

    Raises:
        Absent: there is none of that number among them.

    """
    rows = Run.objects.select_related("version", "workflow", "entity")
    found = rows.filter(Q() if among is None else among, pk=number).first()
    if found is None:
        raise Absent(f"no run {number}")
    return found


def definition(row: Run) -> Definition:
    """The workflow as it was when the run started."""
    return documents.kept(row.version.text, row.workflow.name)


def ref(row: Run) -> Ref | None:
    """What a run is about, as it is called now."""
    return Ref(row.entity.kind, row.entity.namespace, row.entity.name) if row.entity else None


def records(row: Run) -> dict[Path, Record]:
    """What is known of the steps of a run."""
    rows = Step.objects.filter(run=row).values_list("path", "doing", "outputs", "ended_at")
    found = ((Path.parse(path), Doing(doing), outputs, ended) for path, doing, outputs, ended in rows)
    return {path: Record(path, doing, outputs, ended) for path, doing, outputs, ended in found}


def values(row: Run) -> dict[str, Any]:
    """What the expressions of a run read, besides its steps."""
    return {
        "inputs": row.inputs,
        "entity": entity(ref(row)),
        "event": row.cause.get("event") or {},
        "run": {
            "number": row.pk,
            "workflow": row.workflow.name,
            "by": row.by,
            "started_at": clock.format_time(row.began_at),
            "key": str(row.key),
        },
    }


def entity(about: Ref | None) -> dict[str, Json]:
    """What expressions read of an entity; nothing where there is none."""
    stored = catalog.find(about) if about else None
    return {} if stored is None else told(stored)


def told(stored: Stored) -> dict[str, Json]:
    """An entity as expressions read it."""
    entity = stored.entity
    return {
        "ref": str(entity.ref),
        "kind": entity.ref.kind,
        "namespace": entity.ref.namespace,
        "name": entity.ref.name,
        "title": entity.title or entity.ref.name,
        "owner": str(stored.owner) if stored.owner else None,
        "system": str(stored.system) if stored.system else None,
        "domain": str(stored.domain) if stored.domain else None,
        "tier": entity.tier,
        "lifecycle": entity.lifecycle,
        "tags": list(entity.tags),
        "annotations": dict(entity.annotations),
        "properties": dict(entity.properties),
    }


def asked(row: Step) -> Asked | None:
    """What a step waits for."""
    if row.asked is None or "final" in row.asked:
        return None
    told = {name: value for name, value in row.asked.items() if name != "until"}
    return Asked(**{**told, "who": tuple(told["who"])})


def kept(asked: Asked, until: datetime | None) -> dict[str, Any]:
    """The same as a row keeps it."""
    return {**asdict(asked), "who": list(asked.who), "until": clock.format_time(until) if until else None}


def until(row: Step) -> datetime | None:
    """How long a step waits."""
    told = (row.asked or {}).get("until")
    return clock.parse_time(told) if told else None


def waiting(names: Collection[str], among: Q | None = None) -> list[Step]:
    """The steps that wait for anybody of these names, the oldest first."""
    rows = Step.objects.filter(doing=Doing.WAITING.value, pk__in=Waiting.objects.filter(who__in=names).values("step"))
    rows = rows.filter(run__ended_at=None).select_related("run__version", "run__workflow", "run__entity")
    return list((rows if among is None else rows.filter(among)).order_by("began_at", "id")[:200])


@dataclass(frozen=True)
class Figures:
    """How the runs of a workflow went: how many in each state, and how long those took that are done, on average."""

    runs: int
    states: Mapping[State, int]
    seconds: float | None


def figures(since: datetime, among: Q) -> dict[int, Figures]:
    """How runs went that began since a moment, by workflow."""
    rows = Run.objects.filter(among, began_at__gte=since)
    counted: dict[int, dict[State, int]] = {}
    for found in rows.order_by().values("workflow", "state").annotate(count=Count("pk")):
        counted.setdefault(found["workflow"], {})[State(found["state"])] = found["count"]
    length = ExpressionWrapper(F("ended_at") - F("began_at"), output_field=DurationField())
    done = rows.filter(state=State.DONE.value).order_by().values("workflow").annotate(mean=Avg(length))
    means = {found["workflow"]: found["mean"].total_seconds() for found in done}
    return {of: Figures(sum(states.values()), states, means.get(of)) for of, states in counted.items()}


def runs(among: Q, *, workflow: str = "", state: str = "", about: Ref | None = None, by: str = "") -> QuerySet[Run]:
    """Runs that may be seen, the newest first."""
    wanted = {"workflow__name": workflow, "state": state, "by": by}
    if about is not None:
        wanted |= {"entity__kind": about.kind, "entity__namespace": about.namespace, "entity__name": about.name}
    found = Run.objects.filter(among, **{key: value for key, value in wanted.items() if value})
    return found.select_related("workflow", "entity").order_by("-id")
