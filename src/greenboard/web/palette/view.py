"""What the command palette can jump to, as JSON: all of it where that is little, else entities as they are typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import compress

from django.http import HttpRequest, JsonResponse
from django.urls import reverse

from greenboard.access.decide import Permission, may, require, sight
from greenboard.catalog import whole as catalog
from greenboard.catalog.store import Stored
from greenboard.connections import store
from greenboard.scorecards.types import Scorecard
from greenboard.web import asked as address
from greenboard.web import content, links, words
from greenboard.web.faults import explained
from greenboard.web.frame import own

Entry = dict[str, str]
FEW = 500
"""So many entities are all sent at once, and found without asking again."""
MOST = 40
"""So many are sent of those that fit what was typed."""


@require(Permission.READ)
@explained
def entries(request: HttpRequest) -> JsonResponse:
    """Pages first, then entities, scorecards with their rules, fact types, and what the person can do.

    With `q` only the entities that fit it. `whole` says that there are no others.
    """
    asked = address.read(request)
    visible = _visible(request, asked)
    if asked.get("q"):
        return JsonResponse({"entries": list(_entities(fitting(visible, asked.get("q")), asked)), "whole": False})
    few = len(visible) <= FEW
    cards = content.scorecards()
    found = [
        *_pages(asked),
        *(_entry(title, "", "Page", url) for title, url in own(request)),
        *_entities(visible if few else (), asked),
        *_scorecards(cards, asked),
        *_fact_types(asked),
        *(_connections() if may(request.user, Permission.CONNECTIONS_READ) else ()),
        *(_actions(cards) if may(request.user, Permission.RULES_WRITE) else ()),
    ]
    return JsonResponse({"entries": found, "whole": few})


def _visible(request: HttpRequest, asked: address.Asked) -> list[Stored]:
    whole = catalog.whole(asked.as_of)
    return list(compress(whole.entities, whole.seen(sight(request.user)).tolist()))


def fitting(entities: Iterable[Stored], text: str) -> list[Stored]:
    """Those that have every word somewhere, the best first, ranked as the palette itself ranks."""
    asked = text.lower().split()
    ranked = ((_rank(stored, asked), stored) for stored in entities)
    return [stored for _, stored in nlargest(MOST, (one for one in ranked if one[0] > 0), key=lambda one: one[0])]


def _rank(stored: Stored, asked: Sequence[str]) -> float:
    name = stored.ref.short.lower()
    if not all(word in name for word in asked):
        beside = f"{name} {stored.owner.short if stored.owner else ''} {words.sentence(stored.ref.kind)}".lower()
        if not all(word in beside for word in asked):
            return 0.0
    scores = (100 if name == word else 50 if name.startswith(word) else 20 if word in name else 5 for word in asked)
    return sum(scores) - len(name) / 100


def _entry(text: str, hint: str, group: str, url: str) -> Entry:
    return {"text": text, "hint": hint, "group": group, "url": url}


def _pages(asked: address.Asked) -> Iterator[Entry]:
    for text, name in (
        ("Mine", "mine"),
        ("Board", "board"),
        ("Catalog", "catalog"),
        ("Scorecards", "scorecards"),
        ("Fact types", "fact-types"),
    ):
        yield _entry(text, "", "Page", asked.to(reverse(name)))
    for group in ("team", "system", "domain"):
        yield _entry(f"Board by {group}", "", "Page", asked.to(links.BOARD, by=group))
    yield _entry("Everything that fails", "", "Page", asked.to(links.RESULTS, outcome="fail"))


def _entities(entities: Iterable[Stored], asked: address.Asked) -> Iterator[Entry]:
    for stored in entities:
        ref = stored.entity.ref
        owner = stored.owner.short if stored.owner else ""
        yield _entry(ref.short, owner, words.sentence(ref.kind), asked.to(links.entity(ref)))


def _scorecards(scorecards: Iterable[Scorecard], asked: address.Asked) -> Iterator[Entry]:
    for card in scorecards:
        yield _entry(card.title, "", "Scorecard", asked.to(links.scorecard(card.name)))
        for rule in card.rules:
            yield _entry(rule.title, rule.item, "Rule", asked.to(links.rule(card.name, rule.id)))


def _actions(scorecards: Iterable[Scorecard]) -> Iterator[Entry]:
    """What an administrator can do; it is done to the present, whichever day is looked at."""
    for card in scorecards:
        yield _entry("New rule", card.title, "Action", links.new_rule(card.name))
        for rule in card.rules:
            yield _entry(f"Edit rule: {rule.title}", rule.item, "Action", links.edit_rule(card.name, rule.id))


def _connections() -> Iterator[Entry]:
    yield _entry("Connections", "", "Page", reverse("connections"))
    yield _entry("Integrations", "", "Page", reverse("integrations"))
    for row in store.connections():
        yield _entry(row.name, row.integration, "Connection", links.connection(row.name))


def _fact_types(asked: address.Asked) -> Iterator[Entry]:
    for name, declared in sorted(content.vocabulary().stored.items()):
        yield _entry(declared.title, name, "Fact type", asked.to(links.fact_type(name)))
