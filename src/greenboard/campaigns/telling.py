"""What is told of a campaign: to its owner once, and to each team that has something open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from greenboard.campaigns.definition import Occasion
from greenboard.campaigns.pairs import Counts, Pairs
from greenboard.campaigns.store import Held
from greenboard.core import events
from greenboard.core.happened import Happened, Happening, Severity
from greenboard.core.refs import Ref

_KINDS = {"started": Happening.CAMPAIGN_STARTED, "ended": Happening.CAMPAIGN_ENDED}
ENDED = "ended"


def tell(held: Held, pairs: Pairs, what: Occasion, at: datetime) -> int:
    """Announce an occasion, in the transaction that notes it; how many were told."""
    several = list(_happened(held, pairs, what, at))
    for one in several:
        events.announce(one)
    return len(several)


def unenforced(held: Held, why: str, at: datetime) -> None:
    """Tell the owner that rules could not be made stricter on the day that was chosen."""
    events.announce(
        Happened(
            kind=Happening.CAMPAIGN_DUE,
            at=at,
            title=f"The rules of the campaign “{held.definition.title}” could not be made stricter today",
            why=why,
            todo="Change the rules by hand.",
            path=held.path,
            people=(held.definition.owner,) if held.definition.owner else (),
            severity=Severity.WARNING,
            key=f"campaign:{held.name}:unenforced",
            data={"campaign": held.name, "occasion": "unenforced"},
        )
    )


def _happened(held: Held, pairs: Pairs, what: Occasion, at: datetime) -> Iterator[Happened]:
    owners = pairs.by_owner()
    yield _one(held, pairs.counts, what, at)
    for owner, counts in owners.items():
        if owner is not None and counts.open:
            yield _one(held, counts, what, at, owner)


def _one(held: Held, counts: Counts, what: Occasion, at: datetime, owner: Ref | None = None) -> Happened:
    """What an owner is told; without one, the owner of the campaign."""
    definition = held.definition
    whose = f" {owner.short} has" if owner else ""
    figures = f"{whose} {counts.open:,} of {counts.total:,} open" if owner else f" {_share(counts)} is met"
    late = what.what == "due" or (what.what == "milestone" and counts.share < what.number)
    return Happened(
        kind=_KINDS.get(what.what, Happening.CAMPAIGN_DUE),
        at=at,
        title=f"{_said(held, what)}:{figures}.",
        why=f"It runs from {definition.start} to {definition.due}.",
        todo="Look at what is open, and fix it or ask for an exemption." if owner and what.what != ENDED else "",
        path=f"{held.path}?team={owner.short}" if owner else held.path,
        teams=(owner,) if owner and owner.kind == "team" else (),
        people=(definition.owner,) if owner is None and definition.owner else (),
        severity=Severity.WARNING if late and counts.open else Severity.INFO,
        key=f"campaign:{held.name}:{what.key}:{owner or ''}",
        data={
            "campaign": held.name,
            "occasion": what.what,
            "team": str(owner) if owner else None,
            "open": counts.open,
            "total": counts.total,
            "due": str(definition.due),
        },
    )


def _said(held: Held, what: Occasion) -> str:
    title = held.definition.title
    match what.what:
        case "started":
            return f"The campaign “{title}” started and is due on {held.definition.due}"
        case "reminder":
            left = "day" if what.number == 1 else "days"
            return f"The campaign “{title}” is due in {what.number} {left}"
        case "milestone":
            return f"The campaign “{title}” was to be at {what.number} % by now"
        case "due":
            return f"The campaign “{title}” is due"
    return f"The campaign “{title}” ended"


def _share(counts: Counts) -> str:
    return f"{counts.settled:,} of {counts.total:,} ({int(counts.share)} %)"
