"""Telling what happened to exemptions, in sentences. Many at once are told as one: five thousand are no storm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from greenboard.access.permissions import Permission
from greenboard.catalog.holders import Holders, holders
from greenboard.core import events
from greenboard.core.happened import Happened, Happening, Severity
from greenboard.exemptions import finding
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import ASKED, State, page
from greenboard.facts.store import chunks, vocabulary
from greenboard.scorecards import store as scorecards

FEW = 10
"""So many of one kind for one person are told one by one."""


def target(numbers: Sequence[int]) -> str:
    """Exemptions as the audit log names them."""
    return f"exemption:{numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} exemptions"


def tell(kind: Happening, numbers: Sequence[int], now: datetime, *, by: str = "") -> None:
    """Announce something that happened to exemptions, to whoever asked for them or has to decide."""
    rows = [
        row
        for part in chunks(numbers)
        for row in Exemption.objects.filter(pk__in=part).select_related("entity").order_by("requested_by", "pk")
    ]
    rows.sort(key=lambda row: (row.requested_by, row.pk))
    for asked_by, group in groupby(rows, key=lambda row: row.requested_by):
        for one in _happened(kind, list(group), now, by or asked_by):
            events.announce(one)


def _happened(kind: Happening, rows: Sequence[Exemption], now: datetime, by: str) -> Iterator[Happened]:
    deciding = kind is Happening.EXEMPTION_REQUESTED
    told = deciders(rows) if deciding else Holders((rows[0].requested_by,), ())
    parts = [rows] if len(rows) > FEW else [[row] for row in rows]
    for part in parts:
        first = part[0]
        alone = len(part) == 1
        yield Happened(
            kind,
            now,
            _title(kind, part, by),
            why=_why(kind, first) if alone else "",
            todo=_todo(kind),
            path=page(first.pk) if alone else f"/exemptions?state={first.state}",
            entity=finding.ref(first) if alone else None,
            people=told.people,
            teams=told.teams,
            severity=Severity.WARNING if kind is Happening.EXEMPTION_ENDING else Severity.INFO,
            key=f"{kind.value}:{rows[0].requested_by}",
            answer=f"{ASKED}{first.pk}" if deciding and alone else "",
            data={"exemptions": [row.pk for row in part], "state": first.state},
        )


def _title(kind: Happening, rows: Sequence[Exemption], by: str) -> str:
    first = rows[0]
    alone = len(rows) == 1
    what = f"an exemption of {finding.ref(first).short} from “{_rule(first)}”" if alone else f"{len(rows):,} exemptions"
    subject = f"{what[0].upper()}{what[1:]}"
    many = "" if alone else "s"
    match kind:
        case Happening.EXEMPTION_REQUESTED:
            return f"{by} asks for {what}"
        case Happening.EXEMPTION_DECIDED:
            return f"{by} {first.state} {what}"
        case Happening.EXEMPTION_ENDING:
            ends = f" on {first.ends:%d %b %Y}" if first.ends and alone else " soon"
            return f"{subject} end{'s' if alone else ''}{ends}"
    if first.state == State.REVOKED:
        return f"{by} revoked {what}"
    if first.holds_from is None:
        return f"Nobody decided {what} in time"
    return f"{subject} ended{many and ''}"


def _rule(row: Exemption) -> str:
    """The title of its rule, or the id where there is none of it any more."""
    card = next((one for one in scorecards.standards(vocabulary()) if one.name == row.scorecard), None)
    known = card.rule(row.rule) if card is not None else None
    return known.title if known is not None else row.rule


def _why(kind: Happening, row: Exemption) -> str:
    if kind is Happening.EXEMPTION_DECIDED:
        return row.decision
    if kind is Happening.EXEMPTION_ENDED and row.state == State.REVOKED:
        return row.ending
    return f"{row.category}: {row.reason}"


def _todo(kind: Happening) -> str:
    return {
        Happening.EXEMPTION_REQUESTED: "Approve or deny it, with a reason.",
        Happening.EXEMPTION_ENDING: "Meet the rule, or ask for a renewal.",
        Happening.EXEMPTION_ENDED: "Meet the rule, or ask for a new exemption.",
    }.get(kind, "")


def deciders(rows: Iterable[Exemption]) -> Holders:
    """The accounts and teams to whom it is granted to decide these; administrators where it is to nobody else."""
    refs = {finding.ref(row) for row in rows}
    return holders(lambda role: Permission.EXEMPTIONS_DECIDE.value in role.permissions, refs)
