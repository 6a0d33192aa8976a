"""What a description of an interface says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greenboard.core.errors import Place, UserError
from greenboard.repository.tree import Tree

MAX_PROBLEMS = 100


@dataclass(frozen=True)
class Described:
    """One description. `valid` is None, with a reason in `unsure`, where it could not be judged whole.

    `operations` and `documented` count operations, root fields or methods, and those with a description.
    """

    path: str
    kind: str
    version: str = ""
    valid: bool | None = None
    problems: int | None = None
    operations: int | None = None
    documented: int = 0
    unsure: str = ""
    place: str = ""

    def item(self) -> dict[str, Any]:
        """The item of the api_spec fact, without the fields that are not known."""
        share = round(100 * self.documented / self.operations, 1) if self.operations else None
        fields = {
            "path": self.path,
            "kind": self.kind,
            "version": self.version or None,
            "valid": self.valid,
            "problems": self.problems,
            "operations": self.operations,
            "documented_pct": share,
        }
        return {name: value for name, value in fields.items() if value is not None}


def load(tree: Tree, path: str) -> Any:
    """The data of a YAML or JSON file, in the form that JSON would give: keys and dates as text.

    Raises:
        UserError: unreadable or malformed, with line and column.

    """
    if path.lower().endswith(".json"):
        try:
            return json.loads(tree.text(path))
        except json.JSONDecodeError as error:
            raise UserError(f"not JSON: {error.msg}", place=Place(path, error.lineno, error.colno)) from None
        except (ValueError, RecursionError):
            raise UserError("not valid JSON", place=Place(path)) from None
    documents = tree.yaml(path)
    return _plain(documents[0].data) if documents else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key if isinstance(key, str) else json.dumps(key, default=str).strip('"'): _plain(part)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
