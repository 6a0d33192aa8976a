"""What a look at an installation finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from greenboard.project.environment import Environment


class State(StrEnum):
    """How it is: fine, worth a look, or broken."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `todo` says how to mend it."""

    about: str
    state: State
    said: str
    todo: str = ""


Look = Callable[[Environment], Iterator[Finding]]


def good(about: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(about, State.PASS, said)


def warn(about: str, said: str, todo: str) -> Finding:
    """It works, but not for long or not well."""
    return Finding(about, State.WARN, said, todo)


def fail(about: str, said: str, todo: str) -> Finding:
    """It does not work."""
    return Finding(about, State.FAIL, said, todo)
