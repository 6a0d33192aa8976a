"""Which tickets a campaign wants now, held against those that it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from greenboard.campaigns import standing, store
from greenboard.campaigns.models import Campaign, Ticket
from greenboard.campaigns.pairs import FAILING, UNDECIDED, Pair, Pairs
from greenboard.campaigns.store import Held
from greenboard.campaigns.ticketing import texts, tools
from greenboard.campaigns.ticketing.places import Places
from greenboard.campaigns.ticketing.tools import Said

BEAT = timedelta(minutes=10)
"""Within so long a run shows that it lives."""
OPEN, CLOSED, NONE, SHUT = "open", "closed", "none", "shut"
"""What a ticket is, or shall be; `NONE`: there is none at the tool, as far as we know.

`SHUT`: people closed or deleted it there while it was to be open. That is their right: it stays so until it passes.
"""
LOOK = timedelta(hours=1)
"""So often tickets that shall be open are looked at: all together that were not within half of it."""
Key = tuple[int, str, str]
"""Entity by surrogate id, scorecard and rule; both empty where tickets are grouped."""


@dataclass(frozen=True)
class Wanted:
    """A ticket that shall be open, where, and what it says."""

    pairs: tuple[Pair, ...]
    said: Said
    place: str


def wanted(held: Held, pairs: Pairs) -> Mapping[Key, Wanted]:
    """The tickets that shall be open: for what fails. What cannot be decided opens none."""
    tickets = held.definition.tickets
    if tickets is None:
        return {}
    grouped: dict[Key, list[Pair]] = defaultdict(list)
    for pair in pairs.where(pairs.state == FAILING).told():
        grouped[_key(pair, grouped=tickets.grouped)].append(pair)
    places, origin = Places.of(pairs.whole, tools.of(tickets.connection), tickets), _origin()
    found = {}
    for key, several in grouped.items():
        if tickets.grouped:
            said = texts.of_entity(held.name, held.definition, several, origin)
        else:
            said = texts.of_pair(held.name, held.definition, several[0], origin)
        found[key] = Wanted(tuple(several), said, places.place(several[0].stored))
    return found


def plan(campaign: int, run: str, now: datetime) -> list[int] | None:
    """Write down which tickets are wanted; those that have to be worked on, by id. None when the run is not wanted."""
    own = Campaign.objects.filter(pk=campaign, run=run)
    if not own.update(dirty=False, beat_at=now + BEAT):  # before looking: what changes later makes it dirty again
        return None
    held = store.held(Campaign.objects.get(pk=campaign))
    if held.row.ended_at is not None:
        if held.row.close_tickets:
            _close(Ticket.objects.filter(campaign=held.row), now)
    elif held.definition.tickets is not None:
        _follow(held, standing.pairs(held.definition), now)
    return work(held.row, now)


def work(row: Campaign, now: datetime) -> list[int]:
    """The tickets that are not what they shall be, and whose time has come."""
    if row.ended_at is not None and not row.close_tickets:
        return []
    opening = Q(wanted=OPEN, state__in=(CLOSED, NONE))
    closing = Q(wanted=CLOSED) & (Q(state__in=(OPEN, SHUT)) | Q(state=NONE, tried_at__isnull=False))
    saying = Q(wanted=OPEN, state=OPEN) & ~Q(text_digest=F("said_digest"))
    found = Ticket.objects.filter(opening | closing | saying | unseen(now - LOOK / 2), campaign=row)
    return list(found.filter(Q(next_at=None) | Q(next_at__lte=now)).order_by("id").values_list("id", flat=True))


def unseen(since: datetime) -> Q:
    """Tickets of which nobody saw since a moment what people did to them."""
    long_ago = Q(looked_at=None) | Q(looked_at__lte=since)
    return Q(wanted=OPEN, state__in=(OPEN, SHUT)) & ~Q(issue="") & long_ago


def _follow(held: Held, pairs: Pairs, now: datetime) -> None:
    """Tickets for what fails are wanted open, those for what passes closed; what is undecided leaves them alone."""
    tickets = held.definition.tickets
    assert tickets is not None
    target = wanted(held, pairs)
    unclear = {_key(pair, grouped=tickets.grouped) for pair in pairs.where(pairs.state == UNDECIDED).told()}
    with transaction.atomic():
        known = {
            (one.entity_id, one.scorecard, one.rule): one
            for one in Ticket.objects.select_for_update().filter(campaign=held.row)
        }
        room = tickets.most - sum(1 for row in known.values() if row.wanted == OPEN)
        fresh = [(key, one) for key, one in target.items() if key not in known][: max(room, 0)]
        Ticket.objects.bulk_create(_fresh(held, key, one, now) for key, one in fresh)
        for key, row in known.items():
            one = target.get(key)
            if one is not None:
                _keep_open(row, one, now)
            elif key not in unclear and row.wanted != CLOSED:
                _close(Ticket.objects.filter(pk=row.pk), now)


def _fresh(held: Held, key: Key, one: Wanted, now: datetime) -> Ticket:
    assert held.definition.tickets is not None
    entity, scorecard, rule = key
    return Ticket(
        campaign=held.row, entity_id=entity, scorecard=scorecard, rule=rule, wanted=OPEN, state=NONE,
        connection=held.definition.tickets.connection, place=one.place, said=_packed(one.said),
        said_digest=digest(one.said), changed_at=now,
    )  # fmt: skip


def _keep_open(row: Ticket, one: Wanted, now: datetime) -> None:
    """Note what it shall say. It stays where it is, once it is somewhere."""
    place = row.place if row.issue or row.tried_at else one.place
    new = {"wanted": OPEN, "place": place, "said": _packed(one.said), "said_digest": digest(one.said)}
    if any(getattr(row, name) != value for name, value in new.items()):
        Ticket.objects.filter(pk=row.pk).update(**new, failures=0, next_at=None, changed_at=now)


def _close(rows: QuerySet[Ticket], now: datetime) -> None:
    rows.exclude(wanted=CLOSED).update(wanted=CLOSED, failures=0, next_at=None, changed_at=now)


def _key(pair: Pair, *, grouped: bool) -> Key:
    return (pair.stored.id, "", "") if grouped else (pair.stored.id, pair.asked.scorecard.name, pair.asked.rule.id)


def _packed(said: Said) -> dict[str, object]:
    return {
        "title": said.title,
        "text": said.text,
        "due": f"{said.due}",
        "labels": list(said.labels),
        "type": said.type,
    }


def digest(said: Said) -> str:
    """What tells one text of a ticket from another."""
    return blake2b(repr(said).encode(), digest_size=12).hexdigest()


def _origin() -> str:
    """The address that people see; "" where none is set, so that links lead nowhere but say what they mean."""
    return next(iter(settings.CSRF_TRUSTED_ORIGINS), "").rstrip("/")


def preview(held: Held, pairs: Pairs) -> Iterator[tuple[Key, Wanted, Ticket | None]]:
    """What would be open now, with the ticket that there is already; nothing is written or sent."""
    known = {(one.entity_id, one.scorecard, one.rule): one for one in Ticket.objects.filter(campaign=held.row)}
    for key, one in wanted(held, pairs).items():
        yield key, one, known.get(key)
