"""Records as the work file keeps them: written and read very often, and always by ourselves. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from json.scanner import make_scanner

from greenboard.connections.types import Json, Record

_WRITE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_SCAN = make_scanner(json.JSONDecoder())  # type: ignore[arg-type]  # any decoder gives what it reads with


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it is kept. `key` tells it from all of its stream, `parent` is the key of what it hangs on."""

    seq: int
    key: str
    parent: str
    id: str
    data: Record


def row_of(seq: int, key: str, parent: str, identity: str, data: str) -> Row:
    """A record from its columns."""
    return Row(seq, key, parent, identity, _SCAN(data, 0)[0])


def written(value: Json) -> str:
    """A value as text."""
    return _WRITE(value)
