"""Attesting that an item holds: in the name of whoever started the run, who has to be allowed to."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from greenboard.access.models import Person
from greenboard.attestations import service
from greenboard.attestations.permitting import Acting
from greenboard.attestations.types import Given as Evidence
from greenboard.attestations.types import Proof, Wish
from greenboard.core.refs import Ref
from greenboard.workflows import allowed, attaching
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Failed, Result


class Attest(Given):
    """The item, what is stated of it, answers to the questions of its policy, and its last day in UTC.

    Evidence is given as addresses (`links`), paths of the entity's repository (`paths`), words (`text`), or names of
    inputs that are files (`files`).
    """

    item: str = Field(description="Of the checklist, such as REL.3.", min_length=1, max_length=64)
    statement: str = Field(default="", max_length=4_000)
    answers: dict[str, Any] = Field(default={}, description="To the questions of its policy: `question: answer`.")
    links: tuple[str, ...] = Field(title="Evidence: addresses", description="One a line.", default=(), max_length=20)
    paths: tuple[str, ...] = Field(title="Evidence: paths in the repository", default=(), max_length=20)
    text: str = Field(title="Evidence: in words", default="", max_length=4_000)
    files: tuple[str, ...] = Field(
        title="Evidence: files", description="Names of inputs that are files.", default=(), max_length=20
    )
    until: date | None = Field(default=None, title="Last day")
    entity: str = Field(default="", description="A reference; otherwise what the run is about.")


def perform(given: Attest, moment: Moment) -> Result:
    """Give it; where the policy asks for a second person it waits for that, outside of the run."""
    about = Ref.parse(given.entity) if given.entity else moment.entity
    who = allowed.starter(moment.run)
    if about is None or who is None:
        return Failed("an attestation is a person's word about an entity: the run has no such person or entity")
    wish = Wish(
        about, given.item, given.statement, given.answers, (*_evidence(given), *_files(given, who, moment)), given.until
    )
    row = service.give(wish, Acting(who, who), moment.now)
    return Done({"number": row.pk})


def _files(given: Attest, who: Person, moment: Moment) -> tuple[Evidence, ...]:
    several = [attaching.of(moment.run, name) for name in given.files]
    numbers = [attaching.hand_in(one, who.get_username(), moment.now) for one in several]
    return tuple(Evidence(Proof.FILE, upload=number) for number in numbers)


def _evidence(given: Attest) -> tuple[Evidence, ...]:
    several = [*((Proof.LINK, text) for text in given.links), *((Proof.PATH, text) for text in given.paths)]
    several += [(Proof.TEXT, given.text)] if given.text else []
    return tuple(Evidence(kind, text) for kind, text in several)


KIND = Kind(
    "attest",
    "Attest that an item holds",
    Attest,
    perform,
    rare=frozenset({"answers", "paths", "text", "files", "entity"}),
)
