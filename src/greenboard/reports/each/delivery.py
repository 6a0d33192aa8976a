"""Delivery and incidents beside readiness: do ready services have fewer incidents? Only what sources say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import numpy as np

from greenboard.catalog.columns import NONE
from greenboard.connections.store import trusted
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.merge import merge
from greenboard.facts.store import vocabulary
from greenboard.facts.types import Value
from greenboard.reports.ground import Ground
from greenboard.reports.groups import LEVEL, USUAL, Groups, of
from greenboard.reports.types import Report, Row, Table, Told, columns, rounded

TYPES = ("deployment", "incident", "change_flow")


@dataclass(frozen=True)
class Known:
    """What sources say of one entity; None is unknown. Times are in hours."""

    deploys: float | None = None
    failed_changes: float | None = None
    lead_time: float | None = None
    incidents: float | None = None
    severe: float | None = None
    restore: float | None = None
    review: float | None = None

    @property
    def delivers(self) -> bool:
        """Whether anything is known of its deployments."""
        return any(one is not None for one in (self.deploys, self.failed_changes, self.lead_time))


@dataclass(frozen=True)
class Line:
    """A group: for how many entities incidents and deployments are known, and their figures.

    Counts are means for each entity that they are known of; times are medians in hours.
    """

    name: str
    home: Ref | None
    entities: int
    told: int
    incidents: float | None
    severe: float | None
    restore: float | None
    delivering: int
    deploys: float | None
    failed_changes: float | None
    lead_time: float | None
    review: float | None


@dataclass(frozen=True)
class Delivery:
    """By level, highest first, and by team. `silent` are the fact types of which no source says anything."""

    levels: tuple[Line, ...]
    teams: tuple[Line, ...]
    silent: tuple[str, ...]
    told: int
    entities: int


def build(ground: Ground) -> Delivery:
    """What is known of everything that is shown."""
    said, silent = _known(ground)
    by_level = of(LEVEL, ground.seen, ground.shown, ground.wanted.as_of)
    by_team = of(USUAL, ground.seen, ground.shown, ground.wanted.as_of)
    order = {level.name: rank for rank, level in enumerate(ground.scorecard.levels, start=1)}
    levels = sorted(_lines(by_level, said), key=lambda line: -order.get(line.name, 0))
    known = sum(one.incidents is not None for one in said.values())
    return Delivery(tuple(levels), tuple(_lines(by_team, said)), silent, known, int(ground.shown.sum()))


def _known(ground: Ground) -> tuple[dict[int, Known], tuple[str, ...]]:
    """What is known, by the number of the entity; and the types of which nothing is."""
    whole, wanted, words, order = ground.seen.whole, ground.wanted, vocabulary(), trusted()
    found = facts.of_types(TYPES, whole.names, wanted.as_of)
    homes = facts.homes(wanted.as_of)
    told: dict[int, Known] = {}
    spoken: set[str] = set()
    for number in np.flatnonzero(ground.shown).tolist():
        own = whole.entities[number].id
        several = [*found.get(own, ())]
        home = homes.get(own)
        several += [one for one in found.get(home, ()) if one.type == "change_flow"] if home is not None else []
        if several:
            values = merge(several, (), words, wanted.now, order).values
            spoken |= values.keys()
            told[number] = _of(values)
    return told, tuple(name for name in TYPES if name not in spoken)


def _of(values: Mapping[str, Value]) -> Known:
    incident, flow = _struct(values.get("incident")), _struct(values.get("change_flow"))
    production = [one for one in _items(values.get("deployment")) if one.get("stage") == "production"]
    return Known(
        deploys=_sum(production, "deploys_30d"),
        failed_changes=_mean(production, "change_failure_pct_30d"),
        lead_time=_median(production, "lead_time_p50"),
        incidents=_number(incident.get("count_30d")),
        severe=_number(incident.get("sev1_count_90d")),
        restore=_number(incident.get("mttr_p50")),
        review=_number(flow.get("review_time_p50")),
    )


def _struct(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> Sequence[Mapping[str, Any]]:
    return value if isinstance(value, tuple) else ()


def _number(value: Any) -> float | None:
    if isinstance(value, timedelta):
        return value / timedelta(hours=1)
    return float(value) if isinstance(value, (int, float)) else None


def _numbers(items: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    return [number for item in items if (number := _number(item.get(name))) is not None]


def _sum(items: Sequence[Mapping[str, Any]], name: str) -> float | None:
    return sum(found) if (found := _numbers(items, name)) else None


def _mean(items: Sequence[Mapping[str, Any]], name: str) -> float | None:
    return sum(found) / len(found) if (found := _numbers(items, name)) else None


def _median(items: Sequence[Mapping[str, Any]], name: str) -> float | None:
    return median(found) if (found := _numbers(items, name)) else None


def _lines(groups: Groups, said: Mapping[int, Known]) -> list[Line]:
    members: list[list[Known]] = [[] for _ in groups.names]
    for group, entity in zip(groups.group.tolist(), groups.entity.tolist(), strict=True):
        if entity in said:
            members[group].append(said[entity])
    return [
        _line(name, home, int(size), several)
        for name, home, size, several in zip(groups.names, groups.homes, groups.sizes.tolist(), members, strict=True)
    ]


def _line(name: str, home: Ref | None, size: int, several: Sequence[Known]) -> Line:
    def known(field: str) -> list[float]:
        return [number for one in several if (number := getattr(one, field)) is not None]

    def mean(field: str) -> float | None:
        return sum(found) / len(found) if (found := known(field)) else None

    def middle(field: str) -> float | None:
        return median(found) if (found := known(field)) else None

    return Line(
        name=name,
        home=home,
        entities=size,
        told=len(known("incidents")),
        incidents=mean("incidents"),
        severe=mean("severe"),
        restore=middle("restore"),
        delivering=sum(one.delivers for one in several),
        deploys=mean("deploys"),
        failed_changes=mean("failed_changes"),
        lead_time=middle("lead_time"),
        review=middle("review"),
    )


_NAMES = (
    "entities",
    "incidents_known_of",
    "incidents_30d_each",
    "severe_90d_each",
    "median_hours_to_restore",
    "deployments_known_of",
    "deployments_30d_each",
    "changes_failed_pct",
    "median_hours_lead_time",
    "median_hours_to_review",
)


def told(found: Delivery) -> Told:
    """Figures by level and by team, and what no source tells."""
    notes = [f"No source tells anything of {name.replace('_', ' ')}: connect one that does." for name in found.silent]
    facts = (
        ("Entities", f"{found.entities:,}"),
        ("Incidents known of", f"{found.told:,}"),
        *(
            (f"Incidents in 30 days each, {line.name}", f"{line.incidents:.2f}")
            for line in found.levels
            if line.incidents is not None
        ),
    )
    note = "Counts are means for each entity that they are known of; a dash is unknown, not zero."
    tables = (
        Table("levels", "By level", columns("level", *_NAMES), lambda: [_row(line) for line in found.levels], note),
        Table("teams", "By team", columns("team", *_NAMES), lambda: [_row(line) for line in found.teams], note),
    )
    return Told(facts, tables, tuple(notes))


def _row(line: Line) -> Row:
    counts = (line.entities, line.told, line.incidents, line.severe, line.restore)
    more = (line.delivering, line.deploys, line.failed_changes, line.lead_time, line.review)
    name = "none" if line.name in ("", NONE) else line.name
    return (name, *(rounded(one, 2) if isinstance(one, float) else one for one in (*counts, *more)))


REPORT = Report(
    name="delivery-and-incidents",
    title="Delivery and incidents",
    question="Do ready services deliver more, and have fewer incidents?",
    order=70,
    build=build,
    told=told,
    timed=False,
)
