"""What the operations answer with: the bodies of responses, as the schema describes them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from greenboard.results.rows import CauseKind
from greenboard.rules.types import Outcome

Json = dict[str, Any]
FILE: Json = {
    "responses": {
        200: {"description": "The file.", "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    }
}
"""What an operation says of itself that gives a file as it is."""
_REF = Field(description="Reference: kind:namespace/name.", examples=["service:default/checkout"])


def sparse(names: Collection[str], schema: Json) -> None:
    """Only what names the thing is always there: callers may ask for fewer fields."""
    schema["required"] = [name for name in schema.get("properties", {}) if name in names]


def _sparse(schema: Json, shown: type[Shown]) -> None:
    sparse(shown.names, schema)


class Shown(BaseModel):
    """Something that lists hold, of which a caller may ask for some fields only. `names` are always there."""

    model_config = ConfigDict(json_schema_extra=_sparse)
    names: ClassVar[tuple[str, ...]] = ()


class Listed(BaseModel):
    """A page of a list: its first field is the list."""

    next: str | None = Field(description="The `cursor` of the next page; null: this is the last one.")


class Link(BaseModel):
    url: str
    title: str
    kind: str


class Contact(BaseModel):
    kind: str
    address: str


class ExternalDependency(BaseModel):
    """A service of another company."""

    name: str
    critical: bool | None
    slo_pct: float | None


class Entity(Shown):
    """Anything in the catalog, as it was at the moment that was asked for."""

    names: ClassVar = ("ref",)
    ref: str = _REF
    kind: str
    namespace: str
    name: str
    title: str
    description: str
    tier: int | None = Field(description="0 (most critical) to 4; null: nobody said.")
    lifecycle: str | None
    tags: list[str]
    links: list[Link]
    contacts: list[Contact]
    annotations: dict[str, str]
    properties: Json = Field(description="Custom facts, as the descriptor says them.")
    data_classification: str | None
    discovered: bool = Field(description="No descriptor declares it.")
    external_dependencies: list[ExternalDependency] | None = Field(description="Null: nobody said.")
    path: str | None
    place: str | None = Field(description="Where the descriptor says it.")
    owner: str | None = Field(description="Who answers for it, also by what it is part of.")
    owners: list[str] = Field(description="All owners, with those that it inherits.")
    system: str | None
    domain: str | None
    since: datetime = Field(description="When it was last changed.")
    url: str = Field(description="Its page.")


class EntityPage(Listed):
    entities: list[Entity]


class Version(Shown):
    """What was said of an entity from `since` to `until`."""

    names: ClassVar = ("since",)
    since: datetime
    until: datetime | None
    cause: str
    ref: str = _REF
    title: str
    description: str
    tier: int | None
    lifecycle: str | None
    tags: list[str]
    properties: Json


class VersionList(BaseModel):
    versions: list[Version]


class Relation(Shown):
    """That one entity stands to another so."""

    names: ClassVar = ("kind", "source", "target", "declared_by")
    kind: str
    source: str = _REF
    target: str = _REF
    declared_by: str = Field(description="The entity whose descriptor says it.")
    path: str = Field(description="Of `lives-in`: the folder of the repository.")
    place: str | None
    cause: str
    since: datetime
    until: datetime | None


class RelationPage(Listed):
    relations: list[Relation]


class Team(Shown):
    """A team with its people."""

    names: ClassVar = ("ref",)
    ref: str = _REF
    name: str
    title: str
    description: str
    links: list[Link]
    contacts: list[Contact]
    members: list[str]
    owns: int = Field(description="How many entities it owns itself.")
    since: datetime
    url: str


class TeamPage(Listed):
    teams: list[Team]


class KindShown(BaseModel):
    """A class of entities."""

    name: str
    title: str
    description: str
    builtin: bool
    properties: Json = Field(description="JSON Schema of the properties of its entities.")


class KindList(BaseModel):
    kinds: list[KindShown]


class TagList(BaseModel):
    tags: list[str]


class Source(BaseModel):
    """What said it."""

    kind: str
    name: str
    location: str
    commit: str
    link: str


class Fact(Shown):
    """What one source said about one entity. `stale`: older than its type allows, so that it counts as no data."""

    names: ClassVar = ("entity", "type")
    entity: str = _REF
    type: str
    value: Json | list[Json] | None = Field(description="Null: it cannot be read any more, `unreadable` says why.")
    source: Source
    declared: bool = Field(description="Said by people or descriptors, not seen by a tool.")
    observed_at: datetime
    stale: bool
    places: dict[str, str] = Field(description="Where single fields stand.")
    since: datetime = Field(description="Since when it is said unchanged.")
    until: datetime | None
    unreadable: str | None


class FactPage(Listed):
    facts: list[Fact]


class Gap(Shown):
    """A look that failed. `unclear`: it worked, and what was seen cannot be judged from there."""

    names: ClassVar = ("entity", "type")
    entity: str = _REF
    type: str
    reason: str
    unclear: bool
    source: Source
    since: datetime
    until: datetime | None


class GapPage(Listed):
    gaps: list[Gap]


class FieldShown(BaseModel):
    name: str
    type: str
    doc: str
    unit: str
    values: list[str]
    example: Any


class IdiomShown(BaseModel):
    """A rule that is often wanted of a fact type."""

    says: str
    rule: str


class FactType(Shown):
    """A vendor-neutral schema of facts. Every field may be unknown."""

    names: ClassVar = ("name",)
    name: str
    title: str
    doc: str
    about: str = Field(description="Whose facts they are: component, repository or entity.")
    many: str | None = Field(description="The field that tells several of one entity apart; null: there is one.")
    max_age_seconds: float | None = Field(description="An older fact counts as no data.")
    supplied_by: list[str]
    connects: str
    fields: list[FieldShown]
    idioms: list[IdiomShown]
    unreadable: dict[str, str]
    retired: bool = Field(description="It takes no facts any more.")
    url: str


class FactTypeList(BaseModel):
    fact_types: list[FactType]


class BrokenRule(BaseModel):
    """A rule that a change would break, and why."""

    scorecard: str
    rule: str
    reason: str


class CauseShown(BaseModel):
    """Why something changed."""

    kind: CauseKind
    text: str
    fact_type: str
    source: str
    link: str
    commit: str


class Result(Shown):
    """What a rule comes to for an entity, and since when."""

    names: ClassVar = ("scorecard", "entity", "rule")
    scorecard: str
    entity: str = _REF
    rule: str
    outcome: Outcome
    exempt: bool
    since: datetime
    cause: CauseShown


class ResultPage(Listed):
    results: list[Result]


class Level(Shown):
    """Where an entity stands on a scorecard. `since` and `cause` are those of its level, not of its score."""

    names: ClassVar = ("scorecard", "entity")
    scorecard: str
    entity: str = _REF
    level: str | None = Field(description="Null: no level.")
    rank: int = Field(description="0 for no level, 1 for the lowest.")
    score: float | None = Field(description="0 to 100; null: nothing could be decided.")
    passed: int
    decided: int
    undecided: int
    exempt: int
    level_without_exemptions: str | None = Field(description="As `level`, were nothing exempt.")
    score_without_exemptions: float | None = Field(description="As `score`, were nothing exempt.")
    held_since: datetime | None = Field(description="Since when it is kept though data went missing.")
    since: datetime
    cause: CauseShown


class LevelPage(Listed):
    levels: list[Level]


class Change(Shown):
    """A change of a result, or of a level where `rule` is null."""

    names: ClassVar = ("at", "entity", "rule")
    at: datetime
    scorecard: str
    entity: str = _REF
    rule: str | None
    before: str | None = Field(description="An outcome or level; null: none, or none yet.")
    after: str | None = Field(description="An outcome or level; null: none any more.")
    worse: bool
    exempt: bool | None = Field(description="Where the outcome stays: whether it is exempt now, or no longer.")
    cause: CauseShown


class ChangePage(Listed):
    changes: list[Change]


class EvidenceShown(BaseModel):
    """A value that a rule read."""

    fact: str
    key: str | None
    value: Any
    source: str
    link: str
    commit: str
    observed_at: datetime | None
    decisive: bool


class MissingShown(BaseModel):
    """A fact that a rule wanted and did not get."""

    fact: str
    lack: Literal["no_source", "stale", "gap"]
    reason: str
    remedy: str


class Explained(BaseModel):
    """What a rule came to for an entity, why, and on what evidence."""

    rule: str
    item: str
    outcome: Outcome
    exempt: bool
    message: str
    fix: str
    evidence: list[EvidenceShown]
    missing: list[MissingShown]


class Judgement(BaseModel):
    """One entity held against one scorecard."""

    scorecard: str
    entity: str
    level: str | None
    score: float | None
    results: list[Explained]


class LevelNamed(BaseModel):
    name: str
    title: str
    description: str


class Scope(BaseModel):
    """Which entities something is asked of. An empty part asks nothing."""

    kinds: list[str]
    tiers: list[int]
    lifecycles: list[str]
    tags: list[str]


class Scorecard(Shown):
    """A named set of rules with levels, lowest first."""

    names: ClassVar = ("name",)
    name: str
    title: str
    description: str
    levels: list[LevelNamed]
    dimensions: dict[str, str]
    scope: Scope
    rules: int = Field(description="How many there are.")
    looked_at: datetime | None = Field(description="When all results were last known to be right.")
    url: str


class ScorecardList(BaseModel):
    scorecards: list[Scorecard]


class RuleShown(Shown):
    """One requirement. `counts` says how many entities it came to what for."""

    names: ClassVar = ("id", "scorecard")
    id: str
    scorecard: str
    item: str
    dimension: str
    title: str
    why: str
    fix: str
    level: str
    weight: int
    enforcement: str
    enabled_from: datetime | None
    lifecycle: str
    grace_seconds: float
    scope: Scope
    expression: str
    when: str | None
    reads: list[str]
    counts: dict[Outcome, int]
    url: str


class RuleList(BaseModel):
    rules: list[RuleShown]


class TrendPoint(BaseModel):
    """How many entities stood on each level at a moment ("" is no level), and their mean score."""

    at: datetime
    by_level: dict[str, int]
    score: float | None


class Trend(BaseModel):
    points: list[TrendPoint]
