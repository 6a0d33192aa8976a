"""Reading facts, gaps and fact types."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from greenboard.access.sight import Sight
from greenboard.api import answers, schemas
from greenboard.api.guard import READ, sight
from greenboard.api.query import CURSOR, Asked, OfEntities, Paged, RefText, Two, Word, fields_of, several
from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.facts import listing
from greenboard.facts.listing import Held
from greenboard.facts.store import vocabulary
from greenboard.facts.types import Fact, Gap, Source, SourceKind
from greenboard.facts.vocabulary import FactType, encode

router = Router(tags=["Facts"])


class NoFactType(UserError):
    """There is none of that name."""

    status = 404


class _Said(OfEntities, Paged):
    cursor: Two = CURSOR
    entity: list[RefText] = several(description="Whose.")
    type: list[Word] = several(description="Fact type.")
    source: list[str] = several(description="Name of the source.")
    source_kind: list[SourceKind] = several(description="Kind of the source.")

    def asked(self, sight: Sight) -> listing.Asked:
        """What is wanted of the store."""
        chosen = self.chosen(sight, self.as_of, self.entity)
        return listing.Asked(_known(self.type), self.source_kind, self.source, chosen)


class FactsAsked(_Said):
    fields: str | None = fields_of(schemas.Fact)


class GapsAsked(_Said):
    fields: str | None = fields_of(schemas.Gap)


class TypesAsked(Asked):
    fields: str | None = fields_of(schemas.FactType)


@router.get("/facts", auth=READ, response=schemas.FactPage)
def facts(request: HttpRequest, asked: Query[FactsAsked]) -> HttpResponse:
    """Facts by entity. What several sources say stands side by side, as each said it."""
    page = listing.facts(asked.asked(sight(request)), asked.part, asked.as_of)
    now = asked.as_of or clock.now()
    rows = [_fact(held, now) for held in page.rows]
    return answers.listing(request, schemas.FactPage, rows, page.next, asked.fields)


@router.get("/gaps", auth=READ, response=schemas.GapPage)
def gaps(request: HttpRequest, asked: Query[GapsAsked]) -> HttpResponse:
    """Looks that failed, by entity: why something is not known."""
    page = listing.gaps(asked.asked(sight(request)), asked.part, asked.as_of)
    return answers.listing(request, schemas.GapPage, map(_gap, page.rows), page.next, asked.fields)


@router.get("/fact-types", auth=READ, response=schemas.FactTypeList)
def fact_types(request: HttpRequest, asked: Query[TypesAsked]) -> HttpResponse:
    """Every fact type with its fields."""
    rows = [fact_type_shown(declared) for _, declared in sorted(vocabulary().stored.items())]
    return answers.several(request, schemas.FactTypeList, rows, asked.fields)


@router.get("/fact-types/{name}", auth=READ, response=schemas.FactType)
def fact_type(request: HttpRequest, name: Path[Word], asked: Query[TypesAsked]) -> HttpResponse:
    """One fact type."""
    _known([name])
    return answers.one(request, fact_type_shown(vocabulary().stored[name]), asked.fields)


def _known(names: list[str]) -> list[str]:
    types = vocabulary().stored
    for name in names:
        if name not in types:
            raise NoFactType(f"no fact type {name!r}", hint=suggest(name, types))
    return names


def _fact(held: Held, now: datetime) -> schemas.Fact:
    said = held.fact
    return schemas.Fact(
        entity=str(said.entity),
        type=said.type,
        value=encode(said.value) if isinstance(said, Fact) else None,
        source=_source(said.source),
        declared=said.source.declared,
        observed_at=said.observed_at if isinstance(said, Fact) else held.since,
        stale=isinstance(said, Fact) and _is_stale(said, now),
        places=dict(said.places) if isinstance(said, Fact) else {},
        since=held.since,
        until=held.until,
        unreadable=said.reason if isinstance(said, Gap) else None,
    )


def _is_stale(fact: Fact, now: datetime) -> bool:
    declared = vocabulary().stored.get(fact.type)
    return declared is not None and declared.max_age is not None and now - fact.observed_at > declared.max_age


def _gap(held: Held) -> schemas.Gap:
    gap = held.fact
    assert isinstance(gap, Gap), "the list of gaps holds gaps"
    return schemas.Gap(
        entity=str(gap.entity),
        type=gap.type,
        reason=gap.reason,
        unclear=gap.unclear,
        source=_source(gap.source),
        since=held.since,
        until=held.until,
    )


def _source(source: Source) -> schemas.Source:
    return schemas.Source(
        kind=source.kind.value,
        name=source.name,
        location=source.location,
        commit=source.commit,
        link=source.link,
    )


def fact_type_shown(declared: FactType) -> schemas.FactType:
    """A fact type as it is answered."""
    return schemas.FactType(
        name=declared.name,
        title=declared.title,
        doc=declared.doc.strip(),
        about=declared.about,
        many=declared.many,
        max_age_seconds=declared.max_age.total_seconds() if declared.max_age else None,
        supplied_by=list(declared.supplied_by),
        connects=declared.connects,
        fields=[
            schemas.FieldShown(
                name=name,
                type=field.type.value,
                doc=field.doc,
                unit=field.unit,
                values=list(field.values),
                example=None if field.example is None else encode(field.example),
            )
            for name, field in declared.fields.items()
        ],
        idioms=[schemas.IdiomShown(says=one.says, rule=one.rule) for one in declared.idioms],
        unreadable=dict(declared.unreadable),
        retired=declared.retired,
        url=f"/fact-types/{declared.name}",
    )
