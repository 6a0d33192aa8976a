"""Reviews as values for pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.safestring import SafeString

from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.reviews import events, rights, store
from greenboard.reviews.live import Live
from greenboard.reviews.models import Answer, Comment, Condition, Finding, Review, Section
from greenboard.reviews.rights import Actor
from greenboard.reviews.store import Asking
from greenboard.reviews.template import Question
from greenboard.reviews.types import Decision, FindingState, Proof, SectionState, State, Verdict, Weight, worst
from greenboard.web import links, words
from greenboard.web.charts.bar import Share, bar
from greenboard.web.words import OUTCOMES, Said

STATES: Mapping[State, Said] = {
    State.REQUESTED: Said("no_data", "◌", "Waits for triage"),
    State.OPEN: Said("no_data", "◔", "Under review"),
    State.DECIDED: Said("no_data", "◕", "Waits for a signature"),
    State.SIGNED: Said("pass", "✓", "Signed"),
    State.REOPENED: Said("fail", "✕", "Open again"),
    State.WITHDRAWN: Said("not_applicable", "–", "Withdrawn"),
}
SECTIONS: Mapping[SectionState, Said] = {
    SectionState.WAITING: Said("no_data", "◌", "Waits"),
    SectionState.RETURNED: Said("error", "!", "Returned"),
    SectionState.ACCEPTED: Said("pass", "✓", "Accepted"),
    SectionState.REOPENED: Said("fail", "✕", "Open again"),
}
DECISIONS: Mapping[Decision, Said] = {
    Decision.GO: Said("pass", "✓", "Go"),
    Decision.GO_WITH_CONDITIONS: Said("error", "!", "Go with conditions"),
    Decision.NO_GO: Said("fail", "✕", "No go"),
}
FINDINGS: Mapping[FindingState, Said] = {
    FindingState.OPEN: Said("fail", "✕", "Open"),
    FindingState.DONE: Said("pass", "✓", "Done"),
    FindingState.ACCEPTED: Said("not_applicable", "–", "Accepted as it is"),
}
_ANSWERED = Said("pass", "✓", "Answered")
_AGAINST = Said("fail", "✕", "Speaks against it")
_EMPTY = Said("no_data", "◌", "Not answered")
SEVERITIES = tuple((one.value, words.sentence(one.value)) for one in Weight)
CHOICES = tuple((one.value, said.word) for one, said in DECISIONS.items())


@dataclass(frozen=True)
class Row:
    """A review in a list."""

    number: int
    title: str
    url: str
    kind: str
    state: Said
    decision: Said | None
    bar: SafeString
    accepted: str
    since: SafeString | str
    due: SafeString | str
    late: bool
    by: str


@dataclass(frozen=True)
class Seen:
    """A verdict with the values that it rests on."""

    entity: str
    url: str
    outcome: Said
    exempt: bool
    message: str
    proofs: tuple[Proof, ...]


@dataclass(frozen=True)
class Line:
    """A question with its answer. `before` is the number of the answer that is shown; 0 is none."""

    id: str
    title: str
    why: str
    sort: str
    choices: tuple[str, ...]
    required: bool
    rule_url: str
    bound: str
    said: Said
    exempt: bool
    value: str
    message: str
    by: str
    at: SafeString | str
    before: int
    seen: tuple[Seen, ...]
    comments: tuple[Comment, ...]


@dataclass(frozen=True)
class Part:
    """A section with its questions."""

    name: str
    title: str
    about: str
    who: str
    team: str
    reviewer: str
    state: Said
    by: str
    said: str
    lines: tuple[Line, ...]
    bar: SafeString
    counted: str
    comments: tuple[Comment, ...]
    may_review: bool


@dataclass(frozen=True)
class Due:
    """A finding or a condition."""

    row: Finding | Condition
    state: Said
    due: SafeString | str
    late: bool


def rows(found: Sequence[Review], now: datetime) -> list[Row]:
    """Reviews as they are listed. Two queries."""
    sections: dict[int, list[SectionState]] = {}
    for number, state in Section.objects.filter(review__in=found).values_list("review_id", "state"):
        sections.setdefault(number, []).append(SectionState(state))
    return [_row(one, sections.get(one.pk, []), now) for one in found]


def _row(review: Review, sections: Sequence[SectionState], now: datetime) -> Row:
    stage = Asking.of(review).template.stage(review.stage).title
    ended = review.state in (State.SIGNED, State.WITHDRAWN)
    return Row(
        number=review.pk,
        title=review.title,
        url=f"/reviews/{review.pk}",
        kind=f"{Asking.of(review).template.title}, {stage.lower()}",
        state=STATES[State(review.state)],
        decision=DECISIONS[Decision(review.decision)] if review.decision else None,
        bar=progress(sections),
        accepted=f"{sections.count(SectionState.ACCEPTED)} of {len(sections)}",
        since=words.when(review.state_since, now),
        due="" if review.due_at is None or ended else words.when(review.due_at, now),
        late=review.due_at is not None and review.due_at < now and not ended,
        by=review.requested_by,
    )


def progress(sections: Collection[SectionState]) -> SafeString:
    """How many sections are accepted, returned or open again, and waiting."""
    bad = sum(one in (SectionState.RETURNED, SectionState.REOPENED) for one in sections)
    good = sum(one is SectionState.ACCEPTED for one in sections)
    waits = Share("no_data", len(sections) - good - bad, hatched=True)
    return bar((Share("pass", good), Share("fail", bad), waits))


def parts(asking: Asking, live: Live, who: Actor, now: datetime) -> list[Part]:
    """The sections of a review with what is known, said and asked."""
    review, given = asking.review, store.answers(asking.review)
    held = {row.name: row for row in review.sections.all()}
    comments = list(review.comments.order_by("id"))
    return [_part(asking, one.name, held[one.name], (live, given, comments, who, now)) for one in asking.sections]


def unanswered(found: Sequence[Part], given: Mapping[str, str]) -> list[tuple[str, Line, str]]:
    """The questions that people answer and nobody did: section, question, and what was typed in a refused form."""
    return [
        (part.title, line, given.get(f"answer-{line.id}", ""))
        for part in found
        for line in part.lines
        if line.sort and not line.before
    ]


_Ground = tuple[Live, Mapping[str, Answer], list[Comment], Actor, datetime]


def _part(asking: Asking, name: str, row: Section, ground: _Ground) -> Part:
    _, _, comments, who, _ = ground
    section = next(one for one in asking.sections if one.name == name)
    lines = tuple(_line(asking, question, ground) for question in section.questions)
    keys = [line.said.key for line in lines]
    good = sum(key in ("pass", "not_applicable") or line.exempt for key, line in zip(keys, lines, strict=True))
    bad = sum(key == "fail" and not line.exempt for key, line in zip(keys, lines, strict=True))
    waits = Share("no_data", len(lines) - good - bad, hatched=True)
    return Part(
        name=name,
        title=section.title,
        about=section.about,
        who=row.reviewer or row.team or section.reviewers,
        team=row.team,
        reviewer=row.reviewer,
        state=SECTIONS[SectionState(row.state)],
        by=row.by,
        said=row.said,
        lines=lines,
        bar=bar((Share("pass", good), Share("fail", bad), waits)),
        counted=f"{good} of {len(lines)}",
        comments=tuple(one for one in comments if one.section == name and not one.question),
        may_review=rights.may_review(who, asking.review, row),
    )


def _line(asking: Asking, question: Question, ground: _Ground) -> Line:
    live, given, comments, _, now = ground
    answer, verdicts = given.get(question.id), live.verdicts.get(question.id, ())
    one = worst(verdicts)
    card = asking.template.scorecard_of(question)
    return Line(
        id=question.id,
        title=question.title,
        why=question.why,
        sort=question.answer,
        choices=question.choices,
        required=question.required,
        rule_url=links.rule(card, question.rule) if question.rule else "",
        bound=question.rule or question.attestation,
        said=_said(question, answer, one),
        exempt=bool(one and one.exempt and (answer is None or answer.applies)),
        value=answer.value if answer else "",
        message=_message(question, answer, verdicts, one),
        by=answer.by if answer else "",
        at=words.when(answer.valid_from, now) if answer else "",
        before=answer.pk if answer else 0,
        seen=tuple(map(_seen, verdicts)),
        comments=tuple(each for each in comments if each.question == question.id),
    )


def _said(question: Question, answer: Answer | None, one: Verdict | None) -> Said:
    if answer is not None and not answer.applies:
        return OUTCOMES["not_applicable"]
    if question.bound:
        return OUTCOMES[one.outcome] if one else OUTCOMES["no_data"]
    if answer is None:
        return _EMPTY if question.required else Said("not_applicable", "–", "Not answered, not required")
    return _AGAINST if answer.value in question.against else _ANSWERED


def _message(question: Question, answer: Answer | None, verdicts: Sequence[Verdict], one: Verdict | None) -> str:
    if answer is not None and not answer.applies:
        return f"Does not apply: {answer.reason}"
    if not question.bound:
        return answer.value if answer else ""
    if one is None or len(verdicts) < 2:
        return one.message if one else ""
    green = sum(each.green for each in verdicts)
    return f"{green} of {len(verdicts)} are green" + ("" if one.green else f". {_short(one.entity)}: {one.message}")


def _short(ref: str) -> str:
    return Ref.parse(ref).short


def _seen(one: Verdict) -> Seen:
    ref = Ref.parse(one.entity)
    proofs = tuple(one.proofs)
    return Seen(ref.short, links.entity(ref), OUTCOMES[one.outcome], one.exempt, one.message, proofs)


def findings(review: Review, now: datetime) -> list[Due]:
    """The findings, open ones first."""
    found = sorted(review.findings.order_by("id"), key=lambda row: row.state != FindingState.OPEN)
    return [
        Due(
            row,
            FINDINGS[FindingState(row.state)],
            _when(row.due_at, now),
            _late(row.due_at, now) and row.ended_at is None,
        )
        for row in found
    ]


def conditions(review: Review, now: datetime) -> list[Due]:
    """The conditions that were not dropped."""
    found = review.conditions.filter(dropped_at__isnull=True).order_by("due_at", "id")
    return [
        Due(row, _condition(row, now), _when(row.due_at, now), _late(row.due_at, now) and row.done_at is None)
        for row in found
    ]


def _condition(row: Condition, now: datetime) -> Said:
    if row.done_at is not None:
        return Said("pass", "✓", "Met")
    return Said("fail", "✕", "Missed") if row.due_at < now else Said("no_data", "◌", "Open")


def _when(moment: datetime | None, now: datetime) -> SafeString | str:
    return words.when(moment, now) if moment else "–"


def _late(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment < now


def entities(text: str) -> list[Ref]:
    """References that somebody wrote, a line or a comma between them.

    Raises:
        UserError: one of them is none.

    """
    parts = [part.strip() for line in text.splitlines() for part in line.split(",")]
    found = [Ref.parse(part, kind="service") for part in parts if part]
    if not found:
        raise UserError("a review is about something", hint="Name an entity, a system, or the components of a product.")
    return found


def subjects(review: Review) -> list[tuple[str, str]]:
    """The entities that are reviewed, with their pages."""
    return [(ref.short, links.entity(ref)) for ref in events.subjects(review)]


def age(length: timedelta) -> str:
    """A length of time for people."""
    return words.span(length)


def context_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """Frozen evidence as its page draws it: outcomes with their glyphs."""
    sections = [
        {
            **section,
            "said_state": SECTIONS[SectionState(section["state"])],
            "questions": [
                {**one, "verdicts": [{**each, "said": OUTCOMES[each["outcome"]]} for each in one["verdicts"]]}
                for one in section["questions"]
            ],
        }
        for section in told["sections"]
    ]
    return {**told, "sections": sections, "decision": DECISIONS[Decision(told["review"]["decision"])]}
