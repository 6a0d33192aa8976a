"""What is sent in bulk: its form, and how it is read, each part with the pointer (RFC 6901) of where it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from greenboard.api.query import RefText, Word, moment
from greenboard.api.shapes import Strict
from greenboard.catalog import native, parts
from greenboard.catalog.native import EntityModel
from greenboard.catalog.types import Declared, Relation, RelationKind
from greenboard.core import yaml
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.core.refs import Ref
from greenboard.facts.pushing import Pushed, Said
from greenboard.facts.types import Source, SourceKind

MOST = 10_000
"""So many entities, relations, facts and gaps together."""
_LINE = r"^[^\x00-\x1f\x7f]*$"
_SOME = r"^[^\x00-\x1f\x7f]+$"


class SourceGiven(Strict):
    """What says it: a report of a pipeline, or a tool. A source is told apart by kind, name and location."""

    kind: Literal["report", "connection"] = "report"
    name: str = Field(pattern=_SOME, max_length=200, examples=["coverage.py"])
    location: str = Field(default="", pattern=_LINE, max_length=1024, description="Path of the file, `path:line`.")
    commit: str = Field(default="", pattern=r"^[0-9a-f]{0,64}$")
    link: str = Field(default="", pattern=r"^(https?://[!-~]+)?$", max_length=2000)


class FactGiven(Strict):
    """What a source says about an entity."""

    entity: RefText
    type: Word = Field(examples=["coverage"])
    value: dict[str, Any] | list[dict[str, Any]] = Field(examples=[{"line_pct": 81.5}])
    source: SourceGiven
    observed_at: Annotated[datetime | None, BeforeValidator(moment)] = Field(
        default=None, description="When it was seen; default: now.", examples=["2026-11-23T09:00:00Z"]
    )


class GapGiven(Strict):
    """A look that failed, and why. `unclear`: it worked, and what was seen cannot be judged."""

    entity: RefText
    type: Word
    reason: str = Field(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$")
    source: SourceGiven
    unclear: bool = Field(default=False, strict=True)


class RelationGiven(Strict):
    """A relation; `declared_by` is the end that says so, where it is not the usual one."""

    kind: RelationKind
    source: RefText
    target: RefText
    path: str = Field(default="", pattern=_LINE, max_length=1024)
    declared_by: RefText | None = None


Facts = Annotated[list[FactGiven], Field(max_length=MOST)]
Gaps = Annotated[list[GapGiven], Field(max_length=MOST)]


class FactsBody(Strict):
    """Facts, and gaps."""

    facts: Facts = []
    gaps: Gaps = []


class Bulk(Strict):
    """Everything that may be sent together, at most 10,000 in all."""

    entities: Annotated[list[EntityModel], Field(max_length=MOST)] = []
    relations: Annotated[list[RelationGiven], Field(max_length=MOST)] = []
    facts: Facts = []
    gaps: Gaps = []

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        count = len(self.entities) + len(self.relations) + len(self.facts) + len(self.gaps)
        if count > MOST:
            raise ValueError(f"{count:,} are more than the {MOST:,} that are taken at once")
        return self


class _Pointed(yaml.Document):
    """A body, or the part of one at a pointer, whose parts stand where their pointers say."""

    def place(self, *path: str | int) -> Place:
        """The pointer of a part."""
        return Place("".join((self.path, *(f"/{part}" for part in path))) or "/")


_BODY = _Pointed(None, "")


def pointed(data: object, pointer: str) -> yaml.Document:
    """The part of a body at a pointer."""
    return _Pointed(data, pointer)


def read(said: Bulk) -> Pushed:
    """What a body says, as values.

    Raises:
        UserErrors: parts that no descriptor could say either, each with its pointer.

    """
    refusals = parts.Refusals()
    found = [native.declared(model, _BODY, ("entities", at), refusals) for at, model in enumerate(said.entities)]
    if refusals.errors:
        raise UserErrors(refusals.errors)
    related = tuple(relation(one, Place(f"/relations/{at}")) for at, one in enumerate(said.relations))
    declared = Declared.joined((*(each for each in found if each), Declared(relations=related)))
    facts = [_fact(one, Place(f"/facts/{at}")) for at, one in enumerate(said.facts)]
    gaps = [_gap(one, Place(f"/gaps/{at}")) for at, one in enumerate(said.gaps)]
    return Pushed(declared, (*facts, *gaps))


def single(model: EntityModel) -> Pushed:
    """One entity as the whole body."""
    refusals = parts.Refusals()
    found = native.declared(model, _BODY, (), refusals)
    if refusals.errors or found is None:
        raise UserErrors(refusals.errors or [UserError("not an entity")])
    return Pushed(found)


def relation(said: RelationGiven, place: Place | None = None) -> Relation:
    """A relation as a value."""
    declarer = None if said.declared_by is None else Ref.parse(said.declared_by)
    ends = Ref.parse(said.source), Ref.parse(said.target)
    found = Relation(said.kind, *ends, said.path, place, declarer)
    if found.declarer not in ends:
        raise UserError("one of both ends declares a relation", place=place, got=str(declarer))
    return found


def _fact(said: FactGiven, place: Place) -> Said:
    return Said(Ref.parse(said.entity), said.type, _source(said.source), place, said.value, said.observed_at)


def _gap(said: GapGiven, place: Place) -> Said:
    source = _source(said.source)
    return Said(Ref.parse(said.entity), said.type, source, place, reason=said.reason, unclear=said.unclear)


def _source(given: SourceGiven) -> Source:
    return Source(SourceKind(given.kind), given.name, given.location, given.commit, given.link)
