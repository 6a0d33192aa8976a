"""Functions over texts. Pure."""

from __future__ import annotations

import base64 as codec
import hashlib
import re
from functools import lru_cache
from typing import Any

import re2

from greenboard.connections.expressions.function import Mistyped, Registry

REGISTRY = Registry()
_VERSION = re.compile(r"[^0-9]*(\d+)(?:\.(\d+))?(?:\.(\d+))?", re.ASCII)
_SSH = re.compile(r"(?:ssh://)?(?:[^@/]+@)?([^:/]+)(?::\d+/|[:/])(.+)")
_SEVERITIES = {
    "critical": "critical", "blocker": "critical", "very_high": "critical", "urgent": "critical",
    "high": "high", "major": "high", "error": "high", "important": "high",
    "medium": "medium", "moderate": "medium", "warning": "medium", "warn": "medium",
    "low": "low", "minor": "low", "note": "low", "info": "low", "informational": "low", "negligible": "low",
}  # fmt: skip


@REGISTRY.add("text", gives="text", example="lower(name)")
def lower(text: str) -> str:
    """In small letters."""
    return text.lower()


@REGISTRY.add("any", gives="text", example="text(id)")
def text(value: Any) -> str:
    """A number or bool as text."""
    if isinstance(value, list | dict):
        raise Mistyped("text: expected no list or object")
    return ("false", "true")[value] if isinstance(value, bool) else str(value)


@REGISTRY.add("any", gives="text", rest=True, example="concat(owner, '/', name)")
def concat(*several: Any) -> str:
    """Several texts as one."""
    return "".join(text(one) for one in several)


@REGISTRY.add("text", "texts", gives="text", example="join_text(', ', names)")
def join_text(between: str, several: list[str | None]) -> str | None:
    """The texts of a list, with something in between."""
    parts = [one for one in several if one is not None]
    return between.join(parts) if len(parts) == len(several) else None


@REGISTRY.add("text", "text", gives="texts", example="split(tag, ':')")
def split(value: str, at: str) -> list[str]:
    """The parts of a text."""
    return value.split(at) if at else [value]


@REGISTRY.add("text", "text", gives="bool", example="contains(name, 'prod')")
def contains(value: str, part: str) -> bool:
    """Whether a text contains another."""
    return part in value


@REGISTRY.add("text", "text", gives="bool", example="starts_with(ref, 'refs/heads/')")
def starts_with(value: str, part: str) -> bool:
    """Whether a text begins with another."""
    return value.startswith(part)


@REGISTRY.add("text", "text", gives="bool", example="ends_with(name, '-prod')")
def ends_with(value: str, part: str) -> bool:
    """Whether a text ends with another."""
    return value.endswith(part)


@REGISTRY.add("text", "text", gives="text", example="without_prefix(ref, 'refs/heads/')")
def without_prefix(value: str, part: str) -> str:
    """A text without its beginning, where it begins so."""
    return value.removeprefix(part)


@REGISTRY.add("text", "text", gives="bool", example="matches(image, '@sha256:[0-9a-f]{64}$')")
def matches(value: str, pattern: str) -> bool:
    """Whether a regular expression (RE2) is found in a text."""
    return _pattern(pattern).search(value) is not None


@REGISTRY.add("text", "text", gives="text", example="extract(image, ':([^:@]+)')")
def extract(value: str, pattern: str) -> str | None:
    """What the first group of a regular expression (RE2) matched; unknown where it is not found."""
    found = _pattern(pattern).search(value)
    return None if found is None else found[1] if found.re.groups else found[0]


@REGISTRY.add("texts", "text", gives="text", example="tag(tags, 'service')")
def tag(several: list[str | None], key: str) -> str | None:
    """The value of the first tag `key:value` of a list; unknown where there is none."""
    found = tags(several, key)
    return found[0] if found else None


@REGISTRY.add("texts", "text", gives="texts", example="tags(tags, 'service')")
def tags(several: list[str | None], key: str) -> list[str] | None:
    """The values of all tags `key:value` of a list."""
    start = f"{key}:"
    if None in several:
        return None
    return [one.removeprefix(start) for one in several if one is not None and one.startswith(start)]


@REGISTRY.add("text", gives="text", example="sev(severity)")
def sev(value: str) -> str | None:
    """A severity as critical, high, medium or low; a word that is not known is unknown."""
    return _SEVERITIES.get(value.lower().replace(" ", "_"))


@REGISTRY.add("number", gives="text", example="cvss(score)")
def cvss(score: float) -> str | None:
    """A CVSS score as a severity: critical from 9, high from 7, medium from 4, low below (FIRST's table)."""
    if not 0 < score <= 10:
        return None
    return "critical" if score >= 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"


@REGISTRY.add("text", gives="int", example="major(version)")
def major(version: str) -> int | None:
    """The first number of a version."""
    return _part(version, 1)


@REGISTRY.add("text", gives="int", example="minor(version)")
def minor(version: str) -> int | None:
    """The second number of a version."""
    return _part(version, 2)


@REGISTRY.add("text", gives="text", example="repository(clone_url)")
def repository(address: str) -> str | None:
    """The address of a repository as https://HOST/PATH, whatever way it is cloned; in small letters."""
    plain = re.sub(r"^(https?|git)://([^@/]+@)?", "", address.strip())
    if plain == address.strip():
        ssh = _SSH.fullmatch(plain)
        if ssh is None:
            return None
        plain = f"{ssh[1]}/{ssh[2]}"
    return "https://" + plain.rstrip("/").removesuffix(".git").lower()


@REGISTRY.add("text", gives="text", example="base64(input.content)")
def base64(value: str) -> str:
    """A text as base64, in UTF-8."""
    return codec.b64encode(value.encode()).decode()


@REGISTRY.add("text", gives="text", example="git_blob(input.content)")
def git_blob(value: str) -> str:
    """By what name git knows the content of a file: the SHA-1 of a blob."""
    content = value.encode()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _part(version: str, group: int) -> int | None:
    found = _VERSION.match(version)
    return int(found[group]) if found and found[group] else None


@lru_cache(maxsize=512)
def _pattern(text: str) -> Any:
    try:
        return re2.compile(text)
    except re2.error:
        raise Mistyped(f"not a regular expression (RE2): {text[:80]}") from None
