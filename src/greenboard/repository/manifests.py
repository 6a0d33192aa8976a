"""Package manifests: the files that make a folder a package, and reading them as data."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from greenboard.core.errors import Place, UserError
from greenboard.repository.tree import MAX_TEXT, Tree

PACKAGE_FILES = frozenset(
    {"package.json", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "pipfile", "pom.xml"}
    | {"build.gradle", "build.gradle.kts", "go.mod", "cargo.toml", "gemfile", "composer.json", "mix.exs"}
    | {"build.sbt", "package.swift", "pubspec.yaml", "project.clj", "deps.edn", "rebar.config", "deno.json"}
)
"""Names of manifests, in lower case."""

PACKAGE_SUFFIXES = frozenset({".csproj", ".fsproj", ".vbproj", ".sln", ".slnx", ".gemspec", ".cabal"})


def is_manifest(name: str) -> bool:
    """Whether a file of this name (lower case) makes its folder a package."""
    return name in PACKAGE_FILES or (name[name.rfind(".") :] if "." in name else "") in PACKAGE_SUFFIXES


def is_container_file(name: str) -> bool:
    """Whether a file of this name (lower case) describes how a container image is built."""
    return name in ("dockerfile", "containerfile") or name.startswith(("dockerfile.", "containerfile."))


def json_object(tree: Tree, path: str, limit: int = MAX_TEXT) -> Mapping[str, Any]:
    """A JSON file that holds an object.

    Raises:
        UserError: unreadable, not JSON, or not an object, with its place.

    """
    try:
        data = json.loads(tree.text(path, limit))
    except json.JSONDecodeError as error:
        raise UserError(f"not JSON: {error.msg}", place=Place(path, error.lineno, error.colno)) from None
    except RecursionError:
        raise UserError("nested too deeply", place=Place(path)) from None
    if not isinstance(data, dict):
        raise UserError("not a JSON object", place=Place(path, 1, 1), got=type(data).__name__)
    return data


def toml_table(tree: Tree, path: str, limit: int = MAX_TEXT) -> Mapping[str, Any]:
    """A TOML file; errors as for `json_object`."""
    try:
        return tomllib.loads(tree.text(path, limit))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"not TOML: {error}", place=Place(path)) from None
    except RecursionError:
        raise UserError("nested too deeply", place=Place(path)) from None


def xml_root(tree: Tree, path: str) -> Element:
    """The root element of an XML file, names without namespace; entities and external references are refused.

    Raises:
        UserError: unreadable or not well formed, with its place.

    """
    try:
        root: Element = fromstring(tree.text(path).encode())
    except ParseError as error:
        line, column = error.position
        raise UserError(f"not XML: {error.msg}", place=Place(path, line, column + 1)) from None
    except DefusedXmlException as error:
        raise UserError(f"XML with a forbidden construct: {type(error).__name__}", place=Place(path)) from None
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def table(value: object, *keys: str) -> Mapping[str, Any]:
    """The table at a path of keys, or an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def strings(value: object) -> tuple[str, ...]:
    """The texts of a list; anything else is empty."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
