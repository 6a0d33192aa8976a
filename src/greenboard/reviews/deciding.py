"""Decision, conditions, and the signature that freezes the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from greenboard.access.decide import Permission
from greenboard.access.errors import InTheWay
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.happened import Happening, Severity
from greenboard.reviews import events, freezing, frozen, handing, rights, store
from greenboard.reviews.answering import owner
from greenboard.reviews.asking import day
from greenboard.reviews.course import against
from greenboard.reviews.live import Live, look
from greenboard.reviews.models import Condition, Review, Signature
from greenboard.reviews.rights import Actor
from greenboard.reviews.store import Asking
from greenboard.reviews.turning import turn
from greenboard.reviews.types import Act, Decision, State

WORDS = {Decision.GO: "go", Decision.GO_WITH_CONDITIONS: "go with conditions", Decision.NO_GO: "no go"}


@dataclass(frozen=True)
class Promise:
    """A condition as it is set: what has to be done, by whom, and by when."""

    text: str
    owner: str
    due: str


@dataclass(frozen=True)
class Verdict:
    """A decision as somebody takes it. The conditions come beside those that are still open."""

    decision: Decision
    rationale: str = ""
    conditions: Sequence[Promise] = ()


def decide(number: int, seen: int | None, said: Verdict, *, who: Actor, now: datetime) -> Review:
    """Take a decision; it holds with the signature.

    Raises:
        UserError: one may not, something stands against it, a condition lacks a part, or somebody changed the review.

    """
    with transaction.atomic():
        review = store.find(number)
        asking = _expect_signer(review, who)
        columns = {"decision": said.decision.value, "decided_by": who.name, "decided_at": now}
        turn(review, Act.DECIDE, seen, now, **columns, rationale=said.rationale.strip()[:4000])
        if said.decision is not Decision.GO_WITH_CONDITIONS and said.conditions:
            raise UserError(f"{WORDS[said.decision]} has no conditions", hint="Decide go with conditions.")
        for promise in said.conditions:
            _promise(review, promise, who, now)
        if said.decision is Decision.NO_GO and not said.rationale.strip():
            raise UserError("why is it no go?", hint="Say it in a sentence.")
        _expect_possible(said.decision, asking, _live(asking, now))
        events.note(review, "decided", who.name, now, WORDS[said.decision], after={"rationale": said.rationale.strip()})
        review.refresh_from_db()
        handing.to_signature(review, asking.template, who, now)
    return review


def resume(number: int, seen: int | None, *, who: Actor, now: datetime) -> Review:
    """Take a decision back that is not signed; errors as for `decide`."""
    with transaction.atomic():
        review = store.find(number)
        _expect_signer(review, who)
        turn(review, Act.RESUME, seen, now, decision="", decided_by="", decided_at=None)
        store.open_conditions(review).filter(at__gte=review.state_since).update(dropped_at=now)
        events.note(review, "resumed", who.name, now)
    return review


def sign(number: int, seen: int, *, who: Actor, now: datetime) -> Signature:
    """Sign what was decided, with all evidence as it is at this moment.

    Raises:
        UserError: one may not, something stands against the decision by now, or somebody changed the review after
            the version that was `seen`.

    """
    with transaction.atomic():
        review = store.find(number)
        asking = _expect_signer(review, who)
        rights.expect_signatory(who, review, asking.template)
        before = review.state
        turn(review, Act.SIGN, seen, now, signed_by=who.name, signed_at=now, stirred=False)
        decision, live = Decision(review.decision), _live(asking, now)
        _expect_possible(decision, asking, live, before)
        text = freezing.canonical(frozen.told(Asking.of(review), live))
        last = store.signature(review)
        made = Signature.objects.create(
            review=review,
            number=last.number + 1 if last else 1,
            text=text,
            digest=freezing.digest(text),
            by=who.name,
            at=now,
        )
        _next(asking, now)
        events.note(
            review, "signed", who.name, now, WORDS[decision], after={"digest": made.digest, "number": made.number}
        )
        events.tell(
            Happening.REVIEW_DECIDED,
            review,
            now,
            f"The readiness review of {review.title} is signed: {WORDS[decision]}",
            why=review.rationale,
            people=[review.requested_by, *signers(review)],
            teams=[profile.owner for profile in live.profiles.values()],
            severity=Severity.WARNING if decision is Decision.NO_GO else Severity.INFO,
            data={"digest": made.digest, "signature": made.number},
        )
    return made


def _next(asking: Asking, now: datetime) -> None:
    """Remember when the next stage is due."""
    stage = asking.template.next_stage(asking.review.stage)
    if stage is not None and stage.after:
        due = {"next_due_at": now + clock.parse_span(stage.after), "next_told_at": None}
        Review.objects.filter(pk=asking.review.pk, next_due_at__isnull=True).update(**due)


def _expect_signer(review: Review, who: Actor) -> Asking:
    rights.expect(who, Permission.REVIEWS_SIGN, events.subjects(review))
    asking = Asking.of(review)
    rights.expect_another(who, review, asking.template)
    return asking


def _live(asking: Asking, now: datetime) -> Live:
    return look(asking.template, asking.sections, events.subjects(asking.review), now)


def _expect_possible(decision: Decision, asking: Asking, live: Live, state: str = "") -> None:
    wrong = against(decision, store.tally(asking, live))
    if wrong:
        changed = " any more" if state == State.DECIDED else ""
        raise InTheWay(f"{WORDS[decision]} is not possible{changed}", hint=" ".join(wrong))


def _promise(review: Review, promise: Promise, who: Actor, now: datetime) -> Condition:
    text, due = promise.text.strip(), day(promise.due)
    if not text or len(text) > 2000:
        raise UserError("a condition says what has to be done", expected="1 to 2,000 characters")
    if due is None or due <= now:
        raise UserError("a condition has a day to come", expected="a date after today", got=promise.due or "none")
    return Condition.objects.create(
        review=review, text=text, owner=owner(promise.owner), due_at=due, by=who.name, at=now
    )


def fulfil(number: int, condition: int, said: str, *, who: Actor, now: datetime) -> Condition:
    """Say that a condition is met, and by what; whoever may answer may.

    Raises:
        UserError: it is met or dropped already, nothing is said, or one may not.

    """
    if not said.strip():
        raise UserError("how is it met?", hint="Name what shows it: a link, or a sentence.")
    with transaction.atomic():
        review = store.find(number)
        rights.expect(who, Permission.REVIEWS_ANSWER, events.subjects(review))
        row = store.condition_of(review, condition)
        rows = store.open_conditions(review).filter(pk=row.pk)
        if not rows.update(done_at=now, done_by=who.name, said=said.strip()[:4000]):
            row.refresh_from_db()
            raise InTheWay("it is settled already", got=f"by {row.done_by or 'a later decision'}")
        events.note(review, "condition met", who.name, now, row.text[:120], after={"said": said.strip()})
        row.refresh_from_db()
    return row


def signers(review: Review) -> list[str]:
    """Who stands behind a decision: who signed and decided it, and who accepted its sections."""
    accepted = review.sections.exclude(by="").values_list("by", flat=True)
    return list(dict.fromkeys(name for name in (review.signed_by, review.decided_by, *accepted) if name))
