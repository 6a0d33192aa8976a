"""A manifest made ready to run: expressions compiled, streams in order, names checked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from greenboard.connections.action.form import ActionDef
from greenboard.connections.expressions import Expression
from greenboard.connections.manifest import FactDef, Join, Limit, Manifest, Stream, SubjectDef
from greenboard.connections.rates import Rate
from greenboard.connections.types import By
from greenboard.facts.vocabulary import FactType

USUAL = Limit(rate=Rate(600, 60), burst=10, concurrency=4)
"""The limit of a tool of which none is known."""


@dataclass(frozen=True)
class StreamPlan:
    """A stream with its expressions; `line` are its ancestors, the nearest first."""

    name: str
    spec: Stream
    items: Expression
    id: Expression
    line: tuple[str, ...] = ()
    unfold: Expression | None = None
    next: Expression | None = None
    more: Expression | None = None
    total: Expression | None = None
    enough: Expression | None = None
    take: Expression | None = None
    where: Expression | None = None
    newest: Expression | None = None
    absent: Expression | None = None
    one: Expression | None = None
    part: Expression | None = None

    @property
    def parent(self) -> str | None:
        return self.line[0] if self.line else None


@dataclass(frozen=True)
class MatchPlan:
    """One way to match: by what, for annotations with the key, and the expression of the value."""

    by: By
    key: str
    value: Expression


@dataclass(frozen=True)
class SubjectPlan:
    """A subject with its expressions."""

    name: str
    spec: SubjectDef
    id: Expression
    title: Expression
    link: Expression | None
    where: Expression | None
    matches: tuple[MatchPlan, ...]


@dataclass(frozen=True)
class JoinPlan:
    """A join; `left` and `right` are of the same length, and empty for the record's own children."""

    alias: str
    spec: Join
    left: tuple[Expression, ...]
    right: tuple[Expression, ...]
    where: Expression | None

    @property
    def index(self) -> str:
        """A name for the keys of the right side, the same for all joins that share them."""
        return f"{self.spec.stream}|{'|'.join(one.text for one in self.right)}"


@dataclass(frozen=True)
class FactPlan:
    """An entry of `facts`, ready to map.

    `reads` says for each field which joins its expression reads; `guards` are those without which none
    of them can be made, because `where`, `each` or `of` reads them.
    """

    at: int
    spec: FactDef
    type: FactType
    subject: SubjectPlan
    stream: str
    of: Expression | None
    where: Expression | None
    joins: tuple[JoinPlan, ...]
    each: Expression | None
    map: Mapping[str, Expression]
    link: Expression | None
    observed_at: Expression | None
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    guards: frozenset[str] = frozenset()

    @property
    def streams(self) -> frozenset[str]:
        """Every stream that it reads directly."""
        return frozenset({self.subject.spec.stream, self.stream, *(join.spec.stream for join in self.joins)})


@dataclass(frozen=True)
class AboutPlan:
    """Whose a record is that a message names: `ids` are those of subjects, by their stream; see `manifest.Refresh`."""

    through: str
    ids: Mapping[str, Expression]


@dataclass(frozen=True)
class ActionPlan:
    """An action with its expressions; `already` and `absent` are the conditions of those."""

    name: str
    spec: ActionDef
    items: Expression
    let: Mapping[str, Expression]
    output: Mapping[str, Expression]
    needs: tuple[Expression, ...] = ()
    already: Expression | None = None
    absent: Expression | None = None


@dataclass(frozen=True)
class Plan:
    """Everything about an integration that a run needs. Streams come before those that hang on them.

    `kept` are the fields of records that some expression names; None where one may read any.
    """

    manifest: Manifest
    streams: Mapping[str, StreamPlan]
    subjects: Mapping[str, SubjectPlan]
    facts: tuple[FactPlan, ...]
    kept: frozenset[str] | None
    account: Expression | None = None
    refused: tuple[Expression, Expression] | None = None
    actions: Mapping[str, ActionPlan] = field(default_factory=dict)
    abouts: Mapping[str, AboutPlan] = field(default_factory=dict)
    """Of streams that messages name and that are of no subject."""

    def limit(self, stream: str) -> tuple[str, Limit]:
        """The bucket of a stream, and its limit."""
        limits = self.manifest.limits
        name = self.manifest.streams[stream].bucket or next(iter(limits), "")
        return name, limits.get(name, USUAL)

    def needed(self, fact: FactPlan) -> frozenset[str]:
        """Every stream that has to be read for a fact, with those that these hang on."""
        return frozenset(self._with_line(fact.streams))

    def types_of(self, stream: str) -> tuple[str, ...]:
        """The fact types that read a stream."""
        return tuple(dict.fromkeys(fact.type.name for fact in self.facts if stream in self.needed(fact)))

    def provides(self) -> Mapping[str, tuple[str, ...]]:
        """The fields that can be filled, by fact type."""
        found: dict[str, dict[str, None]] = {}
        for fact in self.facts:
            found.setdefault(fact.type.name, {}).update(dict.fromkeys(fact.map))
        return {name: tuple(fields) for name, fields in found.items()}

    def missing(self, stream: str) -> str:
        """Which permission a stream or action needs, for a person; "" where the manifest does not say."""
        several = [one for one in self.manifest.permissions if stream in one.streams or stream in one.actions]
        return "; ".join(f"{one.name} ({one.doc})" if one.doc else one.name for one in several)

    def _with_line(self, streams: frozenset[str]) -> Iterator[str]:
        for name in streams:
            yield name
            yield from self.streams[name].line
