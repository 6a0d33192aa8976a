"""Into the scorecard: what a campaign only asked is demanded from a day on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db import transaction

from greenboard.access import audit
from greenboard.campaigns import standing, store, telling
from greenboard.campaigns.definition import Definition
from greenboard.campaigns.models import Campaign
from greenboard.campaigns.pairs import Asked
from greenboard.core.errors import UserError
from greenboard.facts.store import vocabulary
from greenboard.results import editing
from greenboard.scorecards import draft
from greenboard.scorecards.types import Enforcement

_ORDER = tuple(Enforcement)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enforcing:
    """What the rules shall do from the beginning of a day (UTC) on. Drafts begin to count then."""

    enforcement: Enforcement
    day: date
    note: str = ""

    @property
    def at(self) -> datetime:
        """The beginning of the day."""
        return datetime.combine(self.day, time(), UTC)


def enforce(definition: Definition, wanted: Enforcing, by: str, now: datetime) -> tuple[str, ...]:
    """Edit the rules of a campaign; what becomes of each, as a sentence.

    A draft counts from the day on. A rule that counts already is left as it is before the day, since dating it would
    take it out of the score until then: `plan` has it made stricter when the day has come.

    Raises:
        UserError: a rule cannot be changed so. Whoever calls undoes all.

    """
    return tuple(_told(asked, wanted, by, now) for asked in standing.rules(definition))


def plan(row: Campaign, wanted: Enforcing, by: str, now: datetime) -> None:
    """Have what has to wait for a day done when it has come."""
    if wanted.at > now:
        plain = {"enforcement": wanted.enforcement.value, "day": f"{wanted.day}", "note": wanted.note, "by": by}
        Campaign.objects.filter(pk=row.pk).update(enforcing=plain, enforce_at=wanted.at)


def due(now: datetime) -> int:
    """Make rules stricter whose day has come, each campaign once; how many. Who began one is told what could not be."""
    return sum(_due(pk, now) for pk in Campaign.objects.filter(enforce_at__lte=now).values_list("pk", flat=True))


def _due(number: int, now: datetime) -> int:
    with transaction.atomic():
        if not Campaign.objects.filter(pk=number, enforce_at__lte=now).update(enforce_at=None):
            return 0
        held = store.held(Campaign.objects.get(pk=number))
        plain = held.row.enforcing
        wanted = Enforcing(Enforcement(plain["enforcement"]), date.fromisoformat(plain["day"]), plain["note"])
        try:
            with transaction.atomic():
                said = enforce(held.definition, wanted, plain["by"], now)
        except UserError as error:
            telling.unenforced(held, str(error), now)
            _log.warning("rules of the campaign %s are as they were: %s", held.name, error)
            said = (f"nothing changed: {error}",)
        audit.note("campaign.enforced", f"campaign:{held.name}", after={"rules": list(said)})
    return 1


def _told(asked: Asked, wanted: Enforcing, by: str, now: datetime) -> str:
    rule = asked.rule
    parts: dict[str, str] = {"enforcement": wanted.enforcement.value}
    if rule.enforcement is Enforcement.DRAFT:
        parts["enabled_from"] = wanted.day.isoformat()
        said = f"{rule.title}: counts from {wanted.day}"
    elif _ORDER.index(rule.enforcement) >= _ORDER.index(wanted.enforcement):
        return f"{rule.title}: stays, it is demanded already"
    elif wanted.at > now:
        return f"{rule.title}: {wanted.enforcement.value} from {wanted.day} on; until then it counts as it does"
    else:
        said = f"{rule.title}: {wanted.enforcement.value} from now on"
    change = editing.Change(asked.scorecard.name, rule.id, draft.fingerprint(rule), by, now, wanted.note)
    editing.save(change, parts, vocabulary())
    return said
