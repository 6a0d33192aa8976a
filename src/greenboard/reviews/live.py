"""What the engine says of the questions of a review, now: outcomes with their evidence, and who the entities are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from greenboard.catalog import nearby
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.catalog.types import RelationKind
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.types import Fact, FieldValue, Struct
from greenboard.facts.vocabulary import encode
from greenboard.results import service as results
from greenboard.results import store
from greenboard.results.rows import ResultRow
from greenboard.results.types import Evidence, Result
from greenboard.reviews.template import Question, Section, Template
from greenboard.reviews.types import Profile, Proof, Verdict, Verdicts
from greenboard.rules.types import Outcome
from greenboard.scorecards import store as standards
from greenboard.scorecards.types import Rule, Scorecard

_MAJOR = re.compile(r"v?(\d{1,9})(?:\.|$)")


@dataclass(frozen=True)
class Live:
    """Verdicts by question, and profiles by reference, as of one moment."""

    at: datetime
    verdicts: Verdicts
    profiles: Mapping[str, Profile]


def look(
    template: Template, sections: Collection[Section], subjects: Collection[Ref], now: datetime, *, brief: bool = False
) -> Live:
    """What holds now of the entities that are reviewed; where `brief`, without the values that results rest on."""
    questions = [question for section in sections for question in section.questions]
    known = facts.current(None, subjects)
    verdicts = _ruled(template, questions, subjects, brief=brief)
    verdicts |= {
        question.id: tuple(_attested(question.attestation, ref, known.get(ref, ([], []))[0], now) for ref in subjects)
        for question in questions
        if question.attestation
    }
    return Live(now, verdicts, profiles(subjects, known))


def _ruled(
    template: Template, questions: Sequence[Question], subjects: Collection[Ref], *, brief: bool
) -> dict[str, tuple[Verdict, ...]]:
    asked: defaultdict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if question.rule:
            asked[template.scorecard_of(question)].append(question)
    found: dict[str, list[Verdict]] = {question.id: [] for several in asked.values() for question in several}
    for name, several in asked.items():
        card = standards.standard(name, facts.vocabulary())
        for ref in subjects:
            rows = {row.rule: row for row in store.results(name, entity=ref)}
            judged = _judged(card, ref) if rows and not brief else {}
            for question in several:
                one = _verdict(card, question.rule, ref, rows.get(question.rule), judged.get(question.rule))
                found[question.id].append(one)
    return {name: tuple(several) for name, several in found.items()}


def _judged(card: Scorecard, ref: Ref) -> dict[str, Result]:
    """The evidence of each rule; none where the scorecard is not asked of the entity."""
    try:
        return {one.rule: one for one in results.explain(card, ref).results}
    except UserError:
        return {}


def _verdict(card: Scorecard, name: str, ref: Ref, row: ResultRow | None, judged: Result | None) -> Verdict:
    rule: Rule | None = card.rule(name)
    if rule is None:
        return Verdict(str(ref), Outcome.NO_DATA, exempt=False, message=f"{card.title} has no rule {name} any more.")
    asked = Verdict(
        str(ref), Outcome.NOT_APPLICABLE, exempt=False, message="", scorecard=card.name, rule=name, digest=rule.digest
    )
    if row is None:
        return replace(asked, message=f"{card.title} is not asked of it.")
    return replace(
        asked,
        outcome=row.outcome,
        exempt=row.exempt,
        message=judged.message if judged else row.cause.text,
        since=clock.format_time(row.since),
        proofs=tuple(map(_proof, judged.evidence)) if judged else (),
    )


def _proof(part: Evidence) -> Proof:
    at = clock.format_time(part.observed_at.replace(microsecond=0)) if part.observed_at else ""
    return Proof(part.fact, said(part.value), part.source, part.link, at, part.key or "", part.commit)


def said(value: FieldValue | None) -> str:
    """A value as text, in one form."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    encoded = encode(value) if value is not None else ""
    return ", ".join(map(str, encoded)) if isinstance(encoded, list | tuple) else str(encoded)


def _attested(item: str, ref: Ref, known: Collection[Fact], now: datetime) -> Verdict:
    """Whether somebody stands for an item: the newest statement that holds, or the last that ended."""
    several = [(fact, one) for fact in known if fact.type == "attestation" for one in _items(fact)]
    # What has no end is an item that nobody was asked for yet: `attested` in a rule takes it as unknown, too.
    told = (pair for pair in several if pair[1].get("item") == item and "expires_at" in pair[1])
    about = sorted(told, key=_ends, reverse=True)
    if not about:
        return Verdict(str(ref), Outcome.NO_DATA, exempt=False, message=f"Nobody attests {item}.", rule=item)
    fact, one = about[0]
    holds = _ends(about[0]) > now
    until = f"{_ends(about[0]):%Y-%m-%d}"
    message = (
        f"{one.get('by', fact.source.name)} attests {item} until {until}."
        if holds
        else f"The attestation of {item} ended on {until}."
    )
    proof = Proof(
        "attestation",
        str(one.get("statement") or item),
        fact.source.name,
        str(one.get("evidence") or fact.source.link),
        clock.format_time(fact.observed_at.replace(microsecond=0)),
        item,
    )
    outcome = Outcome.PASS if holds else Outcome.FAIL
    return Verdict(str(ref), outcome, exempt=False, message=message, rule=item, proofs=(proof,))


def _items(fact: Fact) -> Iterator[Struct]:
    yield from fact.value if isinstance(fact.value, tuple) else (fact.value,)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _ends(pair: tuple[Fact, Struct]) -> datetime:
    end = pair[1].get("expires_at")
    return end if isinstance(end, datetime) else _NEVER


def profiles(
    subjects: Collection[Ref], known: Mapping[Ref, tuple[list[Fact], object]] | None = None
) -> dict[str, Profile]:
    """Who the entities are, by reference; one that is no longer there is left out."""
    told = known if known is not None else facts.current(None, subjects)
    stored = [found for found in (catalog.find(ref) for ref in subjects) if found is not None]
    needs: defaultdict[Ref, list[str]] = defaultdict(list)
    for one in nearby.relations([each.id for each in stored]):
        if one.kind is RelationKind.DEPENDS_ON:
            needs[one.source].append(str(one.target))
    return {str(one.ref): _profile(one, needs[one.ref], told.get(one.ref, ([], None))[0]) for one in stored}


def _profile(stored: Stored, needs: Sequence[str], known: Collection[Fact]) -> Profile:
    entity = stored.entity
    return Profile(
        owner=str(stored.owner) if stored.owner else "",
        tier="" if entity.tier is None else str(entity.tier),
        classification=entity.data_classification or "",
        dependencies=tuple(sorted(needs)),
        versions=tuple(sorted(_majors(known))),
    )


def _majors(known: Collection[Fact]) -> Iterator[str]:
    for fact in known:
        for one in _items(fact) if fact.type == "deployment" else ():
            found = _MAJOR.match(str(one.get("version", "")))
            if found and one.get("stage", "production") == "production":
                yield f"{one.get('environment', '')} {found[1]}".strip()
