"""Deciding from outside of the portal, in the name of one person: by a link in a mail, or a button in a chat."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied

from greenboard.access import origin
from greenboard.access.errors import Above, Absent
from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.exemptions import deciding
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import ASKED, State, page

_OVER = "this exemption does not wait for a decision any more"


def mine(named: str) -> bool:
    """Whether the key of an answer is about an exemption."""
    return named.startswith(ASKED)


def find(named: str, person: Person) -> Exemption:
    """The request that an answer is about, looked at as of now.

    Raises:
        Absent: it waits for no decision any more.
        Above: they may not decide it.
        OwnRequest: they asked for it themselves.

    """
    number = named.removeprefix(ASKED)
    if not (number.isascii() and number.isdecimal()):
        raise Absent(_OVER)
    try:
        [row] = deciding.asked({int(number): None}, person)
    except PermissionDenied:
        raise Above("this is not yours to decide", hint="Your rights changed, or somebody else was asked.") from None
    if row.state != State.REQUESTED:
        raise Absent(_OVER, hint=f"Its page says what became of it: {page(row.pk)}")
    return row


def decide(named: str, person: Person, reason: str, way: str, *, yes: bool) -> Exemption:
    """Approve or deny in somebody's name, who came by a `way` ("a link in a mail").

    Raises:
        UserError: a denial has no reason. Else as `find`, `deciding.approve` and `deciding.deny`.

    """
    row = find(named, person)
    if not yes and not reason.strip():
        raise UserError("a denial needs a reason", hint=f"Give it on the page of the exemption: {page(row.pk)}")
    chosen, now = {row.pk: row.version}, clock.now()
    who = replace(origin.current(), kind="person", name=f"{person.get_username()} by {way}")
    with origin.acting(who):
        if yes:
            deciding.approve(chosen, reason.strip() or f"Approved by {way}.", person, now)
        else:
            deciding.deny(chosen, reason, person, now)
    return row
