"""Which sources fill each field of a fact type, for whom, and how fresh: of the facts of the moment that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from greenboard.access.decide import Permission, may, require, sight
from greenboard.catalog import whole as catalog
from greenboard.catalog.types import COMPONENT_KINDS
from greenboard.collection import supplying
from greenboard.collection.supplying import Supplier
from greenboard.facts import filling
from greenboard.facts.filling import Filled
from greenboard.facts.types import SourceKind
from greenboard.facts.vocabulary import FactType
from greenboard.web import asked as address
from greenboard.web import content, words
from greenboard.web.charts.age import ages
from greenboard.web.charts.bar import Share, bar
from greenboard.web.faults import explained

_KINDS = {"component": COMPONENT_KINDS, "repository": ("repository",)}
_LEAST = timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """A source of a field, in words."""

    name: str
    kind: str
    count: str
    age: str


@dataclass(frozen=True)
class Line:
    """A field: how many entities have it, who fills it, how old that is; both drawn."""

    name: str
    doc: str
    share: str
    bar: SafeString
    sources: tuple[Said, ...]
    median: str
    oldest: str
    drawn: SafeString | str
    could: tuple[str, ...]


@require(Permission.READ)
@explained
def page(request: HttpRequest, name: str) -> HttpResponse:
    """The fields of a fact type with their sources. A connection that could fill a field is named, too."""
    asked = address.read(request)
    declared = content.vocabulary().stored.get(name)
    if declared is None:
        raise Http404(f"no fact type {name!r}")
    whole = catalog.whole(asked.as_of)
    visible = whole.seen(sight(request.user))
    kinds = _KINDS.get(declared.about)
    meant = [
        stored.id
        for stored, shown in zip(whole.entities, visible.tolist(), strict=True)
        if shown and (kinds is None or stored.ref.kind in kinds)
    ]
    found = filling.filled(declared, meant, asked.now, asked.as_of)
    could = supplying.fields().get(name, {}) if may(request.user, Permission.CONNECTIONS_READ) else {}
    told = {
        "type": declared,
        "lines": tuple(_lines(declared, found, len(meant), could)),
        "total": len(meant),
        "empty": found[filling.EMPTY].entities if filling.EMPTY in found else 0,
        "max_age": words.span(declared.max_age) if declared.max_age else "",
    }
    return render(request, "fact_sources.html", told)


def _lines(
    declared: FactType, found: Mapping[str, Filled], total: int, could: Mapping[str, Sequence[Supplier]]
) -> Iterator[Line]:
    oldest = [one.age.oldest for one in found.values()]
    span = max([*oldest, declared.max_age or _LEAST, _LEAST])
    for name, field in declared.fields.items():
        filled = found.get(name)
        said = {one.name for one in filled.by if one.kind is SourceKind.CONNECTION} if filled else set()
        others = tuple(sorted({one.connection for one in could.get(name, ())} - said))
        if filled is None:
            yield Line(name, field.doc, "", bar([Share("rest", total)]), (), "", "", "", others)
            continue
        shares = [
            Share("pass", filled.entities - filled.stale),
            Share("no_data", filled.stale, hatched=True),
            Share("rest", max(total - filled.entities, 0)),
        ]
        by = tuple(
            Said(one.name, one.kind.value, words.count(one.entities, "entity", "entities"), words.span(one.age.median))
            for one in filled.by
        )
        drawn = ages(filled.age.median, filled.age.oldest, declared.max_age, span=span)
        median, last = words.span(filled.age.median), words.span(filled.age.oldest)
        yield Line(name, field.doc, _share(filled, total), bar(shares), by, median, last, drawn, others)


def _share(filled: Filled, total: int) -> str:
    """How many have it, of how many."""
    old = f", {filled.stale:,} too old" if filled.stale else ""
    return f"{filled.entities:,} of {total:,}{old}"
