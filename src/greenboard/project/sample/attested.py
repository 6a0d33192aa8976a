"""What the administrator attests of the sample: some that hold, one of which ends soon, and one that waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenboard.access.models import Person
from greenboard.attestations import service
from greenboard.attestations.permitting import Acting
from greenboard.attestations.types import Given, Proof, Wish
from greenboard.catalog import store as catalog
from greenboard.core.refs import Ref


@dataclass(frozen=True)
class _Example:
    """What is attested of which component; `days` until it ends. `@` in an answer is last week."""

    kind: str
    name: str
    item: str
    days: int
    answers: Mapping[str, object]
    words: str


_EXAMPLES = (
    _Example("service", "invoices", "OPS.3", 150, {"held_on": "@", "failure": "The mail provider refuses everything",
             "minutes": 14}, "Notes of the drill: the queue filled for 20 minutes and emptied by itself."),
    _Example("website", "admin-console", "OBS.2", 12, {"where": "The central log", "tried_on": "@"},
             "Searched for the request of a refused login; it was there after four seconds."),
    _Example("service", "invoices", "INF.4", 90, {"by_whom": "The network group", "open": "443, for customers"},
             "The rules as they were on the day, with a reason beside each."),
)  # fmt: skip


def give(at: datetime) -> None:
    """Give the examples, where there is an administrator to give them."""
    person = Person.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
    if person is None:
        return
    for one in _EXAMPLES:
        ref = Ref(one.kind, "default", one.name)
        if catalog.find(ref) is None:
            continue
        week = str((at - timedelta(days=7)).date())
        answers = {name: week if told == "@" else told for name, told in one.answers.items()}
        evidence = (Given(Proof.TEXT, one.words),)
        until = (at + timedelta(days=one.days)).date()
        service.give(Wish(ref, one.item, answers=answers, evidence=evidence, until=until), Acting.by(person), at)
