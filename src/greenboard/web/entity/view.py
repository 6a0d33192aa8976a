"""The page of one entity."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, require, sight
from greenboard.catalog import store as catalog
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.results import service
from greenboard.results import store as results
from greenboard.results.rows import LevelRow
from greenboard.scorecards.types import Scorecard
from greenboard.web import asked as address
from greenboard.web import causes, content
from greenboard.web.entity import known, ladder, owning, past, relations, result
from greenboard.web.entity.model import head, parts
from greenboard.web.faults import explained
from greenboard.web.menus import spans


@require(Permission.READ)
@explained
def page(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """How ready is this, and why."""
    asked = address.read(request)
    asked = address.since(asked, "90d")
    ref = _ref(kind, namespace, name)
    scorecard = content.scorecard(asked.get("scorecard"))
    seen = sight(request.user)
    everything = catalog.entities(asked.as_of, sight=seen)
    stored = next((one for one in everything if one.entity.ref == ref), None)
    if stored is None:
        raise Http404(f"no entity {ref}")
    around = catalog.relations(asked.as_of, sight=seen)
    own = [one for one in around if ref in (one.source, one.target)]
    levels = {row.entity: row for row in results.levels(scorecard.name, asked.as_of, sight=seen)}
    surroundings = relations.Known({one.entity.ref: one for one in everything}, levels, scorecard, asked)
    said, missed = facts.current(asked.as_of, [ref]).get(ref, ([], []))
    context = {
        "asked": asked,
        "scorecard": scorecard,
        "head": head(stored, own, asked),
        "parts": parts(stored, own, surroundings),
        "bundles": relations.bundles(ref, own, surroundings),
        "picture": relations.picture(ref, around, surroundings),
        "owning": owning.build(stored, around, catalog.related(ref), surroundings.entities.keys(), asked),
        "known": known.build(said, missed, content.vocabulary(), asked),
        "spans": spans(asked, "90d"),
        **_readiness(scorecard, ref, levels.get(ref), asked),
    }
    return render(request, "entity.html", context)


def _ref(kind: str, namespace: str, name: str) -> Ref:
    try:
        return Ref.parse(f"{kind}:{namespace}/{name}")
    except UserError:
        raise Http404("not a reference") from None


def _readiness(scorecard: Scorecard, ref: Ref, level: LevelRow | None, asked: address.Asked) -> dict[str, Any]:
    """Ladder, results and history; nothing where the scorecard does not ask about this entity."""
    if level is None:
        return {}
    judgement = service.explain(scorecard, ref, asked.as_of)
    rows = results.results(scorecard.name, asked.as_of, entity=ref)
    found = result.lines(scorecard, judgement, rows, content.vocabulary(), asked)
    blocking = judgement.standing.blocking
    changes = results.changes(scorecard.name, asked.since, asked.as_of, entity=ref)
    history = results.level_history(scorecard.name, ref, asked.since, asked.as_of)
    return {
        "ladder": ladder.build(scorecard, level, found, blocking),
        "next": result.following(blocking, found, _title(scorecard, judgement.standing.next_level)),
        "sections": result.sections(scorecard, found),
        "past": past.build(scorecard, history, asked),
        "digest": causes.digest(changes, scorecard, asked, most=30, about="entity"),
    }


def _title(scorecard: Scorecard, level: str | None) -> str:
    return next((known.title for known in scorecard.levels if known.name == level), "")
