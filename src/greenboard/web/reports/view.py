"""The page on sending reports: what to put into a pipeline, and which formats are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, require
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.repository.reports import recognise
from greenboard.web import asked as address
from greenboard.web import content, links
from greenboard.web.faults import explained
from greenboard.web.reports.snippets import snippets

_SOMEBODY = "service:default/checkout"


@dataclass(frozen=True)
class Read:
    """A format that is read, and the fact types that it serves, with their addresses."""

    name: str
    title: str
    follows: str
    types: tuple[tuple[str, str], ...]


@require(Permission.READ)
@explained
def page(request: HttpRequest) -> HttpResponse:
    """Snippets for one entity, and all formats."""
    told = address.read(request).get("q")
    entity = _entity(told)
    shown = {
        "entity": str(entity) if entity else _SOMEBODY,
        "given": told if entity else "",
        "snippets": snippets(f"{request.scheme}://{request.get_host()}", str(entity or _SOMEBODY)),
        "formats": tuple(_formats()),
    }
    return render(request, "reports.html", shown)


def _entity(text: str) -> Ref | None:
    """The entity that is asked for; None where the text names none."""
    try:
        return Ref.parse(text) if text else None
    except UserError:
        return None


def _formats() -> Iterator[Read]:
    titles = {name: declared.title for name, declared in content.vocabulary().stored.items()}
    for one in sorted(recognise.known().values(), key=lambda one: one.title.lower()):
        types = tuple((titles[name], links.fact_type(name)) for name in one.types)
        yield Read(one.name, one.title, one.follows if one.follows.startswith("https:") else "", types)
