"""What a tool shows and the catalog does not have, or not clearly, and the other way round."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, may, require, sight
from greenboard.catalog.types import COMPONENT_KINDS
from greenboard.collection import discovering, models, running
from greenboard.collection.discovering import Name, Seen
from greenboard.collection.types import Standing
from greenboard.core.errors import UserError
from greenboard.core.refs import DEFAULT_NAMESPACE, Ref, slug
from greenboard.web import asked as address
from greenboard.web import links, paging, words
from greenboard.web.acting import act, text
from greenboard.web.connections.page import found
from greenboard.web.faults import explained

_SIZE = 50
TABS = (
    (Standing.MISSING, "Not in the catalog"),
    (Standing.AMBIGUOUS, "Ambiguous"),
    (Standing.MATCHED, "Matched"),
    (Standing.IGNORED, "Ignored"),
)
ABSENT = "absent"


@require(Permission.CONNECTIONS_READ)
@require_safe
@explained
def page(request: HttpRequest, name: str) -> HttpResponse:
    """What was discovered through a connection."""
    return Discovery(name)(request)


class Discovery:
    """Draws the page of what was discovered through one connection."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        connection, asked = found(self.name), address.read(request)
        tab = asked.get("show") or Standing.MISSING.value
        counts = running.standing(connection)
        context = {
            "error": error,
            "connection": connection,
            "tab": tab,
            "tabs": [(key.value, title, counts.get(key, 0)) for key, title in TABS],
            "q": asked.get("q"),
            "kinds": discovering.kinds(connection) or COMPONENT_KINDS,
            "may_manage": may(request.user, Permission.CONNECTIONS_MANAGE),
            "may_create": may(request.user, Permission.CATALOG_WRITE),
        }
        if tab == ABSENT:
            several = discovering.absent(connection, sight(request.user))
            part = paging.page(len(several), _SIZE, asked)
            lines = [(one.ref.short, words.sentence(one.ref.kind), links.entity(one.ref)) for one in several[part.part]]
            return render(request, "discovery.html", {**context, "page": part, "absent": lines})
        rows = models.Subject.objects.filter(connection=connection, gone=False, standing=tab)
        if asked.get("q"):
            rows = rows.filter(title__icontains=asked.get("q")) | rows.filter(subject__icontains=asked.get("q"))
        part = paging.page(rows.count(), _SIZE, asked)
        shown = list(rows.order_by("title", "pk")[part.part])
        there = discovering.seen(shown, sight(request.user))
        return render(
            request, "discovery.html", {**context, "page": part, "lines": [_line(one, there) for one in shown]}
        )


def _line(row: models.Subject, there: Seen) -> dict[str, object]:
    entity = there.entity(row)
    return {
        "number": row.pk,
        "title": row.title or row.subject,
        "id": row.subject,
        "stream": row.stream,
        "link": row.link,
        "why": row.why,
        "decided": row.decided,
        "kinds": row.kinds,
        "entity": entity.short if entity else "",
        "entity_url": links.entity(entity) if entity else "",
        "candidates": [str(ref) for ref in there.candidates(row)],
        "name": slug(row.title or row.subject),
    }


@require(Permission.CONNECTIONS_MANAGE)
@require_POST
def decide(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Say what something of the tool is."""
    return act(request, lambda: _decide(request, name, number), Discovery(name), "discovery", name)


def _decide(request: HttpRequest, name: str, number: int) -> None:
    row, by = discovering.find(found(name), number), request.user.get_username()
    match text(request, "decision"):
        case "accept":
            discovering.accept(row, Ref.parse(text(request, "entity")), sight(request.user), by=by)
        case "create":
            reach = sight(request.user, Permission.CATALOG_WRITE)
            if reach.nothing:
                raise PermissionDenied(Permission.CATALOG_WRITE.value)
            name_ = Name(text(request, "kind"), text(request, "as"), text(request, "namespace") or DEFAULT_NAMESPACE)
            discovering.create(row, name_, reach, by=by)
        case "ignore":
            discovering.ignore(row)
        case "reconsider":
            discovering.reconsider(row)
        case other:
            expected = "accept, create, ignore or reconsider"
            raise UserError("nothing was decided", expected=expected, got=repr(other))
