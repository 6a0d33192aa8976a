"""Two reviews of the sample organization: one signed with conditions, one in the middle of its course."""

from __future__ import annotations

from datetime import datetime, timedelta

from greenboard.access.origin import acting
from greenboard.core.refs import Ref
from greenboard.project.sample.people import account, page
from greenboard.reviews import answering, asking, deciding, rights, store
from greenboard.reviews.answering import Found, Reply
from greenboard.reviews.asking import Wish
from greenboard.reviews.deciding import Promise, Verdict
from greenboard.reviews.rights import Actor
from greenboard.reviews.store import Asking
from greenboard.reviews.types import Decision, SectionState

SIGNED, ASKED = 3, 1
"""So many days ago."""
_SAID = {
    "goal-customers": "Everybody who buys. An hour costs about four thousand orders.",
    "fail-zones": "A third of the copies. They are left out within ten seconds, and new ones start by themselves.",
    "fail-time": "15",
    "fail-retries": "Twice, after one and three seconds, and then the cart says that paying is not possible just now.",
    "rel-back": "By one command",
    "rel-blast": "One in twenty, for ten minutes, before the next step.",
    "eve-day": "2026-06-17",
    "eve-status": "By the status page, which those on call write to from the runbook.",
    "acc-emergency": "By the break-glass role; its use is posted to the channel of the security team.",
    "acc-keys": "The certificate of the card network, yearly. An alert warns 30 days before.",
}


def play(day: int, at: datetime) -> None:
    """What people did about reviews on a day, after its facts were judged."""
    if day == SIGNED:
        _signed(at)
    if day == ASKED:
        _asked(at)


def _who(name: str, at: datetime) -> Actor:
    return rights.actor(account(name, at))


def _signed(at: datetime) -> None:
    mara, grace = _who("mara-lindqvist", at), _who("grace-mensah", at)
    wish = Wish([Ref("service", "default", "checkout")], "operational-readiness", reason="Before the autumn sale.")
    with acting(page(mara.name)):
        review = asking.request(wish, who=mara, now=at - timedelta(hours=6))
        for question in _free(Asking.of(review)):
            answering.answer(review.pk, Reply(question, _SAID[question]), who=mara, now=at - timedelta(hours=5))
    with acting(page(grace.name)):
        asking.triage(review.pk, None, asking.Triage(), who=grace, now=at - timedelta(hours=4))
        said = "Ask the owners of fraud to try what happens while they are away."
        answering.comment(review.pk, "architecture", "fail-retries", said, who=grace, now=at - timedelta(hours=3))
        _accept(Asking.of(store.find(review.pk)), grace, at - timedelta(hours=2))
        conditions = [
            Promise("Play a day of failures with the owners of fraud", "team:default/payments", _day(at, 30)),
            Promise("Let a bad release be taken back without hands", "team:default/payments", _day(at, 75)),
        ]
        said = "Good to go for the sale. What is red has an owner and a day."
        verdict = Verdict(Decision.GO_WITH_CONDITIONS, said, conditions)
        deciding.decide(review.pk, None, verdict, who=grace, now=at - timedelta(hours=1))
        deciding.sign(review.pk, store.find(review.pk).version, who=grace, now=at)


def _asked(at: datetime) -> None:
    priya, samuel = _who("priya-raman", at), _who("samuel-adeyemi", at)
    wish = Wish(
        [Ref("service", "default", "search")], "production-readiness", "pre-launch", reason="Search goes public."
    )
    with acting(page(priya.name)):
        review = asking.request(wish, who=priya, now=at - timedelta(hours=4))
        text = "The three who built it, and the catalog team, who have been on call with them since spring."
        answering.answer(review.pk, Reply("own-handover", text), who=priya, now=at - timedelta(hours=3))
    with acting(page(samuel.name)):
        asking.triage(review.pk, None, asking.Triage(due=_day(at, 21)), who=samuel, now=at - timedelta(hours=2))
        accepted = SectionState.ACCEPTED
        answering.settle(review.pk, "ownership", None, accepted, "", who=samuel, now=at - timedelta(hours=1))
        found = Found(
            "reliability",
            "Nothing says what it promises while the index is rebuilt",
            "medium",
            "priya-raman",
            due=_day(at, 14),
        )
        answering.find(review.pk, found, who=samuel, now=at)


def _free(about: Asking) -> list[str]:
    return [name for name, (_, question) in about.questions.items() if not question.bound]


def _accept(about: Asking, who: Actor, at: datetime) -> None:
    for section in about.sections:
        answering.settle(about.review.pk, section.name, None, SectionState.ACCEPTED, "", who=who, now=at)


def _day(at: datetime, days: int) -> str:
    return f"{at + timedelta(days=days):%Y-%m-%d}"
