"""Actions as a manifest says them; docs/integrations.md is the reference. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from greenboard.connections.strict import Name, Strict
from greenboard.core import clock

ActionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$", max_length=64)]
Delay = Annotated[
    timedelta,
    BeforeValidator(
        lambda value: clock.parse_span(value) if isinstance(value, str) else value,
        json_schema_input_type=str,
    ),
]
METHODS = ("get", "post", "put", "patch", "delete")


class Input(Strict):
    """What an action is given. It stands in templates as `{input.NAME}`, in expressions as `input.NAME`.

    A text is at most `longest` characters long, and `pattern` (RE2) has to fit all of it. A `secret` one is used
    and never shown.
    """

    type: Literal["text", "choice", "int", "number", "bool", "list", "object"] = "text"
    title: str
    doc: str = ""
    default: Any = None
    values: tuple[str, ...] = ()
    required: bool = True
    secret: bool = False
    pattern: str = ""
    longest: int | None = None


class Output(Strict):
    """What comes of an action: an expression on what the tool answered. An `optional` one may be null."""

    value: str
    type: Literal["text", "int", "number", "bool", "list", "object", "any"] = "text"
    title: str = ""
    optional: bool = False
    secret: bool = False


class Use(Strict):
    """Another action of the same integration, which only looks, and the inputs that it is given.

    `otherwise` are its outputs where it finds nothing; without it, nothing is done then.
    """

    action: ActionName
    inputs: dict[Name, Any] = Field(default={}, alias="with")
    otherwise: dict[Name, Any] | None = None


class Once(Strict):
    """How an action is done once, although it may have to be tried several times.

    `state`: the same call again changes nothing. `header`: the tool tells repeated calls by a header, which gets
    `{marker}`. `find`: what an earlier attempt made is looked for before; after an attempt of which it is not known
    whether it was done, that takes `settle` until it can be found.
    """

    state: bool = False
    header: str = ""
    find: Use | None = None
    settle: Delay = timedelta()

    @model_validator(mode="after")
    def _one(self) -> Once:
        if sum(map(bool, (self.state, self.header, self.find))) != 1:
            msg = "exactly one of state, header and find"
            raise ValueError(msg)
        return self


class Said(Strict):
    """Refusals that say something: by their status, and by an expression on the body where there is one."""

    status: tuple[int, ...]
    when: str = ""


class Need(Strict):
    """What has to hold of inputs and settings before anything is sent, and what is said otherwise."""

    when: str
    otherwise: str


class ActionDef(Strict):
    """Something that can be done at the tool by one call.

    `look` are actions that find out before what the call has to say: their outputs are `{look.NAME.OUTPUT}`.
    `needs` are conditions; what is unknown does not hold. `let` are expressions on the inputs: `{let.NAME}`.
    `items` gives the thing in the answer that outputs are expressions on: of a list the first one, or nothing. Up to
    `pages` of a list are looked through by the Link header.
    `already` is said of what was done before, which is as good; `absent`, to one that looks, of what is not there.
    """

    title: str
    doc: str = ""
    inputs: dict[Name, Input] = {}
    needs: tuple[Need, ...] = ()
    look: dict[Name, Use] = {}
    let: dict[Name, str] = {}
    get: str = ""
    post: str = ""
    put: str = ""
    patch: str = ""
    delete: str = ""
    query: dict[str, Any] = {}
    headers: dict[str, str] = {}
    body: Any = None
    bucket: str = ""
    status: tuple[int, ...] = (200, 201, 202, 204)
    already: Said | None = None
    absent: Said | None = None
    once: Once | None = None
    items: str = "@"
    pages: int = Field(default=1, ge=1, le=100)
    output: dict[Name, Output] = {}

    @model_validator(mode="after")
    def _one_call(self) -> ActionDef:
        if sum(bool(getattr(self, method)) for method in METHODS) != 1:
            msg = "exactly one of get, post, put, patch and delete"
            raise ValueError(msg)
        return self

    @property
    def method(self) -> str:
        """In small letters."""
        return next(method for method in METHODS if getattr(self, method))

    @property
    def path(self) -> str:
        """The template of its path."""
        return str(getattr(self, self.method))

    @property
    def looks(self) -> bool:
        """Whether it changes nothing at the tool."""
        return self.method == "get"

    @property
    def repeatable(self) -> bool:
        """Whether the same call again does no harm."""
        return self.looks or (self.once is not None and self.once.find is None)
