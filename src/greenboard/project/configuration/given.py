"""What is given for the settings: by the environment, by secrets in files, and by one file of settings.

The environment goes before the file. The file's values are put into the environment once they are
known to be good, so that every part of the program and every process it starts reads one thing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.project.configuration.declared import BY_KEY, BY_NAME, CONFIG, ELSEWHERE, PREFIX, Setting

FILE = "greenboard.settings.yaml"
"""Read from the working folder where `GREENBOARD_CONFIG` names no other."""
_LINKS = re.compile(r"_(SERVICE|PORT)(_|$)")


def adopt() -> None:
    """Put what the file of settings says into the environment, where that says nothing.

    Raises:
        UserError: the file cannot be read, or says something that no setting can mean.

    """
    path = _file(os.environ)
    if path is None:
        return
    for name, text in of_file(path).items():
        if name not in os.environ and f"{name}_FILE" not in os.environ:
            os.environ[name] = text


def _file(variables: Mapping[str, str]) -> Path | None:
    named = variables.get(CONFIG, "")
    if not named:
        return Path(FILE) if Path(FILE).is_file() else None
    path = Path(named).expanduser()
    if not path.is_file():
        raise UserError(f"{CONFIG} names no file", expected="the path of a file of settings", got=repr(named))
    return path


def of_file(path: Path) -> dict[str, str]:
    """The settings of a file as the environment would give them.

    Raises:
        UserErrors: one for each key that is unknown and each value that cannot be used, with its place.

    """
    documents = yaml.read(_text(path, str(path)), str(path))
    if not documents:
        return {}
    document = documents[0]
    if len(documents) > 1 or not isinstance(document.data, dict):
        raise UserError("not a mapping of settings", place=Place(str(path), 1, 1), expected="lines like `port: 8000`")
    found, errors = {}, []
    for key, value in document.data.items():
        try:
            name, text = _entry(document, key, value)
            found[name] = text
        except UserError as error:
            errors.append(error)
    if errors:
        raise UserErrors(errors)
    return found


def _entry(document: yaml.Document, key: Any, value: Any) -> tuple[str, str]:
    place = document.place(key)
    setting = BY_KEY.get(key)
    if setting is None:
        raise UserError(f"unknown setting {key!r}", place=place, hint=suggest(str(key), BY_KEY))
    text = _written(setting, value)
    if text is None:
        got = None if setting.secret else repr(value)
        raise UserError(f"{key} {setting.form.fault}", place=place, expected=setting.form.expected, got=got)
    try:
        if text:
            setting.read(text)
    except UserError as error:
        what = error.what.replace(setting.name, key)
        raise UserError(what, place=place, expected=error.expected, got=error.got, hint=error.hint) from None
    return setting.name, text


def _written(setting: Setting[object], value: object) -> str | None:
    """A value of YAML as the text of a variable; None for one that has none."""
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case str() | int():
            return str(value)
        case list() if setting.form.several and all(isinstance(one, str) for one in value):
            return ",".join(value)
    return None


def resolved(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables that concern us, with the secrets that stand in files of their own.

    Raises:
        UserError: a variable is unknown, or a secret's file cannot be read.

    """
    given = {name: text for name, text in variables.items() if name.startswith(PREFIX)}
    for name in sorted(given):
        secret = BY_NAME.get(name.removesuffix("_FILE"))
        if name in BY_NAME or name in ELSEWHERE:
            continue
        if secret is None or not secret.secret:
            raise _unknown(name)
        path = given.pop(name)
        if given.get(secret.name):
            raise UserError(f"{secret.name} and {name} are both set", hint="Keep one of them.")
        if path:
            given[secret.name] = _text(Path(path), name).strip()
    return given


def _unknown(name: str) -> UserError:
    if _LINKS.search(name):
        hint = "Kubernetes adds such variables for a Service of that name: set enableServiceLinks: false."
    else:
        hint = suggest(name, BY_NAME) or "docs/settings.md lists them."
    return UserError(f"unknown setting {name}", hint=hint)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UserError(f"{name}: {path} cannot be read: {reason}") from None
