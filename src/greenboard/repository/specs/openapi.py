"""OpenAPI 2.0, 3.0, 3.1 and 3.2, validated by openapi-spec-validator. Nothing outside of the tree is ever fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from greenboard.core.errors import UserError
from greenboard.repository.specs.types import MAX_PROBLEMS, Described, load
from greenboard.repository.tree import Tree

MAX_VALIDATED = 2**20
"""Bytes of a description that is validated; larger ones take too long, and their validity stays unknown."""
_METHODS = frozenset(["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"])


class _Outside(Exception):
    """A reference that leads out of the tree."""


class _Inside(dict[str, Any]):
    """Serves every reference to another document from the tree, whatever its scheme, and refuses the rest."""

    def __init__(self, tree: Tree) -> None:
        super().__init__()
        self.tree = tree
        self.refused: list[str] = []

    def __contains__(self, scheme: object) -> bool:
        return True

    def __getitem__(self, scheme: str) -> Any:
        return self.fetch

    def fetch(self, address: str) -> Any:
        parts = urlsplit(address)
        path = unquote(parts.path).lstrip("/")
        try:
            if parts.scheme == "file" and not parts.netloc and self.tree.has(path):
                return load(self.tree, path)
        except UserError as error:
            raise _Outside(str(error)) from None
        self.refused.append(address)
        raise _Outside(address)


def openapi(tree: Tree, path: str) -> Described:
    """What an OpenAPI description says.

    Raises:
        UserError: it cannot be read.

    """
    data = load(tree, path)
    version = str(data.get("openapi") or data.get("swagger"))
    described = [_is_described(operation) for operation in _operations(data)]
    valid, problems, unsure = _validate(tree, path, data, version)
    info = data.get("info")
    stated = str(info.get("version") or "") if isinstance(info, dict) else ""
    return Described(path, "openapi", stated, valid, problems, len(described), sum(described), unsure)


def _operations(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for group in ("paths", "webhooks"):
        entries = data.get(group)
        for entry in entries.values() if isinstance(entries, dict) else ():
            for method, operation in entry.items() if isinstance(entry, dict) else ():
                if method in _METHODS and isinstance(operation, dict):
                    yield operation


def _is_described(operation: dict[str, Any]) -> bool:
    return any(isinstance(operation.get(key), str) and operation[key].strip() for key in ("description", "summary"))


def _validate(tree: Tree, path: str, data: dict[str, Any], version: str) -> tuple[bool | None, int | None, str]:
    """Whether it is valid, how many problems there are, and why that is not known."""
    if tree.size(path) > MAX_VALIDATED:
        return None, None, f"larger than the {MAX_VALIDATED // 1024} KiB that are validated"
    import openapi_spec_validator as validators
    from jsonschema.exceptions import SchemaError
    from jsonschema_path import SchemaPath
    from referencing.exceptions import Unresolvable

    by_version = {
        "2.": validators.OpenAPIV2SpecValidator,
        "3.0": validators.OpenAPIV30SpecValidator,
        "3.1": validators.OpenAPIV31SpecValidator,
        "3.2": validators.OpenAPIV32SpecValidator,
    }
    validator = next((found for start, found in by_version.items() if version.startswith(start)), None)
    if validator is None:
        return None, None, f"no validator for version {version}"
    inside = _Inside(tree)
    problems = 0
    try:
        schema = SchemaPath.from_dict(data, base_uri=f"file:///{path}", handlers=inside)
        for _ in validator(schema).iter_errors():
            problems += 1
            if problems >= MAX_PROBLEMS:
                break
    except (Unresolvable, _Outside):
        problems += 1
    except RecursionError:
        return None, None, "references that go round"
    except (TypeError, ValueError, AttributeError, LookupError, AssertionError, re.error, SchemaError) as error:
        # The validator stumbles in many ways over malformed descriptions.
        if not problems:
            return None, None, f"the validator could not judge it ({type(error).__name__})"
    if inside.refused:
        return None, None, f"it refers to {inside.refused[0]}, which is not fetched"
    return problems == 0, problems, ""
