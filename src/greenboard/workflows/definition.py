"""The document of a workflow: read, typed, and held against what its steps can do. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from greenboard.core import clock, yaml
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.core.happened import Happening
from greenboard.workflows import checking, kinds
from greenboard.workflows.cases import Case
from greenboard.workflows.inputs import NAME, Input
from greenboard.workflows.types import Json

LONGEST = 200_000
_SPAN = Field(default="0s", pattern=r"^(\d+[smhdw])+$")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Offer(_Part):
    """Where it is offered: on the pages of some kinds of entities, and beside results of some rules or items."""

    kinds: tuple[str, ...] = Field(default=(), title="Offered for kinds", description="Of entities, one a line.")
    rules: tuple[str, ...] = Field(default=(), title="Offered for rules", description="Beside results that fail.")
    items: tuple[str, ...] = Field(
        default=(), title="Offered for items", description="Of the checklist, such as ROL.1."
    )


class Who(_Part):
    """Who may start it, of those who may start workflows. Nothing said is everyone of them."""

    teams: tuple[str, ...] = Field(default=(), title="Teams that may start it", description="One a line.")
    roles: tuple[str, ...] = Field(default=(), title="Roles that may start it", description="One a line.")
    owners: bool = Field(default=False, title="Owners of the entity may start it")


class Start(_Part):
    """When it starts by itself: at times (cron, UTC), at what happens, or by messages, where `when` holds."""

    every: str = Field(default="", title="At times", description="As cron has them, in UTC: `0 8 * * 1-5`.")
    event: Happening | None = Field(default=None, title="When something happens")
    webhook: str = Field(
        default="",
        title="By a message",
        description="The name of an inlet or a connection that takes messages; what was said is `event.body`.",
        pattern=r"^([a-z0-9][a-z0-9-]{0,23})?$",
    )
    when: str = Field(default="", title="Only where", description="Such as ${{ event.after == null }}.")
    inputs: dict[str, Any] = Field(default={}, description="Values of inputs, a line for each: `name: value`.")

    @property
    def heard(self) -> str:
        """What it starts by hearing of; "" where that is the clock."""
        return f"webhook:{self.webhook}" if self.webhook else str(self.event.value if self.event else "")

    @model_validator(mode="after")
    def _one(self) -> Start:
        if [bool(self.every), self.event is not None, bool(self.webhook)].count(True) != 1:
            raise ValueError("say either `every`, `event` or `webhook`")
        if self.every:
            kinds.check_cron(self.every)
        return self


class Retry(_Part):
    """How often a step is tried in all, and how long after the first attempt; each pause is twice the one before."""

    attempts: int = Field(
        title="Attempts", description="In all, where it may help to try again.", default=3, ge=1, le=20
    )
    pause: str = Field(
        title="Pause after the first attempt",
        description="Doubled each time.",
        default="10s",
        pattern=r"^(\d+[smhdw])+$",
    )


class Undo(_Part):
    """What takes back what a step did, when the run fails or is cancelled."""

    do: str
    given: dict[str, Any] = Field(default={}, alias="with")
    retry: Retry = Retry()


class Step(_Part):
    """A step: something to do, or steps within it, once (`steps`, `else`) or for each of a list (`each`)."""

    id: str = Field(description="Its name in expressions: `steps.ID.outputs`.", pattern=NAME)
    title: str = Field(default="", title="What it is called", max_length=200)
    condition: str = Field(default="", title="Only if", description="Such as ${{ inputs.sure }}.", alias="if")
    do: str = ""
    given: dict[str, Any] = Field(default={}, alias="with")
    outputs: dict[str, Any] | None = Field(
        default=None, description="What is kept of the answer: `link: ${{ answer.body.link }}`. Otherwise all of it."
    )
    keep: dict[str, str] = Field(default={}, title="Secrets to keep", description="`name: ${{ answer.token }}`")
    retry: Retry = Retry(attempts=1)
    undo: Undo | None = None
    each: str = Field(default="", title="For each of a list", description="Such as ${{ inputs.names }}; then `item`.")
    at_once: int = Field(default=1, title="So many at once", ge=1, le=20)
    steps: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = Field(default=(), alias="else")

    @model_validator(mode="after")
    def _shape(self) -> Step:
        if bool(self.do) == bool(self.steps):
            raise ValueError("a step either does something (`do`) or has `steps`")
        if self.steps and (self.given or self.undo or self.keep or self.outputs is not None):
            raise ValueError("`with`, `outputs`, `keep` and `undo` are for a step that does something")
        if (self.each or self.otherwise) and not self.steps:
            raise ValueError("`each` and `else` are for a step that has `steps`")
        if self.each and self.otherwise:
            raise ValueError("`else` is not for `each`")
        return self

    @property
    def name(self) -> str:
        """The step for people."""
        return self.title or self.id.replace("_", " ").capitalize()

    def walk(self) -> Iterator[Step]:
        """The step itself and all within it."""
        yield self
        for part in (*self.steps, *self.otherwise):
            yield from part.walk()


class Definition(_Part):
    """A workflow."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    title: str = Field(min_length=1, max_length=200)
    about: str = Field(default="", title="What it is for", max_length=10_000)
    offer: Offer = Field(default=Offer(), alias="for")
    entity: Literal["required", "optional", "none"] = Field(default="optional", title="About an entity")
    who: Who = Who()
    start: tuple[Start, ...] = ()
    inputs: dict[str, Input] = {}
    secrets: dict[str, str] = {}
    failure: Literal["hold", "undo"] = Field(
        default="hold", title="Where a step fails", description="hold: somebody decides. undo: all is taken back."
    )
    hold: str = Field(
        default="7d", title="Held for", description="Then the run is given up.", pattern=r"^(\d+[smhdw])+$"
    )
    steps: tuple[Step, ...] = Field(min_length=1)
    outputs: dict[str, Any] = Field(default={}, description="`link: ${{ steps.deploy.outputs.link }}`")
    cases: tuple[Case, ...] = ()

    @field_validator("about")
    @classmethod
    def _stripped(cls, value: str) -> str:
        return value.strip()

    @property
    def held_for(self) -> timedelta:
        """How long a run waits for somebody where a step failed, before it is given up."""
        return clock.parse_span(self.hold)

    def every_step(self) -> Iterator[Step]:
        """All steps, those within others included."""
        for step in self.steps:
            yield from step.walk()

    def step(self, name: str) -> Step:
        """The step of an id that there is."""
        return next(step for step in self.every_step() if step.id == name)


@dataclass(frozen=True)
class Looked:
    """What a text comes to: a definition, or what is wrong with it."""

    definition: Definition | None
    errors: tuple[UserError, ...] = ()


def read(text: str, path: str) -> Definition:
    """The workflow of a text.

    Raises:
        UserErrors: whatever is wrong, each with its place and, for a misspelt name, the one that was meant.

    """
    if len(text) > LONGEST:
        raise UserError("the document is too long", expected=f"at most {LONGEST:,} characters", place=Place(path))
    documents = yaml.read(text, path)
    if len(documents) != 1:
        raise UserError("not one document", expected="one workflow a file", got=str(len(documents)), place=Place(path))
    made = yaml.parse(documents[0], Definition)
    if errors := sorted(checking.mistakes(made, documents[0]), key=lambda error: error.place or Place(path)):
        raise UserErrors(errors)
    return made


def look(text: str, path: str) -> Looked:
    """The workflow of a text, or what is wrong with it, without raising anything."""
    try:
        return Looked(read(text, path))
    except UserErrors as errors:
        return Looked(None, errors.errors)
    except UserError as error:
        return Looked(None, (error,))


@lru_cache(maxsize=256)
def kept(text: str, name: str) -> Definition:
    """The workflow of a text that was read when it was saved. It may do what is no longer there: then a step fails."""
    documents = yaml.read(text, name)
    return yaml.parse(documents[0], Definition)


def schema() -> dict[str, Any]:
    """The JSON Schema of the document, for editors."""
    made = Definition.model_json_schema(by_alias=True)
    made["title"] = "Greenboard workflow"
    names = sorted(kinds.known())
    for part in ("Step", "Undo"):
        described = made["$defs"][part]["properties"]["do"]
        described["enum"] = names if part == "Undo" else ["", *names]
        described["description"] = "; ".join(f"{name}: {kinds.known()[name].title}" for name in names)
    made["$defs"]["with"] = {name: kinds.known()[name].model.model_json_schema(by_alias=True) for name in names}
    return json.loads(json.dumps(made, default=str))  # type: ignore[no-any-return]  # a JSON object


def given(kind: str, values: Mapping[str, Json], place: str = "with") -> BaseModel:
    """What a step was given, with its expressions computed, as the step reads it.

    Raises:
        UserErrors: what does not fit.

    """
    model = kinds.find(kind).model
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        document = yaml.Document(dict(values), place)
        raise UserErrors(yaml.explain(document, model, error) for error in invalid.errors()) from None
