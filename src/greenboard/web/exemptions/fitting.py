"""All exemptions that fit a filter, to be decided in one go: those that were shown when somebody looked, no others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from greenboard.access.decide import Permission, sight
from greenboard.access.errors import InTheWay
from greenboard.catalog.sight import condition
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.exemptions import finding, ledger
from greenboard.exemptions.ledger import Wanted
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import State


@dataclass(frozen=True)
class Fitting:
    """How many that fit wait for a decision or hold, of those that whoever looks may decide; `last` is the newest."""

    waiting: int
    holding: int
    last: int

    def __str__(self) -> str:
        return f"{self.waiting}.{self.holding}.{self.last}"

    @classmethod
    def of(cls, text: str) -> Fitting:
        """What a form gives back.

        Raises:
            UserError: no form of ours says that.

        """
        parts = text.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 16 for part in parts):
            raise UserError("the form does not say how many it showed", hint="Reload the page.")
        return cls(*map(int, parts))


def found(request: HttpRequest, wanted: Wanted, now: datetime) -> Fitting:
    """What of the exemptions that are wanted could be decided in one go."""
    waiting, holding = (list(_rows(request, wanted, now, revoke=revoke)) for revoke in (False, True))
    return Fitting(len(waiting), len(holding), max((*waiting, *holding), default=0))


def chosen(request: HttpRequest, wanted: Wanted, shown: str, *, revoke: bool) -> dict[int, int | None]:
    """The exemptions that were shown, as whoever decided saw them.

    Raises:
        InTheWay: they are no longer so many: somebody decided or withdrew some meanwhile.

    """
    seen = Fitting.of(shown)
    rows = _rows(request, wanted, clock.now(), revoke=revoke).filter(pk__lte=seen.last)
    several = dict.fromkeys(rows)
    then = seen.holding if revoke else seen.waiting
    if len(several) != then:
        what = f"{then:,} exemptions were shown, and {len(several):,} of them are still so"
        raise InTheWay(what, hint="Somebody was faster. Look at what is left, and then decide.")
    return several


def _rows(request: HttpRequest, wanted: Wanted, now: datetime, *, revoke: bool) -> QuerySet[Exemption, int]:
    """The numbers of those in one of the two states; never one's own requests, unless the installation allows that."""
    state = State.APPROVED if revoke else State.REQUESTED
    if wanted.states and state not in wanted.states:
        return Exemption.objects.none().values_list("pk", flat=True)
    narrowed = replace(wanted, states=(state,), fits=condition(sight(request.user, Permission.EXEMPTIONS_DECIDE)))
    rows = ledger.found(narrowed, now).select_related(None)
    if not revoke and not settings.DECIDE_OWN_EXEMPTIONS:
        rows = rows.exclude(requested_by=finding.name(request.user))
    return rows.values_list("pk", flat=True)
