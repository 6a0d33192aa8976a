"""Answers held against the questions of a scaffold, before anything is rendered. Pure.

What only a template can tell (validators, worked out defaults) is told by rendering.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import re2
import yaml

from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.scaffolds import conditions
from greenboard.scaffolds.rendering.types import Json, Question
from greenboard.scaffolds.types import HIDDEN

LONGEST = 20_000
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


def asked(questions: Sequence[Question], given: Mapping[str, Any]) -> list[Question]:
    """The questions that these answers leave open; one of which that is not known is asked."""
    known = known_answers(questions, given)
    return [one for one in questions if one.asked and conditions.holds(one.when, known) is not False]


def known_answers(questions: Sequence[Question], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of the answers while they are entered: those given, and defaults that are no templates."""
    found: dict[str, Any] = {}
    for one in questions:
        if one.name not in given:
            if not one.templated:
                found[one.name] = one.default
            continue
        try:
            found[one.name] = _value(one, given[one.name])
        except UserError:
            found[one.name] = given[one.name]
    return found


def check(questions: Sequence[Question], given: Mapping[str, Any]) -> dict[str, Json]:
    """What was answered, as values: without questions that are not asked, and those whose default holds.

    Raises:
        UserErrors: whatever is wrong, each with the place `answers.NAME`.

    """
    open_ = {one.name: one for one in asked(questions, given)}
    names = {one.name for one in questions if one.asked}
    errors = [
        UserError(f"nothing called {name!r} is asked", place=Place(f"answers.{name}"), hint=suggest(name, names))
        for name in given
        if name not in names
    ]
    found: dict[str, Json] = {}
    for name, one in open_.items():
        try:
            value = _value(one, given.get(name))
        except UserError as error:
            errors.append(UserError(f"{name}: {error.what}", place=Place(f"answers.{name}"), expected=error.expected,
                                    got=None if one.secret else error.got, hint=error.hint))  # fmt: skip
            continue
        if value is not None:
            found[name] = value
        elif one.required and conditions.holds(one.when, known_answers(questions, given)):
            errors.append(UserError(f"{name} needs an answer", place=Place(f"answers.{name}")))
    if errors:
        raise UserErrors(errors)
    return found


def parted(questions: Sequence[Question], answers: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Answers that may be kept, and those that are secret."""
    secret = {one.name for one in questions if one.secret}
    kept = {name: value for name, value in answers.items() if name not in secret}
    return kept, {name: value for name, value in answers.items() if name in secret}


def masked(questions: Sequence[Question], answers: Mapping[str, Json]) -> dict[str, Json]:
    """Answers as they may be shown."""
    _, hidden = parted(questions, answers)
    return {name: HIDDEN if name in hidden else value for name, value in answers.items()}


def _value(one: Question, given: Any) -> Json:
    """The value of an answer; None where nothing was answered."""
    if given is None or given in ("", []):
        return None
    if one.several:
        several = given.splitlines() if isinstance(given, str) else given
        if not isinstance(several, list):
            raise UserError("not a list", got=repr(given)[:80])
        return [_single(one, each) for each in several if each not in ("", None)]
    return _single(one, given)


def _single(one: Question, given: Any) -> Json:
    if isinstance(given, str) and (len(given) > LONGEST or "\x00" in given):
        raise UserError("too long, or not a text", expected=f"at most {LONGEST:,} characters")
    if one.choices:
        return _chosen(one, given)
    value = _READERS[one.type](given)
    shape = conditions.shape(one.validator, one.name) if isinstance(value, str) else None
    if shape and not re2.fullmatch(shape.pattern, str(value)):
        raise UserError("not of the form that is asked for", expected=shape.said or shape.pattern, got=repr(given)[:80])
    return value


def _chosen(one: Question, given: Any) -> Json:
    for choice in one.choices:
        if given == choice.value or (isinstance(given, str) and given == written(choice.value)):
            return choice.value
    known = [written(choice.value) for choice in one.choices]
    hint = suggest(str(given), known)
    raise UserError("not a choice", expected=", ".join(known), got=repr(given)[:80], hint=hint)


def written(value: Json) -> str:
    """A value as it is written into a field of a form."""
    if isinstance(value, str):
        return value
    return yaml.safe_dump(value, default_flow_style=True, width=10_000).removesuffix("...\n").strip()


def _text(given: Any) -> Json:
    if not isinstance(given, str):
        raise UserError("not a text", got=repr(given)[:80])
    return given


def _switch(given: Any) -> Json:
    if given in (True, "on", "true", "yes"):
        return True
    if given in (False, "off", "false", "no"):
        return False
    raise UserError("neither yes nor no", got=repr(given)[:80])


def _number(given: Any) -> int | float:
    text = str(given).strip()
    if isinstance(given, bool) or not _NUMBER.fullmatch(text):
        raise UserError("not a number", got=repr(given)[:80])
    return float(text) if "." in text else int(text)


def _whole(given: Any) -> Json:
    found = _number(given)
    if not isinstance(found, int):
        raise UserError("not a whole number", got=str(given)[:80])
    return found


def _path(given: Any) -> Json:
    text = _text(given)
    assert isinstance(text, str)
    if text.startswith(("/", "~")) or ".." in text.split("/") or "\\" in text:
        raise UserError("not a path within the project", got=repr(text)[:80])
    return text


def _document(given: Any) -> Json:
    if not isinstance(given, str):
        return given  # type: ignore[no-any-return]  # what came by API is JSON already
    try:
        return yaml.safe_load(given)  # type: ignore[no-any-return]
    except (yaml.YAMLError, RecursionError, ValueError):
        raise UserError("not YAML", got=repr(given)[:80]) from None


_READERS: Mapping[str, Callable[[Any], Json]] = {
    "str": _text,
    "path": _path,
    "bool": _switch,
    "int": _whole,
    "float": lambda given: float(_number(given)),
    "json": _document,
    "yaml": _document,
}
