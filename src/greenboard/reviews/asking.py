"""Asking for a review, its triage, who looks at what, and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from greenboard.access.decide import Permission
from greenboard.access.errors import Absent, InTheWay
from greenboard.access.models import Person
from greenboard.catalog import store as catalog
from greenboard.catalog.types import COMPONENT_KINDS, RelationKind
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.happened import Happening
from greenboard.core.refs import Ref
from greenboard.reviews import events, rights, store
from greenboard.reviews import template as templates
from greenboard.reviews.models import Answer, Review, Section, Subject
from greenboard.reviews.rights import Actor
from greenboard.reviews.turning import turn
from greenboard.reviews.types import Act, Scale, State

MOST = 200
"""Entities of one review."""
_TITLE = 200


@dataclass(frozen=True)
class Wish:
    """A review as somebody asks for it. Of a system its components are reviewed; a product needs a title."""

    entities: Sequence[Ref]
    template: str = templates.DEFAULT
    stage: str = ""
    title: str = ""
    reason: str = ""
    due: str = ""


@dataclass(frozen=True)
class Triage:
    """What is settled before work begins: until when, and who looks at which section, by its name."""

    due: str = ""
    teams: Mapping[str, str] = field(default_factory=dict)
    reviewers: Mapping[str, str] = field(default_factory=dict)


def request(wish: Wish, *, who: Actor, now: datetime, follows: Review | None = None) -> Review:
    """Ask for a review.

    Raises:
        UserError: there is no such template, stage or entity, or one may not ask for it.
        InTheWay: the same is under way already.

    """
    template = templates.find(wish.template) if follows is None else templates.again(follows.template)
    stage = template.stage(wish.stage or template.stages[0].name)
    scale, title, refs = _subjects(wish)
    rights.expect(who, Permission.REVIEWS_ANSWER, [*wish.entities, *refs])
    with transaction.atomic():
        ids = _locked(refs)
        _expect_first(ids, template.name, stage.name)
        review = Review.objects.create(
            title=title,
            template_name=template.name,
            template=template.text,
            stage=stage.name,
            scale=scale.value,
            state_since=now,
            reason=wish.reason.strip()[:4000],
            due_at=day(wish.due),
            requested_by=who.name,
            requested_at=now,
            follows=follows,
        )
        Subject.objects.bulk_create([Subject(review=review, entity_id=number) for number in ids])
        sections = template.sections_at(stage.name)
        Section.objects.bulk_create(
            [
                Section(review=review, name=one.name, place=place, team=_team(one.team), since=now)
                for place, one in enumerate(sections)
            ]
        )
        if follows is not None:
            _carry(follows, review, now)
        said = f"{template.title}, {stage.title.lower()}"
        events.note(review, "requested", who.name, now, said, after={"entities": [str(ref) for ref in refs]})
        triage_ = events.triaging().without(who.name)
        events.tell(
            Happening.REVIEW_REQUESTED,
            review,
            now,
            f"{who.name} asks for a readiness review of {title}",
            why=said,
            todo="Triage it: say who looks at which section, and until when.",
            people=triage_.people,
            teams=[*(one.team for one in sections), *map(str, triage_.teams)],
        )
    return review


def _subjects(wish: Wish) -> tuple[Scale, str, list[Ref]]:
    """The scale of a review, its title, and what is reviewed."""
    if not wish.entities:
        raise UserError("a review is about something", hint="Name an entity, a system, or the components of a product.")
    title = wish.title.strip()[:_TITLE]
    if len(wish.entities) > 1:
        if not title:
            raise UserError("a product needs a name", hint="Give it as the title.")
        return Scale.PRODUCT, title, _bounded(wish.entities)
    ref = wish.entities[0]
    if ref.kind != "system":
        return Scale.ENTITY, title or ref.short, [ref]
    parts = [
        one.source for one in catalog.relations(about=ref) if one.kind is RelationKind.PART_OF and one.target == ref
    ]
    components = [part for part in parts if part.kind in COMPONENT_KINDS]
    if not components:
        raise UserError(f"{ref} has no components", hint="Say in their descriptors that they are part of it.")
    return Scale.SYSTEM, title or ref.short, _bounded(components)


def _bounded(refs: Collection[Ref]) -> list[Ref]:
    found = sorted(set(refs))
    if len(found) > MOST:
        raise UserError("too many entities for one review", expected=f"at most {MOST}", got=str(len(found)))
    return found


def _locked(refs: Sequence[Ref]) -> list[int]:
    """The surrogate ids of entities that are there."""
    found = catalog.plain(refs=refs)
    missing = set(refs) - {entity.ref for entity in found.values()}
    if missing:
        raise Absent(f"{min(missing)} is not in the catalog")
    return sorted(found)


def _expect_first(ids: Sequence[int], template: str, stage: str) -> None:
    rows = Review.objects.exclude(state__in=(State.SIGNED, State.WITHDRAWN))
    for row in rows.filter(template_name=template, stage=stage, subjects__entity=ids[0]).distinct():
        if sorted(row.subjects.values_list("entity_id", flat=True)) == list(ids):
            raise InTheWay(f"review {row.pk} of the same is under way", hint=f"It is at /reviews/{row.pk}.")


def _carry(before: Review, review: Review, now: datetime) -> None:
    """Take the answers of people over from the stage before: they are looked at again."""
    asked = store.Asking.of(review).questions
    given = [row for name, row in store.answers(before).items() if name in asked]
    carried = [
        Answer(
            review=review,
            question=row.question,
            value=row.value,
            applies=row.applies,
            reason=row.reason,
            by=row.by,
            valid_from=now,
        )
        for row in given
    ]
    Answer.objects.bulk_create(carried)


def follow(number: int, *, who: Actor, now: datetime) -> Review:
    """Ask for the next stage of a signed review, with the answers of this one; errors as for `request`."""
    from_ = store.find(number)
    template = templates.again(from_.template)
    stage = template.next_stage(from_.stage)
    if from_.state != State.SIGNED or stage is None:
        raise InTheWay("there is no next stage to go on to", hint="Sign this one first; the last stage has none.")
    with transaction.atomic():
        wish = Wish(events.subjects(from_), template.name, stage.name, from_.title)
        review = request(wish, who=who, now=now, follows=from_)
        Review.objects.filter(pk=review.pk).update(scale=from_.scale)
        Review.objects.filter(pk=from_.pk, next_told_at__isnull=True).update(next_told_at=now)
    return store.find(review.pk)


def triage(number: int, seen: int | None, said: Triage, *, who: Actor, now: datetime) -> Review:
    """Say until when and who looks at what; the review is open then. May be done again.

    Raises:
        UserError: one may not, somebody else changed it, or a team, person or section is not there.

    """
    rights.expect_manager(who)
    with transaction.atomic():
        review = store.find(number)
        due = {"due_at": day(said.due)} if said.due else {}
        turn(review, Act.TRIAGE, seen, now, **due)
        for name in {*said.teams, *said.reviewers}:
            _give(review, name, said.teams.get(name), said.reviewers.get(name), now)
        events.note(review, "triaged", who.name, now, f"due {said.due}" if said.due else "")
    return review


def assign(number: int, section: str, seen: int | None, reviewer: str, *, who: Actor, now: datetime) -> Review:
    """Give a section to somebody, or to nobody in particular; who is of its team may take it.

    Raises:
        UserError: as for `triage`.

    """
    with transaction.atomic():
        review = store.find(number)
        if reviewer == who.name:
            rights.expect_reviewer(who, review, store.section(review, section), templates.again(review.template))
        else:
            rights.expect_manager(who)
        act = Act.TRIAGE if review.state != State.REQUESTED else Act.ANSWER
        turn(review, act, seen, now)
        _give(review, section, None, reviewer, now)
        events.note(review, "assigned", who.name, now, f"{section} to {reviewer or 'its team'}")
    return review


def _give(review: Review, name: str, team: str | None, reviewer: str | None, now: datetime) -> None:
    row = store.section(review, name)
    if team is not None:
        row.team = _team(team)
    if reviewer is not None:
        row.reviewer = _account(reviewer)
    row.save(update_fields=["team", "reviewer"])
    if row.reviewer or row.team:
        title = next((one.title for one in store.Asking.of(review).sections if one.name == name), name)
        events.tell(
            Happening.REVIEW_ASSIGNED,
            review,
            now,
            f"The section {title} of the readiness review of {review.title} is for {row.reviewer or row.team}",
            todo="Read the answers and their evidence, and accept the section or return it.",
            people=[row.reviewer],
            teams=[] if row.reviewer else [row.team],
            data={"section": name},
        )


def _team(text: str) -> str:
    """The reference of a team; "" is none.

    Raises:
        UserError: it is none, or of something else.

    """
    if not text.strip():
        return ""
    ref = Ref.parse(text, kind="team")
    if ref.kind != "team":
        raise UserError("a section is looked at by a team", got=text)
    return str(ref)


def _account(name: str) -> str:
    if name and not Person.objects.filter(username=name, is_active=True).exists():
        raise UserError(f"nobody here is called {name!r}", hint="Name the account of somebody who can sign in.")
    return name


def withdraw(number: int, seen: int | None, reason: str, *, who: Actor, now: datetime) -> Review:
    """Take a review back, for a reason: who asked for it, or who triages.

    Raises:
        UserError: one may not, there is no reason, or somebody else changed it.

    """
    if not reason.strip():
        raise UserError("why is it withdrawn?", hint="Say it in a sentence.")
    with transaction.atomic():
        review = store.find(number)
        if review.requested_by != who.name:
            rights.expect_manager(who)
        turn(review, Act.WITHDRAW, seen, now)
        events.note(review, "withdrawn", who.name, now, reason.strip()[:4000])
    return review


def day(text: str) -> datetime | None:
    """The end of a day in UTC, of its date; None of nothing.

    Raises:
        UserError: it is no date.

    """
    if not text.strip():
        return None
    moment = clock.parse_time(text)
    whole = len(text.strip()) == len("2026-11-26")
    return moment + timedelta(days=1, seconds=-1) if whole else moment
