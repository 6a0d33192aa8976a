"""The page of one entity."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, require
from greenboard.catalog import nearby
from greenboard.catalog import store as catalog
from greenboard.catalog.naming import NAMES, NUMBERS
from greenboard.catalog.store import Stored
from greenboard.catalog.types import Relation, RelationKind
from greenboard.core.errors import UserError
from greenboard.core.once import notes, once
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.lately import Known
from greenboard.results import service
from greenboard.results import store as results
from greenboard.scorecards.types import Scorecard
from greenboard.web import asked as address
from greenboard.web import causes, content, panels
from greenboard.web.entity import known, ladder, owning, past, relations, result
from greenboard.web.entity.model import head, parts
from greenboard.web.faults import explained
from greenboard.web.menus import spans
from greenboard.web.seen import Seen, seen

_CHANGES = "changes"
"""What an address asks to show to have all changes, too."""


@require(Permission.READ)
@explained
def page(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """How ready is this, and why."""
    with once():
        return _page(request, kind, namespace, name)


def _page(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    asked = address.read(request)
    asked = address.since(asked, "90d")
    ref = _ref(kind, namespace, name)
    scorecard = content.scorecard(asked.get("scorecard"))
    found = seen(request, scorecard, asked)
    stored = found.find(ref)
    if stored is None:
        raise Http404(f"no entity {ref}")
    if asked.as_of is None:  # what things are called now is at hand
        notes(NAMES).update(found.whole.names)
        notes(NUMBERS)[ref] = stored.id
        notes(results.RULES)[scorecard.name] = dict(zip(found.matrix.rules, found.matrix.names, strict=True))
    own = nearby.relations([stored.id], asked.as_of, sight=found.sight)
    surroundings = relations.Known(found, scorecard, asked)
    home = _home(stored, own, found)
    said, missed = facts.current(asked.as_of, [ref], {ref: stored.id}, home).get(ref, ([], []))
    told = None if asked.as_of or home is None else Known(said, missed, {stored.id, *home.values()})
    about = panels.About(request, stored, scorecard, asked)
    context = {
        "asked": asked,
        "scorecard": scorecard,
        "head": head(stored, own, asked),
        "parts": parts(stored, own, surroundings),
        "bundles": relations.bundles(ref, own, surroundings),
        "picture": relations.picture(ref, own, _near(found, asked), surroundings),
        "owning": _owning(stored, own, found, asked),
        "known": known.build(said, missed, content.vocabulary(), asked),
        "spans": spans(asked, "90d"),
        "panels": panels.of_entity(about),
        **_readiness(about, told),
    }
    return render(request, "entity.html", context)


def _home(stored: Stored, own: Sequence[Relation], found: Seen) -> dict[int, int] | None:
    """The repository that it lives in, where that is known here; None where it has to be asked for."""
    homes = [one.target for one in own if one.kind is RelationKind.LIVES_IN and one.source == stored.ref]
    number = found.whole.number.get(homes[0]) if homes else None
    return None if number is None else {stored.id: found.whole.entities[number].id}


def _ref(kind: str, namespace: str, name: str) -> Ref:
    try:
        return Ref.parse(f"{kind}:{namespace}/{name}")
    except UserError:
        raise Http404("not a reference") from None


def _near(found: Seen, asked: address.Asked) -> relations.Near:
    """Reads relations of entities that may be seen, or that are only mentioned."""

    def near(refs: Collection[Ref], both: bool) -> list[Relation]:
        number, whole = found.whole.number, found.whole
        ids = [whole.entities[number[ref]].id for ref in refs if ref in number]
        ids += facts.known([ref for ref in refs if ref not in number]).values()
        return nearby.relations(ids, asked.as_of, both=both, sight=found.sight)

    return near


def _owning(stored: Stored, own: Sequence[Relation], found: Seen, asked: address.Asked) -> owning.Owning:
    """Who answers for it: read of its owner's people only."""
    answering = [one for one in (stored, found.find(stored.owner) if stored.owner else None) if one is not None]
    people = nearby.people([one.id for one in answering], asked.as_of, sight=found.sight)
    past = catalog.related(stored.ref, stored.id)
    named = {stored.owner, *(one.relation.source for one in past)}
    declared = frozenset(ref for ref in named if ref is not None and found.find(ref))
    return owning.build(stored, [*own, *people], past, declared, asked)


def _readiness(about: panels.About, told: Known | None) -> dict[str, Any]:
    """Ladder, results and history; nothing where the scorecard does not ask about this entity."""
    scorecard, ref, asked = about.scorecard, about.stored.ref, about.asked
    history = results.level_history(scorecard.name, ref, asked.since, asked.as_of)
    if not history or history[-1].valid_to is not None:
        return {}
    level, show = history[-1], asked.get("show")
    stood = results.stood(scorecard.name, ref, asked.as_of)
    held = service.Held(stood) if asked.as_of else service.Held(stood, level, told, about.stored)
    passing = show == result.PASSING
    judgement = service.explain(scorecard, ref, asked.as_of, held=held, passing=passing)
    since = {rule: one.since for rule, one in stood.items()}
    found = result.lines(scorecard, judgement, since, content.vocabulary(), asked)
    found = result.offered(found, scorecard, about)
    blocking = judgement.standing.blocking
    return {
        "ladder": ladder.build(scorecard, level, found, blocking),
        "next": result.following(blocking, found, _title(scorecard, judgement.standing.next_level)),
        "sections": result.sections(scorecard, found),
        "untold": "" if passing else asked.here(show=result.PASSING),
        "unread": "" if show == _CHANGES else asked.here(show=_CHANGES),
        "past": past.build(scorecard, history, asked),
        "digest": _digest(about) if show == _CHANGES else None,
    }


def _digest(about: panels.About) -> causes.Digest:
    """What changed, with causes; asked for by whoever unfolds it."""
    scorecard, asked = about.scorecard, about.asked
    changes = results.changes(scorecard.name, asked.since, asked.as_of, entity=about.stored.ref)
    return causes.digest(changes, scorecard, asked, most=30, about="entity")


def _title(scorecard: Scorecard, level: str | None) -> str:
    return next((known.title for known in scorecard.levels if known.name == level), "")
