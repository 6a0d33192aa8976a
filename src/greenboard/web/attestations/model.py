"""Attestations as values that pages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.safestring import SafeString

from greenboard.attestations import policies, store
from greenboard.attestations.models import Attestation, Evidence, Step
from greenboard.attestations.types import Cause, Done, Policy, Proof, State
from greenboard.core.refs import Ref
from greenboard.web import links, words
from greenboard.web.charts.bar import Share, bar
from greenboard.web.words import Said

SOON = timedelta(days=30)
"""What ends within it, ends soon."""
STATES: Mapping[State, Said] = {
    State.WAITING: Said("no_data", "◌", "Waits for confirmation"),
    State.HOLDS: Said("pass", "✓", "Holds"),
    State.REFUSED: Said("fail", "✕", "Refused"),
    State.ENDED: Said("not_applicable", "–", "Ended"),
}
_DONE = {
    Done.GIVEN: "attested it",
    Done.CONFIRMED: "confirmed it",
    Done.REFUSED: "refused it",
    Done.REMINDED: "Reminded",
    Done.ENDED: "ended it",
}
_ALONE = {Done.REMINDED: "A reminder was sent", Done.ENDED: "It ended"}
_EVENTS = {
    Cause.OWNER: "another owner",
    Cause.TIER: "another tier",
    Cause.DEPENDENCY: "a new dependency",
    Cause.MAJOR: "a new major version",
    Cause.CLASSIFICATION: "another data classification",
    Cause.FILE: "a change of a file that it names",
}


@dataclass(frozen=True)
class Line:
    """An attestation in a list. `life` draws how much of its time has passed."""

    number: int
    url: str
    item: str
    title: str
    scope: str
    entity: str
    entity_url: str
    by: str
    state: Said
    soon: bool
    when: SafeString | str
    life: SafeString | str
    reason: str


@dataclass(frozen=True)
class Proven:
    """A piece of evidence. `url` is where it is kept, `file` what it is where it is kept here."""

    kind: str
    text: str
    url: str = ""
    file: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Turn:
    """A step of the history."""

    said: str
    why: str
    when: SafeString | str


def line(row: Attestation, now: datetime, as_of: datetime | None = None) -> Line:
    """An attestation as it stands, or stood at a moment."""
    state, ref = store.state_at(row, as_of), ref_of(row)
    policy = policies.shipped().get(row.item)
    live = state in (State.HOLDS, State.WAITING)
    return Line(
        number=row.pk,
        url=reverse("attestation", args=[row.pk]),
        item=row.item,
        title=policy.title if policy else row.item,
        scope=scope(row),
        entity=ref.short,
        entity_url=links.entity(ref),
        by=row.given_by,
        state=STATES[state],
        soon=live and row.expires_at - now <= SOON,
        when=words.when(row.expires_at if live else row.ended_at, now),
        life=_life(row, now) if live else "",
        reason="" if live else row.reason,
    )


def ref_of(row: Attestation) -> Ref:
    """Of which entity it is, as that is called now."""
    return Ref(row.entity.kind, row.entity.namespace, row.entity.name)


def scope(row: Attestation) -> str:
    """`production, 2.4.1`; empty where it is about the whole entity."""
    return ", ".join(part for part in (row.environment, row.release) if part)


def _life(row: Attestation, now: datetime) -> SafeString:
    whole = (row.expires_at - row.given_at).total_seconds() or 1
    passed = min(100, max(0, round(100 * (now - row.given_at).total_seconds() / whole)))
    soon = row.expires_at - now <= SOON
    return bar((Share("fail" if soon else "pass", 100 - passed), Share("rest", passed)), height=6)


def proven(row: Attestation, pieces: Iterable[Evidence]) -> list[Proven]:
    """What it leans on."""
    return [_proven(row, piece) for piece in pieces]


def _proven(row: Attestation, piece: Evidence) -> Proven:
    if piece.file is not None:
        url = reverse("attestation-file", args=[row.pk, piece.pk])
        told = f"{piece.file.media}, {size(piece.file.size)}"
        return Proven("File", piece.text, url, told, piece.file.digest)
    kinds = {Proof.LINK: "Link", Proof.TEXT: "Words", Proof.PATH: "Path in the repository"}
    return Proven(kinds[Proof(piece.kind)], piece.text, links.outside(piece.text) if piece.kind == Proof.LINK else "")


def size(count: int) -> str:
    """`840 bytes`, `12 kB`, `3.4 MB`."""
    if count < 1_000:
        return f"{count} bytes"
    return f"{count / 1_000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def turns(steps: Iterable[Step], now: datetime) -> list[Turn]:
    """The history, oldest first."""
    return [_turn(step, now) for step in steps]


def _turn(step: Step, now: datetime) -> Turn:
    done = Done(step.done)
    said = f"{step.by} {_DONE[done]}" if step.by else _ALONE.get(done, _DONE[done])
    return Turn(said, step.said, words.when(step.at, now))


def answered(policy: Policy | None, row: Attestation) -> list[tuple[str, str]]:
    """The questions that were answered, with the answers; those that nobody asks any more by their names."""
    asked = {question.id: question.ask for question in policy.questions} if policy else {}
    return [(asked.get(name, words.sentence(name)), answer(value)) for name, value in row.answers.items()]


def answer(value: object) -> str:
    """An answer as it was given."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def ends(policy: Policy | None) -> str:
    """What ends it before its day, in words."""
    if policy is None:
        return ""
    said = [_EVENTS[cause] for cause in Cause if cause in policy.ends.causes]
    if policy.ends.deployments:
        said.append(f"{policy.ends.deployments} deployments")
    return ", ".join(said[:-1]) + " or " * (len(said) > 1) + said[-1] if said else ""
