"""What people state in a descriptor besides the entity itself: attestations, as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from greenboard.catalog.types import Attested, Wished
from greenboard.core import yaml
from greenboard.core.errors import Place
from greenboard.core.refs import Ref

Path = tuple[str | int, ...]
Item = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{0,15}(\.[A-Za-z0-9]{1,8}){1,3}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProofModel(_Strict):
    """One piece of evidence: an address, a file of this repository, or words."""

    link: str = Field("", description="An address.")
    path: str = Field("", description="A file, from the root of the repository; when it changes, this may end.")
    text: str = Field("", description="Words.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(bool(part) for part in (self.link, self.path, self.text)) != 1:
            raise ValueError("one of link, path and text")
        return self

    def pair(self) -> tuple[str, str]:
        """Its kind and its text."""
        return next((name, text) for name in ("link", "path", "text") if (text := getattr(self, name)))


class AttestationModel(_Strict):
    """An item that you state to hold. You are the author of the commit, and its reviewers are second persons."""

    item: Item = Field(description="Id of the item, such as COD.4.")
    statement: str = Field("", description="What you state; by default what the policy of the item says.")
    answers: dict[str, str | int | float | date] = Field(default={}, description="Answers to the policy's questions.")
    evidence: list[ProofModel] = Field(default=[], description="What it leans on.")
    until: date | None = Field(None, description="Its last day, in UTC; by default as long as the policy allows.")
    environment: str = Field("", description="The environment that it is about; empty for all of the entity.")
    version: str = Field("", description="The version that it is about.")
    role: str = Field("", description="In what role you state it.")


class ExemptionModel(_Strict):
    """A rule that you ask to be exempt from. You are the author of the commit, and its reviewers may decide."""

    scorecard: str = Field("production-readiness", description="Name of the scorecard.")
    rule: str = Field(min_length=1, description="Id of the rule, such as cod-1-coverage.")
    category: Literal["waived", "mitigated"] = Field(description="The risk is taken, or something stands against it.")
    reason: str = Field(min_length=10, description="Why it cannot be met by then.")
    control: str = Field("", description="What stands against the risk, of a mitigated one.")
    until: date | None = Field(None, description="Its last day, in UTC. Only who may do without leaves it out.")
    environment: str = Field("", description="Only this environment; empty for everything.")
    path: str = Field("", description="Only this path and what is below it; empty for everything.")


def wished(models: Iterable[ExemptionModel], entity: Ref, document: yaml.Document, at: Path) -> Iterator[Wished]:
    """What the models, which stand in a list at a path of the document, ask for an entity."""
    lines = sorted({place.line for place in document.places.values() if place.line})
    for number, model in enumerate(models):
        here = (*at, number)
        own = [place.line or 1 for path, place in document.places.items() if path[: len(here)] == here]
        first, last = _span(own, lines)
        said = {**model.model_dump(), "reason": model.reason.strip(), "control": model.control.strip()}
        yield Wished(entity=entity, **said, place=document.place(*here, "rule"), first=first, last=last)


def read(models: Iterable[AttestationModel], entity: Ref, document: yaml.Document, at: Path) -> Iterator[Attested]:
    """What the models, which stand in a list at a path of the document, state of an entity."""
    lines = sorted({place.line for place in document.places.values() if place.line})
    for number, model in enumerate(models):
        here = (*at, number)
        own = {path[len(here) :]: place for path, place in document.places.items() if path[: len(here)] == here}
        first, last = _span([place.line or 1 for place in own.values()], lines)
        yield Attested(
            entity=entity,
            item=model.item,
            statement=model.statement.strip(),
            answers=model.answers,
            evidence=tuple(proof.pair() for proof in model.evidence),
            until=model.until,
            environment=model.environment,
            release=model.version,
            role=model.role,
            place=document.place(*here, "item"),
            first=first,
            last=last,
            places=_named(own),
        )


def _span(own: list[int], lines: list[int]) -> tuple[int, int]:
    """From the first line of a part to the line before the next part begins; 0 for the end of the file."""
    after = next((line for line in lines if line > max(own)), 0)
    return min(own), max(after - 1, 0)


def _named(own: dict[Path, Place]) -> dict[str, Place]:
    """Places by the names of parts: `answers.auditor`, `evidence.0`."""
    return {".".join(map(str, path)): place for path, place in own.items() if path}
