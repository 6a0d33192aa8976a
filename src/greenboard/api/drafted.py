"""What the operations on drafts, rules and the vocabulary answer with. Parts that do not apply are left out."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel

from greenboard.rules.types import Outcome

Counts = dict[Outcome, int]


class FieldWord(BaseModel):
    name: str
    type: str
    doc: str
    unit: str
    values: list[str]
    example: Any


class IdiomWord(BaseModel):
    """A rule that is often wanted, and the fields that it reads."""

    says: str
    rule: str
    fields: list[str]


class TypeWord(BaseModel):
    name: str
    title: str
    doc: str
    about: str
    many: str | None
    url: str
    fields: list[FieldWord]
    idioms: list[IdiomWord]


class FunctionWord(BaseModel):
    name: str
    signature: str
    doc: str
    of_related: bool


class Vocabulary(BaseModel):
    """All that an expression may name."""

    types: list[TypeWord]
    functions: list[FunctionWord]


class Slip(BaseModel):
    """One thing that is wrong with a draft, and where in the text of the part it is."""

    where: str | None
    message: str
    line: int | None
    column: int | None
    expected: str | None
    got: str | None
    hint: str | None
    offset: int | None = None
    length: int | None = None
    end_column: int | None = None


class Read(BaseModel):
    """One thing that a rule reads: a field, or a whole fact type."""

    path: str
    type: str
    doc: str
    unit: str
    url: str


class Checked(BaseModel):
    """What is wrong with an expression, or what it reads."""

    ok: bool
    errors: list[Slip]
    reads: list[Read]
    type: str


class Named(BaseModel):
    ref: str
    name: str
    url: str


class Turning(Named):
    turns: int


class FirstFailed(Named):
    day: date


class Member(Named):
    team: str | None
    tier: int | None


class Turned(Member):
    rule: str
    before: Outcome
    after: Outcome


class ChangedResults(BaseModel):
    total: int
    entities: list[Turned]


class Moved(Member):
    before: str | None
    after: str | None
    worse: bool


class MovedLevels(BaseModel):
    total: int
    fell: int
    changes: list[Moved]
    before: dict[str, int] | None
    after: dict[str, int]


class Drafted(BaseModel):
    """`ready` false: the catalog is being read for the first time, ask again."""

    ok: bool
    errors: list[Slip]
    ready: bool
    milliseconds: float = 0.0


class Previewed(Drafted):
    changed: ChangedResults | None = None
    levels: MovedLevels | None = None
    entities_total: int | None = None
    as_of: str | None = None


class PreviewedRule(Previewed):
    """What a draft of a rule would change."""

    counts: Counts | None = None
    before: Counts | None = None
    entities: dict[Outcome, list[Member]] | None = None


class RuleCounts(BaseModel):
    rule: str
    title: str
    level: str
    counts: Counts | None
    before: Counts | None
    changed: int


class PreviewedScorecard(Previewed):
    """What a draft of a scorecard would change."""

    scorecard: str | None = None
    title: str | None = None
    counts: Counts | None = None
    before: Counts | None = None
    rules: list[RuleCounts] | None = None
    joined: int | None = None
    left: int | None = None


class Course(BaseModel):
    days: list[dict[str, str | int]]


class Backtested(Drafted):
    """What a draft would have come to at the end of each day."""

    days: list[dict[str, str | int]] | None = None
    before: Course | None = None
    flapping: list[Turning] | None = None
    flapping_total: int | None = None
    first_failed: list[FirstFailed] | None = None
    first_failed_total: int | None = None


class EditShown(BaseModel):
    author: str
    at: str
    note: str


class RuleAsData(BaseModel):
    """A rule as its YAML says it. `digest` names this version: send it as `based_on`."""

    id: str
    item: str
    dimension: str
    title: str
    why: str
    fix: str
    remedy: dict[str, str] | None
    level: str
    weight: int
    enforcement: str
    enabled_from: Any = None
    lifecycle: str
    grace: str
    scope: dict[str, Any]
    when: str | None
    expression: str
    parameters: dict[str, Any]
    examples: list[Any]
    digest: str
    yaml: str
    edited: bool
    edit: EditShown | None


class RuleLeft(BaseModel):
    """The rule as the scorecard's file says it; null where that has none."""

    rule: RuleAsData | None
