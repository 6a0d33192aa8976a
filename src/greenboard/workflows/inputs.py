"""The fields of a form: what they are, and what somebody entered held against them. Pure.

The same fields make the form in the browser and are checked here, whatever the browser did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, Literal

import re2
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.core.refs import Ref
from greenboard.workflows import expressions
from greenboard.workflows.types import HIDDEN, Json

LONGEST, MOST = 10_000, 200
"""The longest text, and the most entries of a list."""
NAME = r"^[a-z][a-z0-9_]{0,62}$"
Kind = Literal["text", "choice", "several", "number", "date", "switch", "entity", "person", "list", "secret", "file"]


class Choice(BaseModel):
    """One of several things to choose from."""

    model_config = ConfigDict(extra="forbid")

    value: str = Field(min_length=1, max_length=200)
    title: str = ""


class Source(BaseModel):
    """Where choices come from: entities of `kinds` for which `where` holds, or an answer to GET.

    It is that of a `connection` at `path`, or that of an address (`url`) which asks for no credentials. `items` gives
    the list of an answer, `value` and `title` are texts of each `item` of it.
    """

    model_config = ConfigDict(extra="forbid")

    kinds: tuple[str, ...] = ()
    where: str = ""
    connection: str = ""
    path: str = ""
    url: str = Field(default="", max_length=2_000)
    query: dict[str, str | int | bool] = {}
    items: str = "${{ answer.body }}"
    value: str = "${{ item }}"
    title: str = ""

    @model_validator(mode="after")
    def _one(self) -> Source:
        if [bool(self.kinds), bool(self.connection), bool(self.url)].count(True) != 1:
            raise ValueError("choices come from entities of `kinds`, from a `connection`, or from a `url`")
        if self.url and not self.url.startswith(("https://", "http://")):
            raise ValueError("`url` is an address, such as https://api.example.com/regions")
        if self.connection and not (self.path.startswith("/") and not self.path.startswith("//")):
            raise ValueError("`path` is one of the connection, such as /repos")
        return self


class Input(BaseModel):
    """A field of a form. `kinds` says which entities can be chosen, `teams` which people.

    `when` is a condition over the other inputs.

    A file has at most `largest` bytes, and is one of `media` (`application/pdf`), where these are named.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    type: Kind = "text"
    title: str = ""
    about: str = Field(default="", description="Said below the field.")
    required: bool = True
    default: Any = None
    pattern: str = Field(default="", description="RE2, of the whole text.")
    longest: int = Field(default=500, ge=1, le=LONGEST)
    choices: tuple[Choice, ...] = Field(description="One a line.", default=(), max_length=MOST)
    source: Source | None = Field(default=None, alias="from")
    least: float | None = None
    most: float | None = None
    whole: bool = False
    kinds: tuple[str, ...] = Field(default=(), title="Kinds of entities", description="One a line.")
    teams: tuple[str, ...] = Field(default=(), title="People of teams", description="One a line; otherwise everyone.")
    largest: int = Field(default=1_000_000, ge=1)
    media: tuple[str, ...] = Field(default=(), title="Kinds of files", description="Such as application/pdf.")
    when: str = Field(default="", title="Only where", description='Such as ${{ inputs.other == "x" }}.')

    @field_validator("choices", mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """A choice that is only a text stands for itself."""
        return [{"value": part} if isinstance(part, str) else part for part in value or ()]

    @field_validator("teams")
    @classmethod
    def _teams(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            try:
                Ref.parse(name, kind="team")
            except UserError:
                raise ValueError("not the name of a team") from None
        return value

    @field_validator("pattern")
    @classmethod
    def _pattern(cls, value: str) -> str:
        try:
            re2.compile(value)
        except re2.error:
            raise ValueError("not a pattern that RE2 reads") from None
        return value

    @model_validator(mode="after")
    def _chosen(self) -> Input:
        if self.source is not None and (self.choices or self.type not in ("choice", "several")):
            raise ValueError("`from` is for choice and several, in place of `choices`")
        return self

    def shown(self, name: str) -> str:
        """What stands before the field."""
        return self.title or name.replace("_", " ").capitalize()


Find = Callable[[Input, str], Json]
"""Looks an entity, person or file up that may be chosen: what it is called, None where there is none."""
Offer = Callable[[Input], Input]
"""Gives a field the choices that come from elsewhere."""


def check(
    fields: Mapping[str, Input],
    given: Mapping[str, Any],
    scope: Mapping[str, Any],
    find: Find,
    offer: Offer = lambda field: field,
) -> dict[str, Json]:
    """What was entered, as values: those of fields that are not asked for are left out.

    Raises:
        UserErrors: whatever is wrong, each with the place `inputs.NAME`.

    """
    errors = [
        UserError(f"there is no field {name!r}", place=Place(f"inputs.{name}"), hint=suggest(name, fields))
        for name in given
        if name not in fields
    ]
    values: dict[str, Json] = {}
    for name, field in fields.items():
        place = Place(f"inputs.{name}")
        if field.when and not expressions.truth(field.when, {**scope, "inputs": _all(fields, values)}):
            continue
        try:
            value = _value(offer(field) if field.source else field, given.get(name), find)
        except UserError as error:
            errors.append(UserError(f"{field.shown(name)}: {error.what}", place=place, expected=error.expected,
                                    got=error.got, hint=error.hint))  # fmt: skip
            continue
        if value is None and field.required:
            errors.append(UserError(f"{field.shown(name)} is needed", place=place))
        elif value is not None:
            values[name] = value
    if errors:
        raise UserErrors(errors)
    return values


def asked(fields: Mapping[str, Input], given: Mapping[str, Any], scope: Mapping[str, Any]) -> Iterator[str]:
    """The fields that are asked for with what is entered so far; what is not right yet counts as nothing."""
    values: dict[str, Json] = {}
    for name, field in fields.items():
        with suppress(UserError):  # what it depends on is not entered yet
            if field.when and not expressions.truth(field.when, {**scope, "inputs": _all(fields, values)}):
                continue
            yield name
            value = given.get(name) if field.source else _value(field, given.get(name), lambda _, text: text)
            values |= {name: value} if value is not None else {}


def open_(fields: Mapping[str, Input], values: Mapping[str, Json]) -> dict[str, Json]:
    """Values without secrets, which stand there only as dots."""
    return {name: HIDDEN if fields[name].type == "secret" else value for name, value in values.items()}


def _all(fields: Mapping[str, Input], values: Mapping[str, Json]) -> dict[str, Json]:
    return {**dict.fromkeys(fields), **values}


def _value(field: Input, given: Any, find: Find) -> Json:
    if given in (None, "", []):
        given = field.default
    if given in (None, "", []):
        return None
    readers: dict[str, Callable[[], Json]] = {
        "choice": lambda: _choice(field, given),
        "several": lambda: [_choice(field, one) for one in _list(given)],
        "number": lambda: _number(field, given),
        "date": lambda: _date(given),
        "switch": lambda: _switch(given),
        "list": lambda: [_text(field, one) for one in _list(given)],
        "entity": lambda: _found(field, given, find),
        "person": lambda: _found(field, given, find),
        "file": lambda: _found(field, str(given), find),
    }
    return readers.get(field.type, lambda: _text(field, given))()


def _text(field: Input, given: Any) -> str:
    if not isinstance(given, str) or "\x00" in given:
        raise UserError("not a text", got=repr(given)[:80])
    if len(given) > field.longest:
        raise UserError("too long", expected=f"at most {field.longest:,} characters", got=f"{len(given):,}")
    if field.pattern and not re2.fullmatch(field.pattern, given):
        raise UserError("not of the form that is asked for", expected=field.pattern)
    return given


def _choice(field: Input, given: Any) -> str:
    known = [one.value for one in field.choices]
    if given not in known:
        raise UserError(
            "not a choice", expected=", ".join(known), got=repr(given)[:80], hint=suggest(str(given), known)
        )
    return str(given)


def _list(given: Any) -> list[Any]:
    several = [part.strip() for part in given.splitlines() if part.strip()] if isinstance(given, str) else given
    if not isinstance(several, list):
        raise UserError("not a list", got=repr(given)[:80])
    if len(several) > MOST:
        raise UserError("too many entries", expected=f"at most {MOST}", got=str(len(several)))
    return several


def _number(field: Input, given: Any) -> int | float:
    text = str(given).strip()
    if isinstance(given, bool) or not re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", text):
        raise UserError("not a number", got=repr(given)[:80])
    value = float(text) if "." in text else int(text)
    if field.whole and not isinstance(value, int):
        raise UserError("not a whole number", got=text)
    if (field.least is not None and value < field.least) or (field.most is not None and value > field.most):
        raise UserError("out of range", expected=f"{_edge(field.least)} to {_edge(field.most)}", got=text)
    return value


def _edge(value: float | None) -> str:
    return "any" if value is None else f"{value:g}"


def _date(given: Any) -> str:
    try:
        return date.fromisoformat(str(given)).isoformat()
    except ValueError:
        raise UserError("not a day", expected="like 2026-11-23", got=repr(given)[:80]) from None


def _switch(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if given in ("on", "true", "yes"):
        return True
    if given in ("off", "false", "no"):
        return False
    raise UserError("neither yes nor no", got=repr(given)[:80])


def _found(field: Input, given: Any, find: Find) -> Json:
    found = find(field, str(given).strip()) if isinstance(given, str) else None
    if found is None:
        what = field.type if field.type in ("person", "file") else " or ".join(field.kinds) or "entity"
        raise UserError(f"no such {what}", got=repr(given)[:80])
    return found


def of_kind(field: Input, ref: Ref) -> bool:
    """Whether an entity can be chosen, as far as its kind says."""
    return not field.kinds or ref.kind in field.kinds
