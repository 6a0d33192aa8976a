"""What a review is made of, as plain values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from greenboard.rules.types import Outcome


class State(StrEnum):
    """How far a review is."""

    REQUESTED = "requested"
    OPEN = "open"
    DECIDED = "decided"
    SIGNED = "signed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What is done to a review as a whole."""

    TRIAGE = "triage"
    ANSWER = "answer"
    SETTLE = "settle"
    DECIDE = "decide"
    RESUME = "resume"
    SIGN = "sign"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


class Decision(StrEnum):
    """What a review comes to."""

    GO = "go"
    GO_WITH_CONDITIONS = "go_with_conditions"
    NO_GO = "no_go"


class Scale(StrEnum):
    """What a review is about."""

    ENTITY = "entity"
    SYSTEM = "system"
    PRODUCT = "product"


class SectionState(StrEnum):
    """How far a section is: waiting for its reviewers, returned to whoever answers, accepted, or open again."""

    WAITING = "waiting"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REOPENED = "reopened"


class FindingState(StrEnum):
    """How far a finding is."""

    OPEN = "open"
    DONE = "done"
    ACCEPTED = "accepted"


class Weight(StrEnum):
    """How severe a finding is, the worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


BLOCKING = frozenset({Weight.CRITICAL, Weight.HIGH})
"""Findings that stand against an unconditional go while they are open."""


class Change(StrEnum):
    """Why a review was opened again."""

    TURNED_RED = "turned_red"
    CONDITION_MISSED = "condition_missed"
    OWNER = "owner"
    TIER = "tier"
    CLASSIFICATION = "classification"
    DEPENDENCY = "dependency"
    MAJOR_VERSION = "major_version"


@dataclass(frozen=True)
class Proof:
    """A value that an answer rests on, as it was read: `at` is when it was seen, as text."""

    fact: str
    value: str
    source: str
    link: str
    at: str
    key: str = ""
    commit: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the engine says of a question for one entity; `rule` and `digest` name the version that was asked."""

    entity: str
    outcome: Outcome
    exempt: bool
    message: str
    scorecard: str = ""
    rule: str = ""
    digest: str = ""
    since: str = ""
    proofs: tuple[Proof, ...] = ()

    @property
    def green(self) -> bool:
        """Whether nothing stands against it: passed, exempt, or asked of others."""
        return self.exempt or self.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True)
class Given:
    """What a person answered. `reason` says why a question does not apply, where it does not."""

    value: str
    applies: bool
    reason: str
    by: str
    at: str


@dataclass(frozen=True)
class Profile:
    """What of an entity a sign-off rests on besides answers: a change of it is material."""

    owner: str
    tier: str
    classification: str
    dependencies: tuple[str, ...]
    versions: tuple[str, ...]
    """Major versions that run, each as `environment major`."""


Verdicts = Mapping[str, tuple[Verdict, ...]]
"""By question; of each entity that is reviewed."""


def worst(verdicts: tuple[Verdict, ...]) -> Verdict | None:
    """The verdict that speaks for all of them: what fails before what is not known, before what passes."""
    order = (Outcome.FAIL, Outcome.ERROR, Outcome.NO_DATA, Outcome.PASS, Outcome.NOT_APPLICABLE)
    return min(verdicts, key=lambda one: (one.green, order.index(one.outcome)), default=None)
