"""Badges: what one says of an entity, who may see it, and the keys that show it to strangers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from greenboard.access import audit, opening
from greenboard.access.decide import Asker, sight
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.reports.models import BadgeKey
from greenboard.results import store as results
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Scorecard

SHOWS = ("level", "score", "outcome")


@dataclass(frozen=True)
class Badge:
    """What a badge says: `key` is the class of its colour, `share` how far up it is, from 0 to 1."""

    label: str
    text: str
    kind: str
    share: float | None = None
    at: datetime | None = None


def find(asker: Asker, ref: Ref, key: str) -> Stored | None:
    """The entity of a badge, for who may see it: by their sight, by its key, or where badges are open."""
    stored = catalog.find(ref)
    if stored is None:
        return None
    if opening.badges_open() or _opened(key, stored.id):
        return stored
    return catalog.find(ref, sight=sight(asker))


def _opened(key: str, entity: int) -> bool:
    number = opening.key_number(key)
    if number is None or not opening.opens(key, number, entity):
        return False
    return BadgeKey.objects.filter(pk=number, entity_id=entity, revoked_at__isnull=True).exists()


def badge(stored: Stored, scorecard: Scorecard, show: str, rule: str, as_of: datetime | None) -> Badge:
    """What the badge of an entity says.

    Raises:
        UserError: it cannot show that.

    """
    if show == "outcome":
        return _of_rule(stored, scorecard, rule, as_of)
    if show not in SHOWS:
        raise UserError(f"a badge cannot show {show!r}", expected=", ".join(SHOWS))
    rows = results.levels(scorecard.name, as_of, entity=stored.ref)
    if not rows:
        return Badge(scorecard.title, "not judged", "unknown", at=as_of)
    row = rows[0]
    if show == "score":
        if row.score is None:
            return Badge(scorecard.title, "no data", "unknown", at=as_of)
        shown = "99" if 99 < row.score < 100 else f"{row.score:.0f}"
        return Badge(scorecard.title, f"{shown} / 100", "level", row.score / 100, as_of)
    known = {level.name: level.title for level in scorecard.levels}
    rank = scorecard.rank(row.level) if row.level in known else 0
    title = known.get(row.level or "", "no level")
    return Badge(scorecard.title, title, "level", rank / max(1, len(known)), as_of)


def _of_rule(stored: Stored, scorecard: Scorecard, rule: str, as_of: datetime | None) -> Badge:
    found = scorecard.rule(rule)
    if found is None:
        raise UserError(f"no rule {rule!r} in {scorecard.name}")
    rows = results.results(scorecard.name, as_of, entity=stored.ref, rule=rule)
    if not rows:
        return Badge(found.title, "not judged", "unknown", at=as_of)
    row = rows[0]
    if row.exempt and row.outcome is not Outcome.PASS:
        return Badge(found.title, "exempt", "exempt", at=as_of)
    return Badge(found.title, row.outcome.value.replace("_", " "), row.outcome.value, at=as_of)


def key_of(entity: int) -> str:
    """The key of an entity that holds; "" where there is none."""
    number = BadgeKey.objects.filter(entity_id=entity, revoked_at__isnull=True).values_list("pk", flat=True).first()
    return "" if number is None else opening.badge_key(number, entity)


def renew(stored: Stored, by: str) -> None:
    """Make a key for an entity; the one before opens nothing any more."""
    with transaction.atomic():
        _end(stored, by)
        one = BadgeKey.objects.create(entity_id=stored.id, made_by=by, made_at=clock.now())
        audit.note("badge-key.made", str(stored.ref), after={"number": one.pk})


def revoke(stored: Stored, by: str) -> None:
    """End the key of an entity. A second time changes nothing."""
    with transaction.atomic():
        ended = _end(stored, by)
        if ended:
            audit.note("badge-key.revoked", str(stored.ref))


def _end(stored: Stored, by: str) -> int:
    own = BadgeKey.objects.filter(entity_id=stored.id, revoked_at__isnull=True)
    return own.update(revoked_at=clock.now(), revoked_by=by)
