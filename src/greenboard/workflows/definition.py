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
from greenboard.workflows.inputs import NAME, Input
from greenboard.workflows.types import Json

LONGEST = 200_000
_SPAN = Field(default="0s", pattern=r"^(\d+[smhdw])+$")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Offer(_Part):
    """Where it is offered: on the pages of some kinds of entities, and beside results of some rules or items."""

    kinds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


class Who(_Part):
    """Who may start it, of those who may start workflows. Nothing said is everyone of them."""

    teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    owners: bool = False


class Start(_Part):
    """When it starts by itself: at times, as cron has them in UTC, or at what happens, where `when` holds."""

    every: str = ""
    event: Happening | None = None
    when: str = ""
    inputs: dict[str, Any] = {}

    @model_validator(mode="after")
    def _one(self) -> Start:
        if bool(self.every) == (self.event is not None):
            raise ValueError("say either `every` or `event`")
        if self.every:
            kinds.check_cron(self.every)
        return self


class Retry(_Part):
    """How often a step is tried in all, and how long after the first attempt; each pause is twice the one before."""

    attempts: int = Field(default=3, ge=1, le=20)
    pause: str = Field(default="10s", pattern=r"^(\d+[smhdw])+$")


class Undo(_Part):
    """What takes back what a step did, when the run fails or is cancelled."""

    do: str
    given: dict[str, Any] = Field(default={}, alias="with")
    retry: Retry = Retry()


class Step(_Part):
    """A step: something to do, or steps within it, once (`steps`, `else`) or for each of a list (`each`)."""

    id: str = Field(pattern=NAME)
    title: str = Field(default="", max_length=200)
    condition: str = Field(default="", alias="if")
    do: str = ""
    given: dict[str, Any] = Field(default={}, alias="with")
    outputs: dict[str, Any] | None = None
    keep: dict[str, str] = {}
    retry: Retry = Retry(attempts=1)
    undo: Undo | None = None
    each: str = ""
    at_once: int = Field(default=1, ge=1, le=20)
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
    about: str = ""
    offer: Offer = Field(default=Offer(), alias="for")
    entity: Literal["required", "optional", "none"] = "optional"
    who: Who = Who()
    start: tuple[Start, ...] = ()
    inputs: dict[str, Input] = {}
    secrets: dict[str, str] = {}
    failure: Literal["hold", "undo"] = "hold"
    hold: str = Field(default="7d", pattern=r"^(\d+[smhdw])+$")
    steps: tuple[Step, ...] = Field(min_length=1)
    outputs: dict[str, Any] = {}

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
