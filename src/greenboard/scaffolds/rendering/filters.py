"""Filters that Copier's templates are used to, without those that read files, variables or names of the machine.

Copier asks a library for them by name; the rendering process answers with this module in its stead. Pure.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import yaml
from jinja2 import Environment
from jinja2.ext import Extension


class _Indented(yaml.SafeDumper):
    """Writes lists further in than their key, as people do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow=flow, indentless=False)


def to_yaml(value: Any, **options: Any) -> str:
    """The value as YAML."""
    return str(yaml.dump(value, Dumper=yaml.SafeDumper, allow_unicode=True, **options))


def to_nice_yaml(value: Any, indent: int = 2, **options: Any) -> str:
    """The value as YAML for people: a line each, in the order that it has."""
    given = {"sort_keys": False, **options, "indent": indent, "default_flow_style": False, "allow_unicode": True}
    return str(yaml.dump(value, Dumper=_Indented, **given))


def to_json(value: Any, **options: Any) -> str:
    """The value as JSON."""
    return json.dumps(value, **options)


def to_nice_json(value: Any, indent: int = 4, **options: Any) -> str:
    """The value as JSON for people."""
    return json.dumps(value, **{"sort_keys": True, **options, "indent": indent})


def regex_replace(value: object, pattern: str, replacement: str = "") -> str:
    """The text with what matches replaced."""
    return re.sub(pattern, replacement, str(value))


def regex_search(value: object, pattern: str) -> str | None:
    """What matches first."""
    found = re.search(pattern, str(value))
    return found[0] if found else None


def regex_findall(value: object, pattern: str) -> list[Any]:
    """All that matches."""
    return re.findall(pattern, str(value))


def digest(value: object, name: str = "sha1") -> str:
    """The digest of a text, in hexadecimal; no secret is kept by it."""
    return hashlib.new(name, str(value).encode(), usedforsecurity=False).hexdigest()


def truth(value: object) -> bool:
    """Whether a text says yes."""
    return value if isinstance(value, bool) else str(value).strip().lower() in {"1", "true", "yes", "on", "y"}


def ternary(value: object, yes: Any, no: Any = None) -> Any:
    """One of two, as the value says."""
    return yes if value else no


def b64encode(value: object) -> str:
    """The text in base64."""
    return base64.b64encode(str(value).encode()).decode()


def b64decode(value: str) -> str:
    """The text of base64."""
    return base64.b64decode(value).decode()


def flatten(value: Iterable[Any]) -> list[Any]:
    """The elements of lists within lists."""
    return [leaf for one in value for leaf in (flatten(one) if isinstance(one, (list, tuple)) else [one])]


def basename(value: object) -> str:
    """The last part of a path."""
    return str(value).rpartition("/")[2]


def dirname(value: object) -> str:
    """All but the last part of a path."""
    return str(value).rpartition("/")[0]


FILTERS: dict[str, Callable[..., Any]] = {
    "b64decode": b64decode,
    "b64encode": b64encode,
    "basename": basename,
    "bool": truth,
    "dirname": dirname,
    "flatten": flatten,
    "from_json": json.loads,
    "from_yaml": yaml.safe_load,
    "hash": digest,
    "regex_findall": regex_findall,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "ternary": ternary,
    "to_json": to_json,
    "to_nice_json": to_nice_json,
    "to_nice_yaml": to_nice_yaml,
    "to_yaml": to_yaml,
}


class AnsibleCoreFiltersExtension(Extension):
    """The name that Copier asks for."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters.update(FILTERS)
