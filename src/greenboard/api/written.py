"""What writes are answered with, and refusals, as the schema describes them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class TakenEntities(BaseModel):
    created: int
    changed: int
    unchanged: int


class TakenRelations(BaseModel):
    begun: int
    ended: int


class TakenFacts(BaseModel):
    """Intervals of facts and gaps: new ones, ended ones, and those that were said again."""

    began: int
    ended: int
    same: int


class Taken(BaseModel):
    """What came of a write."""

    at: datetime
    entities: TakenEntities
    relations: TakenRelations
    facts: TakenFacts


class ReportTaken(BaseModel):
    """A report that was read."""

    name: str
    format: str
    title: str


class ReportsTaken(Taken):
    """What came of reports; `types` are the fact types that they spoke of."""

    reports: list[ReportTaken]
    types: list[str]


class Mistake(BaseModel):
    """One thing that was wrong."""

    model_config = ConfigDict(extra="allow")
    where: str | None = Field(default=None, description="Which part: a parameter, or a field of the body.")
    pointer: str | None = Field(default=None, description="Where in the body, as a JSON pointer (RFC 6901).")
    index: int | None = Field(default=None, description="Which of a list of the body, from 0.")
    message: str
    expected: str | None = None
    got: str | None = None
    hint: str | None = None


class Problem(BaseModel):
    """A refusal (RFC 9457): what was wrong, where, what was expected, what was got, what to do."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str
    errors: list[Mistake] | None = None
