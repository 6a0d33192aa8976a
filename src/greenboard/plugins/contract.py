"""What a plugin may bring, as values. Pure; they are checked when they are made, so a wrong one never gets further.

Names are the plugin's own: Greenboard puts the name of the plugin before them, so that two plugins never meet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from greenboard.access.permissions import Permission

API = 1
"""The version of this contract. A plugin says in `GREENBOARD_API` which one it was made for."""

KINDS = ("bool", "int", "double", "string")
"""What functions of rules may take and give."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
Scalar = bool | int | float | str


def named(name: object) -> None:
    """Refuse what is no name of anything that a plugin brings.

    Raises:
        ValueError: it is none.

    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name: a small letter, then small letters, digits and _, 32 in all")


def callable_(what: str, given: object) -> None:
    """Refuse what cannot be called.

    Raises:
        TypeError: it cannot.

    """
    if not callable(given):
        raise TypeError(f"{what} cannot be called: {given!r:.80}")


def line(what: str, text: object) -> None:
    """Refuse what is no line of text.

    Raises:
        ValueError: it is none.

    """
    if not isinstance(text, str) or not text.strip() or not text.isprintable() or len(text) > 200:
        raise ValueError(f"{what} has to be a line of text of at most 200 characters: {text!r:.80}")


@dataclass(frozen=True)
class Field:
    """Something to fill in. What is secret is sealed, and shown to nobody again."""

    name: str
    title: str
    hint: str = ""
    example: str = ""
    secret: bool = False
    required: bool = True

    def __post_init__(self) -> None:
        named(self.name)
        line("the title", self.title)


@dataclass(frozen=True)
class Function:
    """A function for rules: `PLUGIN.name(...)`.

    `compute` gets the arguments as Python values and gives a value of the kind `result`, or None, which is an error of
    the rule. It depends on nothing but its arguments: it is called once for each different combination of them, and
    what it gave is kept. `example` is an expression that compiles with the fact types that ship and its own.
    """

    name: str
    arguments: tuple[str, ...]
    result: str
    doc: str
    example: str
    compute: Callable[..., Scalar | None]

    def __post_init__(self) -> None:
        named(self.name)
        line("the doc", self.doc)
        wrong = [kind for kind in (*self.arguments, self.result) if kind not in KINDS]
        if wrong or not self.arguments:
            raise ValueError(f"{self.name} takes and gives {', '.join(KINDS)}, and takes at least one: {wrong or '()'}")
        callable_(self.name, self.compute)


@dataclass(frozen=True)
class ReportFormat:
    """A format of reports as files.

    `write` gets a report as `GET /api/v1/reporting/NAME` tells it, and gives the bytes of the file, whose name ends
    with `.extension`. `media` is its media type.
    """

    name: str
    title: str
    extension: str
    media: str
    write: Callable[[Mapping[str, Any]], bytes]

    def __post_init__(self) -> None:
        named(self.name)
        named(self.extension)
        line("the title", self.title)
        if not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+(; charset=utf-8)?", str(self.media)):
            raise ValueError(f"no media type: {self.media!r:.80}")
        callable_(self.name, self.write)


@dataclass(frozen=True)
class Sent:
    """What came of sending: whether it arrived, and what was said. `permanent`: trying again is of no use."""

    arrived: bool
    said: str = ""
    status: int | None = None
    permanent: bool = False


@dataclass(frozen=True)
class Channel:
    """A kind of channel for notifications.

    `check` raises a `UserError` that says what is wrong with what was filled in, calling nobody. `send` gets what was
    filled in, an address within the channel ("" is its own) and a letter as JSON (`number`, `subject`, `intro`,
    `cases`, `url`, `foot`; and `text`, all of it in plain words). The same `number` may come twice.
    """

    name: str
    title: str
    about: str
    fields: tuple[Field, ...]
    check: Callable[[Mapping[str, str]], None]
    send: Callable[[Mapping[str, str], str, Mapping[str, Any]], Sent]

    def __post_init__(self) -> None:
        named(self.name)
        line("the title", self.title)
        line("about", self.about)
        if len(self.name) > 16:
            raise ValueError(f"the name of a channel has at most 16 characters: {self.name}")
        if not all(isinstance(one, Field) for one in self.fields):
            raise ValueError(f"the fields of {self.name} are no fields")
        callable_("check", self.check)
        callable_("send", self.send)


class Inputs(BaseModel):
    """What a step is given (`with`): a model of pydantic. What it does not name is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


@dataclass(frozen=True)
class Performing:
    """What an action finds: the run, its `key` (the same for every attempt), whom it is about, who started it."""

    run: int
    key: str
    workflow: str
    entity: str
    by: str
    now: datetime


class Refused(Exception):
    """An action that did not do it, and why. With `again` it is tried again, as the step says."""

    def __init__(self, said: str, *, again: bool = False) -> None:
        super().__init__(said)
        self.again = again


@dataclass(frozen=True)
class Action:
    """Something that steps of workflows can do: `do: PLUGIN.name`.

    `perform` gets its inputs and gives its outputs as JSON, or raises `Refused`. It may be called again with the same
    `key` where a machine died, so an effect that must not happen twice has to look at that.
    """

    name: str
    title: str
    inputs: type[Inputs]
    perform: Callable[[Any, Performing], dict[str, Any]]

    def __post_init__(self) -> None:
        named(self.name)
        line("the title", self.title)
        if not isinstance(self.inputs, type) or not issubclass(self.inputs, Inputs):
            raise TypeError(f"the inputs of {self.name} are no class that is an Inputs")
        callable_(self.name, self.perform)


@dataclass(frozen=True)
class Shown:
    """A page or panel. A `body` that is a plain text is escaped; HTML is made by `django.utils.html.format_html`."""

    title: str
    body: str

    def __post_init__(self) -> None:
        line("the title", self.title)
        if not isinstance(self.body, str):
            raise TypeError(f"the body is no text: {self.body!r:.80}")


@dataclass(frozen=True)
class Page:
    """A page below /plugins/PLUGIN/, for those who hold a permission.

    `route` is one of Django's (`things/<str:name>`), `view` takes a request and what the route names, and gives a
    `Shown` or a response of Django. `permission` is the name of one (`catalog.read`). With a `title` it is linked from
    the page of the plugin.
    """

    route: str
    view: Callable[..., Any]
    permission: str
    title: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.route, str) or self.route.startswith("/"):
            raise ValueError(f"a route begins without a slash: {self.route!r:.80}")
        if self.route.partition("/")[0] in ("switch", "settings", "entity", "proxy"):
            raise ValueError(f"the route {self.route!r} is taken by Greenboard")
        Permission(self.permission)
        callable_("the view", self.view)


@dataclass(frozen=True)
class Looked:
    """An entity as a panel looks at it, and the name of who looks."""

    ref: str
    kind: str
    namespace: str
    name: str
    title: str
    owner: str
    tags: tuple[str, ...]
    viewer: str


@dataclass(frozen=True)
class EntityPanel:
    """A part of the page of each entity. `draw` gives what it shows, or None where it has nothing to show."""

    name: str
    draw: Callable[[Looked], Shown | None]
    order: int = 80

    def __post_init__(self) -> None:
        named(self.name)
        callable_(self.name, self.draw)
