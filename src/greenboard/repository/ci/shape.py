"""Reading what pipelines written in YAML share: text or lists of text, matrices, workflow folders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from greenboard.core import yaml
from greenboard.repository.ci.shell import clean
from greenboard.repository.ci.types import Command

_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w.-]+)\s*\}\}")
_MOST = 40
Data = dict[Any, Any]


def mapping(value: object) -> Data:
    """The value when it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def strings(value: object) -> list[str]:
    """Text or a (nested) list of text as one flat list; anything else is left out."""
    if isinstance(value, str):
        return [value]
    return [text for part in value for text in strings(part)] if isinstance(value, list) else []


def script(document: yaml.Document, value: object, path: yaml.Path, folder: str | None = "") -> list[Command]:
    """The commands of a text or of a list of texts, each with its own place."""
    if isinstance(value, str):
        return [Command(value, _first_line(document, path, value), folder)]
    found: list[Command] = []
    here = folder
    for at, part in enumerate(value if isinstance(value, list) else ()):
        found += script(document, part, (*path, at), here)
        if isinstance(part, str):
            # The lines of such a list run in one shell, so `cd` in one of them moves those after it.
            moved = re.fullmatch(r"\s*cd\s+([\w./-]+)\s*", part)
            here = clean(f"{here}/{moved[1]}") if moved and here is not None else here
    return found


def _first_line(document: yaml.Document, path: yaml.Path, value: str) -> str:
    place = document.place(*path)
    # The place of a value that has a key is the key's; a block text starts on the line below it.
    block = "\n" in value.strip("\n") and bool(path) and isinstance(path[-1], str)
    return f"{place.path}:{(place.line or 1) + (1 if block else 0)}"


def combinations(matrix: object) -> Mapping[str, list[str]]:
    """The literal values of each axis of a GitHub matrix; an axis that is computed is left out."""
    axes: dict[str, list[str]] = {}
    for key, values in mapping(matrix).items():
        if key == "include":
            for row in values if isinstance(values, list) else ():
                for name, value in _flat(row):
                    axes.setdefault(name, []).append(value)
        elif isinstance(values, list):
            for value in values:
                for name, text in _flat({key: value}):
                    axes.setdefault(name, []).append(text)
    return axes


def _flat(row: object, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in mapping(row).items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield f"{prefix}{key}", str(value)


def expand(text: str, axes: Mapping[str, list[str]]) -> Iterable[str]:
    """A text once for each value of the matrix axes that it names, at most 40 of them."""
    texts = [text]
    for name in dict.fromkeys(_MATRIX.findall(text)):
        if name in axes:
            pattern = re.compile(rf"\$\{{\{{\s*matrix\.{re.escape(name)}\s*\}}\}}")
            texts = [pattern.sub(lambda _, value=value: value, each) for each in texts for value in axes[name]][:_MOST]  # type: ignore[misc]
    return dict.fromkeys(texts)


def folder_of(text: object, base: str | None = "") -> str | None:
    """A working folder as written, relative to the root; None when it is computed."""
    if not isinstance(text, str) or not text:
        return base
    text = re.sub(r"^\$\{\{\s*github\.workspace\s*\}\}/?", "./", text)
    return None if "$" in text else clean(text)
