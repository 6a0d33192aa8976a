"""Taking reports of pipelines as they are: what they say becomes facts of one entity, all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from greenboard.access.decide import Permission
from greenboard.api import answers, written
from greenboard.api.guard import STATE
from greenboard.api.query import Asked, Moment, RefText, Word
from greenboard.api.writing import reach, taken_shown
from greenboard.catalog.types import ANY_COMPONENT, COMPONENT_KINDS
from greenboard.core import clock
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref
from greenboard.facts import pushing, store
from greenboard.facts.pushing import Pushed, Said, Taken
from greenboard.facts.types import Source, SourceKind
from greenboard.repository.reports import sending
from greenboard.repository.reports.sending import Read, Sent
from greenboard.repository.types import Missed

router = Router(tags=["Facts"])
CAUSE = "reports"
_PLAIN = re.compile(r"[^\x00-\x1f\x7f\\]{1,500}")
_UNNAMED = "report"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "additionalProperties": {"type": "string", "format": "binary"}}
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    },
}


class ReportsAsked(Asked):
    entity: RefText = Field(description="Whose reports they are.")
    format: Word | None = Field(default=None, description="The format of all of them; default: told by content.")
    name: str = Field(
        default=_UNNAMED,
        pattern=rf"^{_PLAIN.pattern}$",
        description="The path of a report that is the whole body.",
    )
    source: str | None = Field(
        default=None,
        pattern=r"^[^\x00-\x1f\x7f]{1,100}$",
        description="What the source of the facts is called; default: the tool that made the report.",
    )
    commit: str = Field(default="", pattern=r"^[0-9a-f]{0,64}$", description="What was built.")
    link: str = Field(
        default="", pattern=r"^(https?://[!-~]+)?$", max_length=2000, description="Where the run can be seen."
    )
    observed_at: Moment = Field(default=None, description="When they were made, where they do not say; default: now.")


class NoReport(UserError):
    """Nothing was sent, or not as a report is sent."""


@router.post("/reports", auth=STATE, response=written.ReportsTaken, openapi_extra=_BODY)
def push_reports(request: HttpRequest, asked: Query[ReportsAsked]) -> HttpResponse:
    """Read reports of a pipeline, and state what they say; whole, or refused with the place of each mistake.

    One report is the body, several are the files of a form. JUnit, coverage, SARIF, bills of materials, scanners,
    load tests, accessibility, plans, Kubernetes objects and more: docs/reports.md has them all.
    """
    allowed = reach(request)
    if allowed.facts.nothing:
        raise PermissionDenied(Permission.FACTS_WRITE.value)
    with transaction.atomic():
        now = clock.now()
        if asked.observed_at is not None and asked.observed_at > now + pushing.SKEW:
            raise NoReport("observed after now", place=Place("observed_at"), got=clock.format_time(asked.observed_at))
        read = sending.read(_sent(request, asked), min(asked.observed_at or now, now), force=asked.format or "")
        taken = pushing.take(Pushed(said=_said(read, asked)), allowed, cause=CAUSE)
        return answers.told(_shown(read, taken))


def _sent(request: HttpRequest, asked: ReportsAsked) -> Iterator[Sent]:
    """The reports of a request; a part of a form that is not called `report` is called by its path."""
    if request.content_type == "multipart/form-data":
        parts = [(field, one) for field, several in request.FILES.lists() for one in several]
        if not parts:
            raise NoReport("a form without files", expected="one file for each report: curl -F report=@junit.xml")
        for field, one in parts:
            name = field if field != _UNNAMED and _PLAIN.fullmatch(field) else str(one.name)
            yield Sent(name.lstrip("/") or _UNNAMED, one.read())
    elif not request.body:
        raise NoReport("an empty body", expected="a report")
    else:
        yield Sent(asked.name.lstrip("/") or _UNNAMED, request.body)


def _said(read: Read, asked: ReportsAsked) -> tuple[Said, ...]:
    entity = _entity(Ref.parse(asked.entity))
    home, types = store.home(entity) or entity, store.vocabulary().stored
    found = []
    for name, one in read.said:
        ref = home if one.type in types and types[one.type].about == "repository" else entity
        source = Source(SourceKind.REPORT, asked.source or name, one.location, asked.commit, asked.link)
        place = Place(one.location)
        if isinstance(one, Missed):
            found.append(Said(ref, one.type, source, place, reason=one.reason, unclear=one.unclear))
        else:
            found.append(Said(ref, one.type, source, place, _plain(one.value), one.observed_at))
    return tuple(found)


def _entity(named: Ref) -> Ref:
    """The entity of a name; `component` stands for whatever kind of component has it, where only one has."""
    if named.kind != ANY_COMPONENT:
        return named
    found = store.known([Ref(kind, named.namespace, named.name) for kind in COMPONENT_KINDS])
    return next(iter(found)) if len(found) == 1 else named


def _plain(value: Any) -> Any:
    """A value as the vocabulary reads it: mappings and lists."""
    return dict(value) if isinstance(value, dict) else [dict(item) for item in value]


def _shown(read: Read, taken: Taken) -> written.ReportsTaken:
    by_path = {file.path: file for file in read.files}
    reports = [
        written.ReportTaken(name=path, format=file.format.name, title=file.format.title)
        for path, file in by_path.items()
    ]
    said = sorted({one.type for _, one in read.said})
    return written.ReportsTaken(**taken_shown(taken).model_dump(), reports=reports, types=said)
