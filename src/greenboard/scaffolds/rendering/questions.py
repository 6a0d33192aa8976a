"""The questions of a `copier.yml`, read without Copier, so that every mistake has its place. Pure."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.scaffolds.rendering.types import Choice, Json, Question

_Type = Literal["bool", "int", "float", "str", "json", "yaml", "path"]
_UNSAFE = ("tasks", "migrations", "jinja_extensions")
_SETTINGS = frozenset({
    "answers_file", "envops", "exclude", "external_data", "jinja_extensions", "message_after_copy",
    "message_after_update", "message_before_copy", "message_before_update", "migrations", "min_copier_version",
    "preserve_symlinks", "secret_questions", "skip_if_exists", "subdirectory", "tasks", "templates_suffix",
})  # fmt: skip
_TYPES: dict[type, _Type] = {bool: "bool", int: "int", float: "float", str: "str"}
_TAKEN = {"now", "make_secret"}


@dataclass(frozen=True)
class Asked:
    """What a document asks, and which of its settings run code."""

    questions: tuple[Question, ...]
    unsafe: tuple[str, ...]


class _Form(BaseModel):
    """A question as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: _Type | None = None
    help: str = ""
    default: Any = None
    choices: list[Any] | dict[Any, Any] | str = []
    multiselect: bool = False
    multiline: bool | str = False
    placeholder: str = ""
    qmark: str | None = None
    secret: bool = False
    validator: str = ""
    when: bool | str = True
    ask: bool | str = True


def read(text: str, path: str) -> Asked:
    """What a `copier.yml` asks.

    Raises:
        UserError: whatever is wrong, each with its place.

    """
    documents = yaml.read(text, path)
    settings: dict[str, Any] = {}
    found: dict[str, Question] = {}
    errors: list[UserError] = []
    for document in documents:
        if not isinstance(document.data, dict):
            raise UserError(
                "not a mapping of questions",
                place=document.place(),
                hint="Write the questions here: those of other files (!include) are not read.",
            )
        for name, raw in document.data.items():
            if isinstance(name, str) and name.startswith("_"):
                settings[name[1:]] = raw
                errors.extend(_setting(name, document))
            else:
                errors.extend(_add(found, name, raw, document))
    if errors:
        raise UserErrors(errors)
    secret = set(settings.get("secret_questions") or ())
    asked = (replace(question, secret=True) if name in secret else question for name, question in found.items())
    return Asked(tuple(asked), tuple(name for name in _UNSAFE if settings.get(name)))


def _setting(name: str, document: yaml.Document) -> Iterator[UserError]:
    if name[1:] not in _SETTINGS:
        known = [f"_{setting}" for setting in _SETTINGS]
        yield UserError(f"Copier has no setting {name!r}", place=document.place(name), hint=suggest(name, known))


def _add(found: dict[str, Question], name: object, raw: object, document: yaml.Document) -> Iterator[UserError]:
    """Add a question to those found, or say why not."""
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or name in _TAKEN:
        yield UserError(f"{name!r} cannot be the name of a question", place=document.place(), expected="a plain word")
        return
    if not isinstance(raw, dict):
        raw = {"default": raw}
    try:
        form = _Form.model_validate(raw)
    except ValidationError as invalid:
        for error in invalid.errors():
            yield yaml.explain(document, _Form, {**error, "loc": (name, *error["loc"][:1])})
        return
    try:
        found[name] = _question(name, form, required="default" not in raw, place=document.place(name, "choices"))
    except UserError as error:
        yield error


def _question(name: str, form: _Form, *, required: bool, place: Place) -> Question:
    kind = form.type or _TYPES.get(type(form.default), "yaml")
    if form.secret and required:
        raise UserError(f"{name}: a secret question needs a default", place=place)
    return Question(
        name=name,
        type=kind,
        help=form.help.strip(),
        default=_plain(form.default),
        required=required and form.when is not False,
        choices=tuple(_choices(name, form.choices, place)),
        several=form.multiselect,
        multiline=bool(form.multiline),
        secret=form.secret,
        when=False if form.ask is False else form.when,
        validator=form.validator.strip(),
        placeholder=form.placeholder,
    )


def _choices(name: str, raw: list[Any] | dict[Any, Any] | str, place: Place) -> Iterator[Choice]:
    """Choices in each of the ways that Copier takes; those of a template are not known before rendering."""
    if isinstance(raw, str):
        return
    for one in raw.items() if isinstance(raw, dict) else raw:
        label, value = one if isinstance(one, (list, tuple)) and len(one) == 2 else (one, one)
        if isinstance(value, dict):
            if "value" not in value:
                raise UserError(f"{name}: a choice without a `value`", place=place, got=repr(value)[:80])
            value = value["value"]
        yield Choice(_plain(value), str(label))


def _plain(value: Any) -> Json:
    """The value as JSON has it; dates and the like become their text."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
