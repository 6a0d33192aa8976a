"""Versions by Semantic Versioning 2.0.0, and ranges as npm writes them."""

from __future__ import annotations

from functools import lru_cache

from semantic_version import NpmSpec, Version  # type: ignore[import-untyped]


@lru_cache(maxsize=65_536)
def read(text: str) -> Version | None:
    """A version; a leading `v` is let pass, as tags have one. None when it is none."""
    try:
        return Version(text.removeprefix("v"))
    except ValueError:
        return None


@lru_cache(maxsize=1_024)
def read_range(text: str) -> NpmSpec | None:
    """A range of versions, or None when it is none."""
    try:
        return NpmSpec(text)
    except ValueError:
        return None


def compare(left: str, right: str) -> int | None:
    """-1, 0 or 1; build metadata does not count. None when either is not a version."""
    one, other = read(left), read(right)
    if one is None or other is None:
        return None
    return int(one.precedence_key > other.precedence_key) - int(one.precedence_key < other.precedence_key)


def within(version: str, wanted: str) -> bool | None:
    """Whether a version is in a range; None when either is not what it should be."""
    found, spec = read(version), read_range(wanted)
    return None if found is None or spec is None else bool(spec.match(found))
