"""The audit log's page and its exports."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from greenboard.access import audit, chain
from greenboard.access.decide import Permission, require
from greenboard.paper.csv import cell
from greenboard.web.audit.model import COLUMNS, FIELDS, below, line, wanted
from greenboard.web.faults import explained

PAGE = 100


@require(Permission.AUDIT_READ)
@require_safe
@explained
def listing(request: HttpRequest) -> HttpResponse:
    """Who changed what, from where, newest first."""
    found = list(audit.search(wanted(request), below=below(request))[: PAGE + 1])
    given = {name: request.GET[name] for name in FIELDS if request.GET.get(name)}
    shown = found[:PAGE]
    context = {
        "lines": [line(row) for row in shown],
        "given": given,
        "actions": audit.actions(),
        "older": f"?{urlencode({**given, 'below': shown[-1].number})}" if len(found) > PAGE else "",
        "csv": f"/audit.csv?{urlencode(given)}",
        "json": f"/audit.jsonl?{urlencode(given)}",
    }
    return render(request, "audit.html", context)


@require(Permission.AUDIT_READ)
@require_safe
@explained
def export(request: HttpRequest, as_file: str) -> HttpResponseBase:
    """All that fits, as CSV or as JSON lines; this is noted, too."""
    found = audit.search(wanted(request))
    given = {name: request.GET[name] for name in FIELDS if request.GET.get(name)}
    audit.note("audit.exported", after={"as": as_file, **given})
    rows = audit.lines(found)
    if as_file == "jsonl":
        told: Iterator[str] = (f"{chain.canonical(row)}\n" for row in rows)
        kind = "application/jsonl"
    else:
        told, kind = _csv(rows), "text/csv; charset=utf-8"
    name = f'attachment; filename="audit.{as_file}"'
    return StreamingHttpResponse(told, content_type=kind, headers={"Content-Disposition": name})


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([cell(row[column]) for column in COLUMNS])
