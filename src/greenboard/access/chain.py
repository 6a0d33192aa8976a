"""The chain of the audit log: each line's digest covers the line and the digest before it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Line = Mapping[str, Any]
"""A line by the names in `COVERED`, with its `digest`."""

COVERED = (
    "number",
    "at",
    "actor_kind",
    "actor",
    "via",
    "address",
    "request",
    "action",
    "target",
    "before",
    "after",
    "previous",
)
"""All that a digest covers, in this order. Adding one would break the lines that there are."""


def canonical(value: Any) -> str:
    """JSON in one form only: sorted keys, no spaces, nothing but ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(line: Line) -> str:
    """SHA-256 over the canonical form of a line, in hexadecimal digits."""
    told = {name: line[name] for name in COVERED} | {"at": moment(line["at"])}
    return hashlib.sha256(canonical(told).encode("ascii")).hexdigest()


def moment(at: datetime | str) -> str:
    """A moment in one form only, in UTC and with six digits of a second; one that has it stays as it is."""
    return at if isinstance(at, str) else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True)
class Break:
    """The first line that does not fit, and why."""

    number: int
    why: str


@dataclass(frozen=True)
class Verified:
    """What a look at the whole chain found. `last` and `digest` are those of the last line that fits."""

    lines: int
    last: int
    digest: str
    broken: Break | None


def verify(lines: Iterable[Line]) -> Verified:
    """Follow the chain from its first line, in the order of numbers, up to the first that does not fit."""
    count, last, before = 0, 0, ""
    for line in lines:
        why = _wrong(line, last, before)
        if why:
            return Verified(count, last, before, Break(line["number"], why))
        count, last, before = count + 1, line["number"], line["digest"]
    return Verified(count, last, before, None)


def _wrong(line: Line, last: int, before: str) -> str:
    if line["number"] != last + 1:
        missing = line["number"] - last - 1
        return f"{missing} line{'s' if missing > 1 else ''} before it {'are' if missing > 1 else 'is'} missing"
    if line["previous"] != before:
        return "it does not follow the line before it"
    if line["digest"] != digest(line):
        return "it was changed after it was written"
    return ""
