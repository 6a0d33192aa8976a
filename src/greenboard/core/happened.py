"""What happened, in the one shape that hooks, notifications and workflows hear of it. Pure.

A package announces `Happened` (`core.events.announce`) inside the transaction that it is about; `project`
subscribes whoever tells others. So who tells knows none of the packages that something happens in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from greenboard.core.refs import Ref

ANSWERED = "answer:"
"""How the name of a question begins that people can answer right from the message that tells them."""


class Happening(StrEnum):
    """What happened, as subscribers name it."""

    ENTITY_CHANGED = "entity.changed"
    FACTS_CHANGED = "facts.changed"
    RESULT_CHANGED = "result.changed"
    LEVEL_CHANGED = "level.changed"
    RULE_SAVED = "rule.saved"
    HOOK_TESTED = "hook.tested"
    ENTITY_DISCOVERED = "entity.discovered"
    SOURCE_FAILED = "source.failed"
    SOURCE_RECOVERED = "source.recovered"
    ATTESTATION_GIVEN = "attestation.given"
    ATTESTATION_CONFIRMED = "attestation.confirmed"
    ATTESTATION_ENDING = "attestation.ending"
    ATTESTATION_ENDED = "attestation.ended"
    EXEMPTION_REQUESTED = "exemption.requested"
    EXEMPTION_DECIDED = "exemption.decided"
    EXEMPTION_ENDING = "exemption.ending"
    EXEMPTION_ENDED = "exemption.ended"
    CAMPAIGN_STARTED = "campaign.started"
    CAMPAIGN_DUE = "campaign.due"
    CAMPAIGN_ENDED = "campaign.ended"
    REVIEW_REQUESTED = "review.requested"
    REVIEW_ASSIGNED = "review.assigned"
    REVIEW_DECIDED = "review.decided"
    REVIEW_REOPENED = "review.reopened"
    REVIEW_DUE = "review.due"
    WORKFLOW_WAITING = "workflow.waiting"
    WORKFLOW_ENDED = "workflow.ended"
    WORKFLOW_TOLD = "workflow.told"
    SCAFFOLD_MADE = "scaffold.made"
    SCAFFOLD_FAILED = "scaffold.failed"
    SCAFFOLD_MERGED = "scaffold.merged"
    SCAFFOLD_BEHIND = "scaffold.behind"
    CHANNEL_FAILED = "channel.failed"


class Severity(StrEnum):
    """How much it matters to whoever is told."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Message:
    """What another system said in a signed message, told in the transaction that takes it in.

    `sender` is the name of the inlet or connection that it came by, `body` plain JSON.
    """

    sender: str
    at: datetime
    body: object


@dataclass(frozen=True)
class Happened:
    """Something that happened.

    Args:
        kind: What sort of thing.
        at: When.
        title: What, in a sentence that stands alone and names the entity where there is one.
        why: The reason and since when, in a sentence; empty where the title says it.
        todo: What whoever is told should do; empty where there is nothing to do.
        path: The page about it, from the root of the portal (`/exemptions/12`).
        entity: Which entity it is about.
        teams: The teams that it concerns besides the owner of the entity.
        people: The accounts that have to act or asked for it, by name. They are told unless they chose not to be.
        severity: How much it matters.
        key: What it is one more case of: cases of one key are told together (`source.failed:github-main`), and
            the same key with the same `at` is told once. Empty stands for itself alone.
        answer: What it asks of whoever is told, where they can answer right from the message: it begins with
            `ANSWERED`. A key that begins so says the same, where each case is told alone.
        data: What programs get, as plain JSON without secrets.

    """

    kind: Happening
    at: datetime
    title: str
    why: str = ""
    todo: str = ""
    path: str = ""
    entity: Ref | None = None
    teams: tuple[Ref, ...] = ()
    people: tuple[str, ...] = ()
    severity: Severity = Severity.INFO
    key: str = ""
    answer: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
