"""Exemptions of the sample organization: approved, one of which ends soon, denied, and waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from greenboard.access.origin import acting
from greenboard.core.refs import Ref
from greenboard.exemptions import asking, deciding
from greenboard.exemptions.types import Category, Pair, Terms
from greenboard.facts import store as facts
from greenboard.project.sample.people import account, page


@dataclass(frozen=True)
class _Example:
    """Who asked for what, so many days ago, for how long; and what somebody decided the day after."""

    ago: int
    kind: str
    name: str
    rule: str
    by: str
    reason: str
    lasts: int
    control: str = ""
    decided: str = ""
    decision: str = ""


_EXAMPLES = (
    _Example(58, "service", "payment-gateway", "cod-5-end-to-end", "elena-petrova",
             "The card network has no place to try a whole payment before spring.", 150,
             "Its contract is tested against their recorded answers every night.",
             "approve", "The nightly contract tests cover what customers would notice."),
    _Example(40, "service", "cart", "inf-1-digest", "mara-lindqvist",
             "The builder of images cannot pin digests until it is replaced.", 52,
             decided="approve", decision="Agreed until the new builder is there."),
    _Example(21, "service", "invoices", "sec-3-exploited", "rafael-costa",
             "Nobody has time for the upgrade before the end of the quarter.", 60,
             decided="deny", decision="A hole that is being exploited is closed, not exempted."),
    _Example(9, "job", "feed-export", "ops-1-runbook", "bruno-ferreira",
             "It is replaced by the new catalog feed, and nobody is called for it.", 45,
             decided="approve", decision="Agreed; it stops by the end of the year."),
    _Example(2, "service", "search", "ops-2-people", "priya-raman",
             "Two people left; the search team shares the rotation of storefront until March.", 100,
             "The storefront team is second in the rotation."),
    _Example(1, "website", "admin-console", "cod-1-coverage", "tomas-okafor",
             "Its oldest pages are rewritten, and their tests come with that.", 90),
)  # fmt: skip


def play(scorecard: str, day: int, at: datetime) -> None:
    """What was asked for and decided on a day, before its facts are judged."""
    for one in _EXAMPLES:
        ref = Ref(one.kind, "default", one.name)
        if one.ago == day and facts.known([ref]):
            _ask(one, Pair(ref, scorecard, one.rule), at)


def _ask(one: _Example, pair: Pair, at: datetime) -> None:
    asked, decided = at - timedelta(hours=4), at - timedelta(hours=1)
    category = Category.MITIGATED if one.control else Category.WAIVED
    terms = Terms(category, one.reason, one.control, (at + timedelta(days=one.lasts)).replace(hour=23, minute=59))
    with acting(page(one.by)):
        number = asking.ask([pair], terms, account(one.by, asked), asked).made[0]
    if one.decided:
        grace = account("grace-mensah", decided)
        do = {"approve": deciding.approve, "deny": deciding.deny}[one.decided]
        with acting(page(grace.username)):
            do({number: None}, one.decision, grace, decided)
