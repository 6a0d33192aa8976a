"""All that a signature covers, as one value of plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.reviews import store
from greenboard.reviews.freezing import FORMAT
from greenboard.reviews.live import Live
from greenboard.reviews.models import Answer, Review
from greenboard.reviews.store import Asking
from greenboard.reviews.template import Question
from greenboard.reviews.types import Profile, Verdict


def told(asking: Asking, live: Live) -> dict[str, Any]:
    """A review with its evidence at a moment."""
    review, template = asking.review, asking.template
    given = store.answers(review)
    rows = {row.name: row for row in review.sections.all()}
    return {
        "format": FORMAT,
        "at": clock.format_time(live.at),
        "review": _review(review),
        "template": {
            "name": template.name,
            "title": template.title,
            "digest": template.digest,
            "stage": template.stage(review.stage).title,
        },
        "entities": {ref: asdict(profile) for ref, profile in live.profiles.items()},
        "numbers": {str(ref): number for number, ref in numbers(review, live.profiles).items()},
        "sections": [
            {
                "name": one.name,
                "title": one.title,
                "team": rows[one.name].team,
                "state": rows[one.name].state,
                "by": rows[one.name].by,
                "said": rows[one.name].said,
                "questions": [_question(question, given.get(question.id), live) for question in one.questions],
            }
            for one in asking.sections
        ],
        "findings": [
            {
                **_columns(row, "section", "title", "text", "severity", "owner", "ticket", "state", "said", "by"),
                "due": _at(row.due_at),
            }
            for row in review.findings.order_by("id")
        ],
        "conditions": [
            {
                **_columns(row, "text", "owner", "by", "done_by", "said"),
                "due": _at(row.due_at),
                "done": _at(row.done_at),
            }
            for row in review.conditions.filter(dropped_at__isnull=True).order_by("id")
        ],
        "comments": [
            {**_columns(row, "section", "question", "text", "by"), "at": _at(row.at)}
            for row in review.comments.order_by("id")
        ],
    }


def numbers(review: Review, profiles: Mapping[str, Profile]) -> dict[int, Ref]:
    """What is reviewed and what that needs, as called now, by surrogate id, which stays when one is renamed."""
    rows = review.subjects.values_list("entity_id", "entity__kind", "entity__namespace", "entity__name")
    needs = {Ref.parse(one) for profile in profiles.values() for one in profile.dependencies}
    return {number: ref for ref, number in facts.known(needs).items()} | {row[0]: Ref(*row[1:]) for row in rows}


def _review(review: Review) -> dict[str, Any]:
    names = ("title", "scale", "stage", "reason", "requested_by", "decision", "rationale", "decided_by", "signed_by")
    moments = ("requested_at", "decided_at", "signed_at")
    return {"number": review.pk, **_columns(review, *names), **{name: _at(getattr(review, name)) for name in moments}}


def _question(question: Question, given: Answer | None, live: Live) -> dict[str, Any]:
    bound = question.rule or question.attestation
    return {
        "id": question.id,
        "title": question.title,
        "asks": "rule" if question.rule else "attestation" if question.attestation else question.answer,
        "of": bound,
        "verdicts": [_verdict(one) for one in live.verdicts.get(question.id, ())],
        "answer": None
        if given is None
        else {**_columns(given, "value", "applies", "reason", "by"), "at": _at(given.valid_from)},
    }


def _verdict(one: Verdict) -> dict[str, Any]:
    return {**asdict(one), "outcome": one.outcome.value, "green": one.green}


def _columns(row: object, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _at(moment: datetime | None) -> str:
    return clock.format_time(moment) if moment else ""


def green(text: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """What was green at a signature: by question and entity, its section and title."""
    return {
        (question["id"], verdict["entity"]): (section["name"], question["title"])
        for section in text["sections"]
        for question in section["questions"]
        if question["answer"] is None or question["answer"]["applies"]
        for verdict in question["verdicts"]
        if verdict["green"]
    }


def profiles(text: Mapping[str, Any]) -> dict[str, Profile]:
    """Who the entities were at a signature."""
    return {
        ref: Profile(**{**said, "dependencies": tuple(said["dependencies"]), "versions": tuple(said["versions"])})
        for ref, said in text["entities"].items()
    }
