"""The form of a scorecard in YAML: which fields there are and what they may hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.facts.vocabulary import FieldType
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Enforcement


def _moment(value: object) -> object:
    if isinstance(value, datetime | date):
        return clock.parse_time(value.isoformat())
    return clock.parse_time(value) if isinstance(value, str) else value


def _mended(read: Any) -> BeforeValidator:
    """A validator of pydantic from a reader of ours: its refusal becomes a message with a place."""

    def validate(value: object) -> object:
        try:
            return read(value)
        except UserError as error:
            raise ValueError(str(error)) from None

    return BeforeValidator(validate)


Span = Annotated[timedelta, _mended(lambda value: clock.parse_span(value) if isinstance(value, str) else value)]
Moment = Annotated[datetime, _mended(_moment)]
Tier = Annotated[int, Field(ge=0, le=4)]
Text = Annotated[str, Field(min_length=1)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,127}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScopeForm(_Strict):
    kinds: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = ()
    lifecycles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class LevelForm(_Strict):
    name: Identifier
    title: Text
    description: str = ""


class ParameterForm(_Strict):
    type: FieldType
    default: Any
    by_tier: dict[Tier, Any] = {}
    by_kind: dict[str, Any] = {}
    by_entity: dict[str, Any] = {}
    doc: str = ""


class SubjectForm(_Strict):
    """An entity of an example, and what is known of it."""

    facts: dict[str, Any] = {}
    kind: str = "service"
    tier: Tier | None = None
    lifecycle: str | None = None
    levels: dict[str, str] = {}
    teams: tuple[Text, ...] | None = None


class NeighbourForm(SubjectForm):
    name: Identifier


class AroundForm(_Strict):
    """What each relation leads to; of one that is left out it is not known."""

    dependencies: tuple[NeighbourForm, ...] | None = None
    dependents: tuple[NeighbourForm, ...] | None = None
    parts: tuple[NeighbourForm, ...] | None = None
    repository: NeighbourForm | None = None


class ExampleForm(SubjectForm):
    outcome: Outcome
    title: str = ""
    around: AroundForm = AroundForm()


class FixForm(_Strict):
    """How a rule is met: in words, and by a scaffold or workflow that does it."""

    text: str = ""
    scaffold: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]*\.)?[a-z0-9][a-z0-9-]*$", max_length=110)] = ""
    workflow: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)] = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.scaffold and self.workflow:
            raise ValueError("either a scaffold or a workflow")
        if not (self.text or self.scaffold or self.workflow):
            raise ValueError("nothing says how the rule is met")
        return self

    @property
    def words(self) -> str:
        """How it is met, for people."""
        named = f"the scaffold {self.scaffold}" if self.scaffold else f"the workflow {self.workflow}"
        return self.text.strip() or f"Let {named} do it."


Fix = Annotated[FixForm, BeforeValidator(lambda value: {"text": value} if isinstance(value, str) else value)]


class RuleForm(_Strict):
    id: Identifier
    item: Text
    title: Text
    why: Text
    fix: Fix
    level: str
    expression: Text
    dimension: str | None = None
    weight: Annotated[int, Field(ge=0, le=100)] = 1
    enforcement: Enforcement = Enforcement.SCORED
    enabled_from: Moment | None = None
    lifecycle: Literal["experimental", "stable", "deprecated"] = "stable"
    grace: Span = timedelta(days=7)
    scope: ScopeForm = ScopeForm()
    when: Text | None = None
    parameters: dict[str, ParameterForm] = {}
    examples: tuple[ExampleForm, ...] = ()


def written(rule: RuleForm) -> dict[str, Any]:
    """A rule as plain data: the parts that somebody wrote, in the order of the form."""
    data = rule.model_dump(mode="json", exclude_unset=True)
    if set(data["fix"]) == {"text"}:
        data["fix"] = rule.fix.text
    if "grace" in data:
        data["grace"] = clock.format_span(rule.grace)
    for parameter in data.get("parameters", {}).values():
        if "by_tier" in parameter:
            parameter["by_tier"] = {int(tier): value for tier, value in parameter["by_tier"].items()}
    return data


class PartForm(_Strict):
    """An included file: the rules of one dimension."""

    dimension: Identifier
    title: Text
    rules: tuple[RuleForm, ...]


class CardForm(_Strict):
    name: Identifier
    title: Text
    description: str = ""
    levels: Annotated[tuple[LevelForm, ...], Field(min_length=1)]
    scope: ScopeForm = ScopeForm()
    dimensions: dict[str, str] = {}
    include: tuple[str, ...] = ()
    rules: tuple[RuleForm, ...] = ()
