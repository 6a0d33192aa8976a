"""What the catalog is made of, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from greenboard.core.errors import Place
from greenboard.core.refs import Ref

KINDS = (
    "service",
    "api",
    "library",
    "website",
    "job",
    "data-store",
    "resource",
    "repository",
    "system",
    "domain",
    "team",
    "person",
)
COMPONENT_KINDS = ("service", "api", "library", "website", "job", "data-store", "resource")
"""The kinds that are built and run, so that readiness is asked of them."""
ANY_COMPONENT = "component"
"""Stands in a reference for whichever component has the name, until `graph.resolve` finds it."""


class Inheritance(StrEnum):
    """What the parts of a system or domain make of its owner."""

    APPEND = "append"
    """It owns them beside their own owner."""
    FALLBACK = "fallback"
    """It owns those that have no owner of their own, nor one of something nearer."""
    NONE = "none"
    """It does not own them."""


LIFECYCLES = ("experimental", "development", "production", "deprecated", "retired")
CLASSIFICATIONS = ("public", "internal", "confidential", "restricted")
CONTACT_KINDS = ("chat", "email", "phone", "escalation", "person", "other")
LINK_KINDS = (
    "runbook",
    "dashboard",
    "docs",
    "source",
    "api",
    "issues",
    "form",
    "forum",
    "chat",
    "mail",
    "logs",
    "traces",
    "status",
    "on-call",
    "decision",
    "other",
)


class RelationKind(StrEnum):
    """How one entity stands to another; read from source to target."""

    OWNS = "owns"
    PART_OF = "part-of"
    DEPENDS_ON = "depends-on"
    PROVIDES = "provides"
    CONSUMES = "consumes"
    LIVES_IN = "lives-in"
    MEMBER_OF = "member-of"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a descriptor gives, with what it is for (`runbook`, `dashboard`, `docs`, ...)."""

    url: str
    title: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the people behind an entity: `kind` is chat, email, phone, escalation, person or other."""

    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class ExternalDependency:
    """A service of another company that the entity needs. None means that nobody said."""

    name: str
    critical: bool | None = None
    slo_pct: float | None = None


@dataclass(frozen=True)
class Entity:
    """Anything that a company runs or answers for.

    `tier` runs from 0 (most critical) to 4; None means that nobody said. `discovered` marks an
    entity that no descriptor declares. `dependencies_declared` is true when a descriptor lists
    dependencies, even as an empty list, which is the explicit "none". `external_dependencies` is
    None when nobody said. `owner_inherited` says what its parts make of its owner. `path` is the
    folder that it is built from, below the root of the repository, where the descriptor names one;
    otherwise the folder of the descriptor counts.
    """

    ref: Ref
    title: str = ""
    description: str = ""
    tier: int | None = None
    lifecycle: str | None = None
    tags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    contacts: tuple[Contact, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    data_classification: str | None = None
    owner_inherited: Inheritance = Inheritance.FALLBACK
    discovered: bool = False
    dependencies_declared: bool = False
    external_dependencies: tuple[ExternalDependency, ...] | None = None
    path: str | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Relation:
    """A typed link from one entity to another. `path` narrows `lives-in` to a folder of the repository.

    `declared_by` is the entity whose descriptor says it; None stands for the usual one, see `declarer`.
    """

    kind: RelationKind
    source: Ref
    target: Ref
    path: str = ""
    place: Place | None = None
    declared_by: Ref | None = None

    @property
    def declarer(self) -> Ref:
        """The entity whose descriptor says it: the owned one for `owns`, otherwise the source."""
        usual = self.target if self.kind is RelationKind.OWNS else self.source
        return self.declared_by or usual


@dataclass(frozen=True)
class Kind:
    """A kind beside the built-in ones. `properties` is a JSON Schema for the properties of its entities."""

    name: str
    title: str = ""
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a descriptor points to more descriptors.

    `where` is an address, or a path below the root of the same repository, in which `*` stands for
    any name and `**` for any folders.
    """

    where: str
    place: Place

    @property
    def in_tree(self) -> bool:
        return "://" not in self.where


@dataclass(frozen=True)
class Attested:
    """An attestation as a descriptor states it. Whether it holds, `attestations` says: its words are only read here.

    `evidence` are pairs of a kind (link, path, text) and a text. The statement takes the lines from `first` to `last`
    of its file; `places` says where single parts stand, `answers.auditor` for one.
    """

    entity: Ref
    item: str
    statement: str
    answers: Mapping[str, object]
    evidence: tuple[tuple[str, str], ...]
    until: date | None
    environment: str
    release: str
    role: str
    place: Place
    first: int
    last: int
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class Wished:
    """An exemption as a descriptor asks for it, on the lines from `first` to `last` of its file.

    Whether it is granted, `exemptions` says: its words are only read here. `until` None is without an end.
    """

    entity: Ref
    scorecard: str
    rule: str
    category: str
    reason: str
    control: str
    until: date | None
    environment: str
    path: str
    place: Place
    first: int
    last: int


@dataclass(frozen=True)
class Declared:
    """Entities and relations that were read together and are accepted or refused together.

    `attestations` and `exemptions` are what descriptors state and ask for besides; the catalog keeps nothing of it.
    """

    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    kinds: tuple[Kind, ...] = ()
    targets: tuple[Target, ...] = ()
    attestations: tuple[Attested, ...] = ()
    exemptions: tuple[Wished, ...] = ()

    def __add__(self, other: Declared) -> Declared:
        return Declared.joined((self, other))

    @classmethod
    def joined(cls, parts: Iterable[Declared]) -> Declared:
        """All of the parts, in their order."""
        several = tuple(parts)
        return cls(
            tuple(entity for part in several for entity in part.entities),
            tuple(relation for part in several for relation in part.relations),
            tuple(kind for part in several for kind in part.kinds),
            tuple(target for part in several for target in part.targets),
            tuple(stated for part in several for stated in part.attestations),
            tuple(wished for part in several for wished in part.exemptions),
        )


@dataclass(frozen=True)
class Touched:
    """What a change touched, by surrogate ids: entities of which something else is said, or from another place,
    and relations that began, ended or moved, as kind, source and target.
    """

    entities: frozenset[int] = frozenset()
    links: frozenset[tuple[str, int, int]] = frozenset()

    def ends(self, kind: RelationKind) -> list[tuple[int, int]]:
        """Source and target of the relations of a kind."""
        return [(source, target) for one, source, target in self.links if one == kind]


UNTOUCHED = Touched()
"""Where nothing changed."""
