"""Random histories of a small shop: facts that change, fail and grow old, and a catalog that changes with them."""

import random
from datetime import datetime, timedelta

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Gap, Source, SourceKind

from .history_cast import day, scorecard

PARTS = [Ref("service", "default", "checkout"), Ref("service", "default", "cart"), Ref("library", "default", "money")]
CODES = [Ref("repository", "default", "shop-code"), Ref("repository", "default", "money-code")]
TEAMS = [Ref("team", "default", "web"), Ref("team", "default", "unheard-of")]
RULES = (
    ("single", "coverage.line_pct >= 70.0 || coverage.branch_pct >= 50.0", "bronze"),
    ("aging", "oncall.schedules > 0 && oncall.responders >= 2", "bronze"),
    ("listed", "vulnerability.all(v, v.open_critical == 0)", "bronze"),
    ("some", "vulnerability.exists(v, v.open_high > 1)", "bronze", "scope: {tiers: [0, 1]}"),
    ("first", "slo[0].target_pct >= 99.0", "silver", "when: oncall.schedules > 0"),
    ("clocked", "age(coverage.measured_at) <= days(3)", "silver"),
    ("clocked-list", "vulnerability.all(v, now - v.last_scan_at <= days(2))", "silver", "scope: {kinds: [service]}"),
    ("shared", "license.exists", "silver"),
    ("hooks", 'pre_commit.exists(h, h.tool == "husky")', "silver"),
    (
        "threshold",
        "size(slo) >= param.most",
        "silver",
        "parameters: {most: {type: int, default: 2, by_tier: {0: 3, 1: 2}, by_kind: {library: 1}}}",
        "scope: {lifecycles: [production]}",
    ),
    ("relied-on", "dependencies().all(d, d.coverage.line_pct > 40.0)", "silver"),
    ("relying", "dependents().exists(d, d.vulnerability.exists(v, now - v.last_scan_at <= days(2)))", "silver"),
    ("housed", "repository().license.exists", "silver", "when: size(dependencies()) > 0"),
    ("owned", 'in_team("web")', "silver"),
    ("several", "size(slo) > 0 && coverage.line_pct > 40.0 && size(vulnerability) < 3", "silver"),
)
"""Rules with and without the clock, over single facts and lists, of the entity and of its repository."""


def card(folder):
    return scorecard(folder, *RULES)


class Shop:
    """Something happens to it again and again, some hours apart."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = 0.0
        self.last: dict[tuple, object] = {}
        self.turns: list[datetime] = []
        self.homes: dict[Ref, Ref | None] = {}
        for part in PARTS[: self.rng.randint(1, 3)]:
            self.describe(part)

    def happen(self, times: int) -> None:
        for _ in range(times):
            self.now += self.rng.choice([0.01, 0.2, 0.6, 1.7])
            self.turns.append(day(self.now))
            self.rng.choice([self.say] * 8 + [self.fail] * 2 + [self.move, self.leave])()

    def describe(self, part: Ref) -> None:
        """Say something else of a part; one that moves house is nowhere in between."""
        rng, tier = self.rng, self.rng.choice([None, 0, 1, 3])
        self.homes[part] = None if self.homes.get(part) else rng.choice([None, *CODES])
        entity = Entity(
            part,
            tier=tier,
            lifecycle=rng.choice([None, "production", "development"]),
            dependencies_declared=rng.random() < 0.5,
        )
        code, owner = self.homes[part], rng.choice([None, *TEAMS])
        relations = [
            *([Relation(RelationKind.LIVES_IN, part, code)] if code else []),
            *([Relation(RelationKind.OWNS, owner, part)] if owner else []),
            *(
                Relation(RelationKind.DEPENDS_ON, part, other)
                for other in PARTS
                if other != part and rng.random() < 0.4
            ),
        ]
        catalog.save(Declared((entity, *map(Entity, (*CODES, TEAMS[0]))), (*relations,)), day(self.now), cause="test")

    def move(self) -> None:
        self.describe(self.rng.choice(PARTS))

    def leave(self) -> None:
        there = [stored.ref for stored in catalog.entities() if stored.ref in PARTS]
        if len(there) > 1 and self.rng.random() < 0.5:
            catalog.retire([self.rng.choice(there)], day(self.now))

    def say(self) -> None:
        told = [self.fact() for _ in range(self.rng.randint(1, 4))]
        once = {(fact.entity, fact.type, fact.source.name, fact.source.location): fact for fact in told}
        record([*once.values()], [], day(self.now))

    def fail(self) -> None:
        name, entity = self.subject()
        record([], [Gap(entity, name, "answered 403", self.source(), day(self.now))], day(self.now))

    def subject(self) -> tuple[str, Ref]:
        name = self.rng.choice(["coverage", "oncall", "vulnerability", "vulnerability", "slo", "license", "pre_commit"])
        known = [stored.ref for stored in catalog.entities()]
        return name, self.rng.choice(known)

    def source(self) -> Source:
        return self.rng.choice(
            [
                Source(SourceKind.CONNECTION, "Snyk"),
                Source(SourceKind.CONNECTION, "Datadog"),
                Source(SourceKind.REPORT, "trivy", self.rng.choice(["a.sarif", "b.sarif"])),
            ]
        )

    def fact(self) -> Fact:
        rng, (name, entity), source = self.rng, self.subject(), self.source()
        key = name, entity, source
        value = self.last[key] if key in self.last and rng.random() < 0.3 else self.value(name)
        self.last[key] = value
        observed = day(self.now - rng.choice([0, 0, 0, 0.3, 2, 9]))
        self.turns += [observed, observed + (facts.vocabulary().types[name].max_age or timedelta())]
        return Fact(entity, name, facts.vocabulary().normalise(name, value), source, observed)

    def value(self, name: str) -> object:
        rng = self.rng
        match name:
            case "coverage":
                measured = day(self.now - rng.choice([0, 2, 5]))
                return {
                    "line_pct": rng.choice([30.0, 60.0, 90.0]),
                    "branch_pct": rng.choice([None, 20.0, 80.0]),
                    "measured_at": measured,
                }
            case "oncall":
                return {"schedules": rng.choice([0, 1]), "responders": rng.choice([None, 1, 3])}
            case "vulnerability":
                kinds = rng.sample(["sca", "sast", "iac"], rng.randint(0, 3))
                counts = {"open_critical": rng.choice([0, 0, 1]), "open_high": rng.choice([0, 2, None])}
                return [{"kind": kind, "last_scan_at": day(self.now - rng.choice([0, 1])), **counts} for kind in kinds]
            case "slo":
                names = rng.sample(["a", "b", "c"], rng.randint(0, 3))
                return [{"name": each, "target_pct": rng.choice([90.0, 99.5])} for each in names]
            case "license":
                return {"exists": rng.random() < 0.5}
        return [{"tool": each} for each in rng.sample(["husky", "lefthook"], rng.randint(0, 2))]

    def moments(self, count: int) -> list[datetime]:
        """Moments at, just before and just after something happened, and others, in rising order."""
        rng, tick = self.rng, timedelta(microseconds=1)
        near = [turn + rng.choice([-tick, timedelta(), tick]) for turn in self.turns]
        others = [day(rng.uniform(-1, self.now)) for _ in range(count)]
        known = [moment for moment in {*near, *others} if moment <= day(self.now)]
        return sorted(rng.sample(known, min(count, len(known))))
