"""What happened to attestations, as others are told: inside the transaction of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from greenboard.attestations.models import Attestation
from greenboard.attestations.types import Policy, State, Who
from greenboard.catalog.holders import Holders, holders
from greenboard.core import clock
from greenboard.core.events import announce
from greenboard.core.happened import Happened, Happening, Severity
from greenboard.core.refs import Ref


@dataclass(frozen=True)
class _About:
    """Of which attestation something is told, and when."""

    row: Attestation
    ref: Ref
    at: datetime


def given(row: Attestation, ref: Ref, policy: Policy, at: datetime) -> None:
    """Tell that one was given; who may confirm it has something to do."""
    title = f"{row.given_by} attests {row.item} of {ref.short}"
    told: dict[str, Any] = {"why": policy.title}
    if row.state == State.WAITING and policy.confirm is not None:
        second = _confirming(policy.confirm, ref).without(row.given_by)
        todo = "Look at the evidence, then confirm or refuse it."
        told |= {"todo": todo, "people": second.people, "teams": second.teams}
    _tell(Happening.ATTESTATION_GIVEN, _About(row, ref, at), title, **told)


def _confirming(who: Who, ref: Ref) -> Holders:
    """Whom a policy names to confirm; the people of the owner hear of what is theirs anyway."""
    if not who.roles:
        return Holders((), who.teams)
    found = holders(lambda role: role.name in who.roles, [ref])
    return Holders(found.people, (*who.teams, *found.teams))


def settled(row: Attestation, ref: Ref, at: datetime, by: str) -> None:
    """Tell that a second person confirmed or refused it."""
    refused = row.state == State.REFUSED
    title = f"{by} {'refuses' if refused else 'confirms'} {row.item} of {ref.short}, which {row.given_by} attested"
    told: dict[str, Any] = {"people": (row.given_by,), "why": row.reason}
    if refused:
        told |= {"todo": "Mend what is lacking, then attest it again.", "severity": Severity.WARNING}
    _tell(Happening.ATTESTATION_CONFIRMED, _About(row, ref, at), title, **told)


def ending(row: Attestation, ref: Ref, at: datetime) -> None:
    """Remind that it ends soon."""
    left = max(1, -(-(row.expires_at - at) // timedelta(days=1)))
    day = (row.expires_at - timedelta(seconds=1)).date()
    title = f"The attestation of {row.item} of {ref.short} ends in {left} {'day' if left == 1 else 'days'}"
    why = f"Its last day is {day:%d %b %Y}; {row.given_by} gave it on {row.given_at:%d %b %Y}."
    _warn(Happening.ATTESTATION_ENDING, _About(row, ref, at), title, why, "Renew it, with evidence of today.")


def ended(row: Attestation, ref: Ref, at: datetime) -> None:
    """Tell that it ended, and why."""
    title = f"The attestation of {row.item} of {ref.short} ended"
    _warn(Happening.ATTESTATION_ENDED, _About(row, ref, at), title, row.reason, "Attest it again, if it holds.")


def _warn(kind: Happening, about: _About, title: str, why: str, todo: str) -> None:
    people = (about.row.given_by,)
    _tell(kind, about, title, why=why, todo=todo, people=people, severity=Severity.WARNING)


def _tell(kind: Happening, about: _About, title: str, **more: Any) -> None:
    row = about.row
    data = {
        "attestation": row.pk,
        "item": row.item,
        "state": row.state,
        "by": row.given_by,
        "expires_at": clock.format_time(row.expires_at),
        **({"cause": row.cause} if row.cause else {}),
    }
    key, path = f"{kind.value}:{row.pk}", f"/attestations/{row.pk}"
    announce(Happened(kind, about.at, title, path=path, entity=about.ref, key=key, data=data, **more))
