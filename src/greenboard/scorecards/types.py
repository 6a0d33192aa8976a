"""Scorecards as plain values: levels, rules, and which entities they are asked of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

from greenboard.catalog.types import Entity
from greenboard.core.errors import Place
from greenboard.core.refs import Ref
from greenboard.facts.types import FieldValue
from greenboard.facts.vocabulary import FieldType
from greenboard.rules.language import Program
from greenboard.rules.types import Outcome


class Enforcement(StrEnum):
    """What a rule does to others than the page that shows it. A draft is judged but not scored."""

    DRAFT = "draft"
    SCORED = "scored"
    WARNS = "warns"
    BLOCKS_PULL_REQUEST = "blocks-pull-request"
    BLOCKS_RELEASE = "blocks-release"


@dataclass(frozen=True)
class Level:
    """A rung of a scorecard."""

    name: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Selector:
    """Which entities something is asked of. An empty part asks nothing; tags need one in common."""

    kinds: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    lifecycles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def covers(self, entity: Entity) -> bool | None:
        """Whether the entity is covered; None when its tier or lifecycle is asked and nobody said it."""
        if self.kinds and entity.ref.kind not in self.kinds:
            return False
        if self.tags and not set(self.tags) & set(entity.tags):
            return False
        tier = _among(entity.tier, self.tiers)
        lifecycle = _among(entity.lifecycle, self.lifecycles)
        if tier is False or lifecycle is False:
            return False
        return None if tier is None or lifecycle is None else True

    def unknown(self, entity: Entity) -> tuple[str, ...]:
        """The facts of the entity that would say whether it is covered."""
        asked = (
            ("entity.tier", self.tiers, entity.tier),
            ("entity.lifecycle", self.lifecycles, entity.lifecycle),
        )
        return tuple(path for path, wanted, value in asked if wanted and value is None)


def _among(value: object, wanted: tuple[object, ...]) -> bool | None:
    if not wanted:
        return True
    return None if value is None else value in wanted


@dataclass(frozen=True)
class ParameterDef:
    """A threshold. The entity's own value goes before the tier's, that before the kind's, and that before the default.

    The default also holds where nobody said the tier. `by_entity` is by reference.
    """

    type: FieldType
    default: FieldValue
    by_tier: Mapping[int, FieldValue] = field(default_factory=dict)
    by_kind: Mapping[str, FieldValue] = field(default_factory=dict)
    by_entity: Mapping[Ref, FieldValue] = field(default_factory=dict)
    doc: str = ""

    def value(self, ref: Ref, tier: int | None) -> FieldValue:
        """The threshold that holds for an entity."""
        if ref in self.by_entity:
            return self.by_entity[ref]
        if tier is not None and tier in self.by_tier:
            return self.by_tier[tier]
        return self.by_kind.get(ref.kind, self.default)


@dataclass(frozen=True)
class ExampleEntity:
    """An entity of an example: what is known of it.

    `levels` are those that it reached on other scorecards, by their names; "" is none. `teams` are the owning
    team and those that it is part of; None is unknown.
    """

    name: str
    facts: Mapping[str, Any]
    kind: str = "service"
    tier: int | None = None
    lifecycle: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    teams: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Example:
    """What is known of an entity and around it, and the outcome it must lead to: the rule's own test.

    `around` are the entities that each relation leads to; of a relation that is not there it is not known.
    """

    subject: ExampleEntity
    outcome: Outcome
    title: str = ""
    around: Mapping[str, tuple[ExampleEntity, ...]] = field(default_factory=dict)
    place: Place | None = None


@dataclass(frozen=True)
class Remedy:
    """What a rule names as its way out: something that can be started beside a result that is no pass."""

    kind: Literal["scaffold", "workflow"]
    name: str


@dataclass(frozen=True)
class Rule:
    """One requirement. `digest` changes with what it asks, not with the words that explain it.

    `written` is the rule as its YAML says it, without what goes without saying: to be shown and edited.
    """

    id: str
    item: str
    dimension: str
    title: str
    why: str
    fix: str
    level: str
    program: Program
    weight: int = 1
    enforcement: Enforcement = Enforcement.SCORED
    enabled_from: datetime | None = None
    lifecycle: str = "stable"
    grace: timedelta = timedelta(days=7)
    scope: Selector = Selector()
    when: Program | None = None
    parameters: Mapping[str, ParameterDef] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    digest: str = ""
    place: Place | None = None
    written: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    remedy: Remedy | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it takes part in levels and score: no draft, and its day has come."""
        return self.enforcement is not Enforcement.DRAFT and (self.enabled_from is None or self.enabled_from <= now)

    @property
    def types(self) -> frozenset[str]:
        """The fact types that it reads, those of its `when` among them."""
        return self.program.types | (self.when.types if self.when else frozenset())

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields that it reads of the entity itself, in order."""
        return tuple(sorted({path for program in self.programs for path in program.reads}))

    @property
    def programs(self) -> tuple[Program, ...]:
        """Its condition, where it has one, and its expression."""
        return (self.program,) if self.when is None else (self.when, self.program)

    @property
    def related(self) -> Mapping[str, tuple[str, ...]]:
        """For each relation that it follows, what it reads of the related entities, in order."""
        names = sorted({name for program in self.programs for name in program.related})
        found = {name: {path for one in self.programs for path in one.related.get(name, ())} for name in names}
        # A type stands alone only where no field of it is read at all.
        owners = {name: {path.partition(".")[0] for path in paths if "." in path} for name, paths in found.items()}
        return {name: tuple(sorted(paths - owners[name])) for name, paths in found.items()}

    @property
    def related_types(self) -> frozenset[str]:
        """The fact types that it reads of related entities."""
        return frozenset(path.partition(".")[0] for paths in self.related.values() for path in paths)

    @property
    def levels(self) -> frozenset[tuple[str, str]]:
        """The scorecards of which it reads a level, each with the relation to whose level it is ("": its own)."""
        return frozenset[tuple[str, str]]().union(*(program.levels for program in self.programs))

    @property
    def reads_team(self) -> bool:
        """Whether it asks which team something belongs to."""
        return any(program.reads_team for program in self.programs)

    @property
    def looks_beyond(self) -> bool:
        """Whether it reads anything but the entity's own facts."""
        return bool(self.related or self.levels or self.reads_team)

    @property
    def inputs(self) -> tuple[str, ...]:
        """All that it reads, for people: `slo.sli`, `dependencies().slo.sli`, `level("basics")`."""
        related = [
            f"{name}(){f'.{path}' if path else ''}" for name, paths in self.related.items() for path in paths or ("",)
        ]
        levels = [f"{f'{name}().' if name else ''}level({json.dumps(card)})" for name, card in sorted(self.levels)]
        return (*self.reads, *related, *levels, *(("in_team()",) if self.reads_team else ()))


@dataclass(frozen=True)
class Scorecard:
    """A named set of rules with levels, lowest first. `dimensions` are titles by name, in order."""

    name: str
    title: str
    description: str
    levels: tuple[Level, ...]
    rules: tuple[Rule, ...]
    scope: Selector = Selector()
    dimensions: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def rule(self, name: str) -> Rule | None:
        """The rule of an id."""
        return self._named.get(name)

    @cached_property
    def _named(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in reversed(self.rules)}

    def rank(self, level: str | None) -> int:
        """0 for no level, 1 for the lowest, and so on."""
        names = [known.name for known in self.levels]
        return 0 if level is None else names.index(level) + 1

    @property
    def ladder(self) -> tuple[str, ...]:
        """The names of its levels, lowest first."""
        return tuple(level.name for level in self.levels)

    @property
    def types(self) -> frozenset[str]:
        """The fact types that its rules read."""
        return frozenset[str]().union(*(rule.types for rule in self.rules))

    @property
    def looks_beyond(self) -> bool:
        """Whether any of its rules reads anything but an entity's own facts."""
        return any(rule.looks_beyond for rule in self.rules)

    @property
    def standards(self) -> frozenset[str]:
        """The names of the other scorecards of which its rules read levels."""
        return frozenset(card for rule in self.rules for _, card in rule.levels)
