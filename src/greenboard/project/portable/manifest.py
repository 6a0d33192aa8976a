"""The manifest of an installation as files: what is there, how much, and with which digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from greenboard.core.errors import UserError

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True)
class Content:
    """What a table holds: its rows, and the SHA-256 of its file."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What was written when, from which schema (`migrations` as `app.name`), by which version."""

    format: int
    greenboard: str
    made_at: str
    database: str
    migrations: tuple[str, ...]
    tables: Mapping[str, Content]
    left_out: tuple[str, ...]

    def text(self) -> bytes:
        """The file; its last member is a digest of the rest."""
        told = asdict(self)
        return json.dumps({**told, "digest": _digest(told)}, indent=2).encode() + b"\n"


def _digest(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read(text: bytes, place: str) -> Manifest:
    """The manifest of a file's text.

    Raises:
        UserError: it is damaged, or of a format that this version does not know.

    """
    try:
        told = json.loads(text)
        digest = told.pop("digest")
        found = TypeAdapter(Manifest).validate_python(told)
    except (ValueError, KeyError, AttributeError, TypeError, ValidationError):
        raise UserError(f"{place}: the manifest cannot be read", hint="It is damaged, or no backup.") from None
    if found.format != FORMAT:
        expected = f"format {FORMAT}"
        raise UserError(f"{place}: of another format", expected=expected, got=str(found.format))
    if digest != _digest(told):
        raise UserError(f"{place}: the manifest was changed after it was written", hint="Take another backup.")
    return found
