"""Into the scorecard: what a campaign only asked is demanded from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from greenboard.campaigns import standing
from greenboard.campaigns.definition import Definition
from greenboard.campaigns.pairs import Asked
from greenboard.facts.store import vocabulary
from greenboard.results import editing
from greenboard.scorecards import draft
from greenboard.scorecards.types import Enforcement

_ORDER = tuple(Enforcement)


@dataclass(frozen=True)
class Enforcing:
    """What the rules shall do from the beginning of a day (UTC) on. Drafts begin to count then."""

    enforcement: Enforcement
    day: date
    note: str = ""


def enforce(definition: Definition, wanted: Enforcing, by: str, now: datetime) -> tuple[str, ...]:
    """Edit the rules of a campaign; what became of each, as a sentence.

    A draft counts from the day on. A rule that counts already is made stricter only where that holds at once: dating it
    would take it out of the score until then.

    Raises:
        UserError: a rule cannot be changed so. Whoever calls undoes all.

    """
    return tuple(_told(asked, wanted, by, now) for asked in standing.rules(definition))


def _told(asked: Asked, wanted: Enforcing, by: str, now: datetime) -> str:
    rule, from_day = asked.rule, datetime.combine(wanted.day, time(), UTC)
    parts: dict[str, str] = {"enforcement": wanted.enforcement.value}
    if rule.enforcement is Enforcement.DRAFT:
        parts["enabled_from"] = wanted.day.isoformat()
        said = f"{rule.title}: counts from {wanted.day}"
    elif _ORDER.index(rule.enforcement) >= _ORDER.index(wanted.enforcement):
        return f"{rule.title}: stays, it is demanded already"
    elif from_day > now:
        return f"{rule.title}: stays, it counts already and would not until {wanted.day}"
    else:
        said = f"{rule.title}: {wanted.enforcement.value} from now on"
    change = editing.Change(asked.scorecard.name, rule.id, draft.fingerprint(rule), by, now, wanted.note)
    editing.save(change, parts, vocabulary())
    return said
