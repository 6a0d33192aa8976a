"""Answers, comments, findings, and how each section is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from greenboard.access.decide import Permission
from greenboard.access.errors import InTheWay
from greenboard.core.errors import UserError
from greenboard.core.happened import Happening
from greenboard.core.refs import Ref
from greenboard.reviews import events, handing, rights, store
from greenboard.reviews.asking import day
from greenboard.reviews.models import CURRENT, Answer, Comment, Finding, Review
from greenboard.reviews.rights import Actor
from greenboard.reviews.store import Asking
from greenboard.reviews.template import LONGEST, answered
from greenboard.reviews.turning import turn
from greenboard.reviews.types import Act, FindingState, SectionState, Weight

_ANY = -1


@dataclass(frozen=True)
class Reply:
    """An answer as somebody gives it. `before` is the number of the answer that they saw: 0 where there was none."""

    question: str
    value: str = ""
    applies: bool = True
    reason: str = ""
    before: int = _ANY


def answer(number: int, reply: Reply, *, who: Actor, now: datetime) -> Answer:
    """Answer a question, or say why it does not apply. What the engine answers, nobody else does.

    Raises:
        UserError: it is no answer to the question, one may not, or somebody else answered meanwhile.

    """
    with transaction.atomic():
        review = store.find(number)
        rights.expect(who, Permission.REVIEWS_ANSWER, events.subjects(review))
        section, question = Asking.of(review).question(reply.question)
        value = _value(question.bound, reply) or answered(question, reply.value) if reply.applies else ""
        turn(review, Act.ANSWER, None, now)
        row = _replaced(review, reply, now)
        made = Answer.objects.create(
            review=review,
            question=reply.question,
            value=value,
            applies=reply.applies,
            reason=reply.reason.strip()[:4000],
            by=who.name,
            valid_from=now,
        )
        _look_again(review, section.name, now)
        said = value[:80] if reply.applies else f"does not apply: {made.reason[:80]}"
        before = {"before": row.value or row.reason} if row else {}
        events.note(review, "answered", who.name, now, f"{reply.question}: {said}", after=before)
    return made


def answer_all(number: int, replies: Sequence[Reply], *, who: Actor, now: datetime) -> list[Answer]:
    """Answer several questions, all or nothing; errors as for `answer`, and where there is none."""
    if not replies:
        raise UserError("nothing is answered", hint="Fill in at least one of the questions.")
    with transaction.atomic():
        return [answer(number, reply, who=who, now=now) for reply in replies]


def _value(bound: bool, reply: Reply) -> str:
    if bound:
        raise UserError(
            f"{reply.question} is answered by the engine", hint="Say why it does not apply, or comment on it."
        )
    return ""


def _replaced(review: Review, reply: Reply, now: datetime) -> Answer | None:
    """End the answer that there was, if it is the one that whoever answers saw."""
    if not reply.applies and not reply.reason.strip():
        raise UserError(f"{reply.question}: not applicable needs a reason")
    row = review.answers.filter(CURRENT, question=reply.question).first()
    if reply.before not in (_ANY, row.pk if row else 0):
        said = (
            f"{row.by} answered {reply.question} meanwhile: {(row.value or row.reason)[:120]}" if row else "it is gone"
        )
        raise InTheWay(said, hint="Look at that answer, and then decide whether yours still holds.")
    if row is not None:
        Answer.objects.filter(pk=row.pk).update(valid_to=now)
    return row


def clear(number: int, question: str, *, who: Actor, now: datetime) -> None:
    """Take an answer back; errors as for `answer`."""
    with transaction.atomic():
        review = store.find(number)
        rights.expect(who, Permission.REVIEWS_ANSWER, events.subjects(review))
        section, _ = Asking.of(review).question(question)
        turn(review, Act.ANSWER, None, now)
        if review.answers.filter(CURRENT, question=question).update(valid_to=now):
            _look_again(review, section.name, now)
            events.note(review, "answer taken back", who.name, now, question)


def _look_again(review: Review, section: str, now: datetime) -> None:
    """A section whose answers change is to be looked at again."""
    rows = review.sections.filter(name=section).exclude(state=SectionState.WAITING.value)
    rows.update(state=SectionState.WAITING.value, since=now, by="", said="")


def comment(number: int, section: str, question: str, text: str, *, who: Actor, now: datetime) -> Comment:
    """Say something to a section, or to one of its questions; whoever may answer may.

    Raises:
        UserError: it says nothing or too much, or one may not.

    """
    said = _said(text)
    with transaction.atomic():
        review = store.find(number)
        rights.expect(who, Permission.REVIEWS_ANSWER, events.subjects(review))
        store.section(review, section)
        if question:
            Asking.of(review).question(question)
        row = Comment.objects.create(review=review, section=section, question=question, text=said, by=who.name, at=now)
        events.note(review, "commented", who.name, now, f"{question or section}: {said[:120]}")
    return row


def _said(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise UserError("nothing is said, or too much", expected=f"1 to {LONGEST:,} characters")
    return said


@dataclass(frozen=True)
class Found:
    """A finding as a reviewer states it. `owner` is an account or a team."""

    section: str
    title: str
    severity: str
    owner: str
    text: str = ""
    due: str = ""
    ticket: str = ""


def find(number: int, found: Found, *, who: Actor, now: datetime) -> Finding:
    """State a finding; for reviewers of the section.

    Raises:
        UserError: it lacks a title or owner, its ticket is no address, or one may not.

    """
    with transaction.atomic():
        review = store.find(number)
        section = store.section(review, found.section)
        rights.expect_reviewer(who, review, section, Asking.of(review).template)
        turn(review, Act.ANSWER, None, now)
        row = Finding.objects.create(
            review=review,
            section=found.section,
            title=_line(found.title, "a finding needs a title"),
            text=found.text.strip()[:LONGEST],
            severity=_severity(found.severity).value,
            owner=owner(found.owner),
            due_at=day(found.due),
            ticket=link(found.ticket),
            by=who.name,
            at=now,
        )
        events.note(review, "finding", who.name, now, f"{row.severity}: {row.title}", after={"owner": row.owner})
        events.tell(
            Happening.REVIEW_ASSIGNED,
            review,
            now,
            f"A finding in the readiness review of {review.title} is for {row.owner}: {row.title}",
            todo=f"Mend it by {row.due_at:%Y-%m-%d}." if row.due_at else "Mend it.",
            people=[row.owner],
            teams=[row.owner],
            data={"finding": row.pk, "severity": row.severity},
        )
    return row


def settle_finding(number: int, finding: int, state: FindingState, said: str, *, who: Actor, now: datetime) -> Finding:
    """Say that a finding is mended, or that it is accepted as it is (which only a reviewer may), or open again.

    Raises:
        UserError: one may not, or it is so already.

    """
    with transaction.atomic():
        review = store.find(number)
        row = store.finding(review, finding)
        rights.expect(who, Permission.REVIEWS_ANSWER, events.subjects(review))
        if state is FindingState.ACCEPTED:
            rights.expect_reviewer(who, review, store.section(review, row.section), Asking.of(review).template)
            if not said.strip():
                raise UserError("why is it accepted?", hint="Say it in a sentence.")
        ended = (
            {"ended_by": who.name, "ended_at": now}
            if state is not FindingState.OPEN
            else {"ended_by": "", "ended_at": None}
        )
        rows = Finding.objects.filter(pk=row.pk).exclude(state=state.value)
        if not rows.update(state=state.value, said=said.strip()[:4000], **ended):
            raise InTheWay(f"it is {state.value} already", got=f"by {row.ended_by or row.by}")
        events.note(review, f"finding {state.value}", who.name, now, row.title)
        row.refresh_from_db()
    return row


def settle(
    number: int, section: str, seen: int | None, state: SectionState, said: str, *, who: Actor, now: datetime
) -> Review:
    """Accept a section, or return it with a reason.

    Raises:
        UserError: one may not, it lacks a reason or answers, or somebody else changed the review meanwhile.

    """
    with transaction.atomic():
        review = store.find(number)
        row = store.section(review, section)
        asking = Asking.of(review)
        rights.expect_reviewer(who, review, row, asking.template)
        turn(review, Act.SETTLE, seen, now)
        if state is SectionState.RETURNED and not said.strip():
            raise UserError("what is missing?", hint="Say it in a sentence: it goes back to whoever answers.")
        if state is SectionState.ACCEPTED:
            _expect_answers(asking, section)
        changed = {"state": state.value, "since": now, "by": who.name, "said": said.strip()[:4000]}
        review.sections.filter(pk=row.pk).update(**changed)
        events.note(
            review, f"section {state.value}", who.name, now, f"{section}{': ' + said.strip() if said.strip() else ''}"
        )
        if state is SectionState.RETURNED:
            events.tell(
                Happening.REVIEW_ASSIGNED,
                review,
                now,
                f"{who.name} returned the section {section} of the readiness review of {review.title}",
                why=said.strip(),
                todo="Answer what is missing.",
                people=[review.requested_by],
                data={"section": section},
            )
        else:
            handing.to_decision(review, asking.template, who, now)
    return review


def _expect_answers(asking: Asking, section: str) -> None:
    given = store.answers(asking.review)
    required = [
        question.id
        for one in asking.sections
        for question in one.questions
        if one.name == section and not question.bound and question.required and question.id not in given
    ]
    if required:
        raise InTheWay(f"not answered yet: {', '.join(required)}", hint="Return the section, or answer them.")


def _line(text: str, what: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > 200:
        raise UserError(what, expected="1 to 200 characters")
    return said


def _severity(text: str) -> Weight:
    try:
        return Weight(text)
    except ValueError:
        raise UserError("no such severity", expected=", ".join(Weight), got=repr(text[:40])) from None


def owner(text: str) -> str:
    """An account by its name, or a team by its reference.

    Raises:
        UserError: it is neither.

    """
    said = text.strip()
    if not said or len(said) > 200:
        raise UserError("whose is it?", hint="Name an account, or a team such as team:default/payments.")
    if ":" not in said:
        return said
    ref = Ref.parse(said)
    if ref.kind != "team":
        raise UserError("an owner is an account or a team", got=said)
    return str(ref)


def link(text: str) -> str:
    """The address of a ticket; "" is none.

    Raises:
        UserError: it is no address of a page.

    """
    said = text.strip()
    if said and (
        not said.startswith(("https://", "http://")) or len(said) > 2000 or not said.isprintable() or " " in said
    ):
        raise UserError("not the address of a ticket", expected="https://...", got=repr(said[:80]))
    return said
