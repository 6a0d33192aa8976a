"""A plugin as it was found, and what it brought. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from greenboard.core.errors import UserError
from greenboard.plugins.contract import Function, Scalar


class State(StrEnum):
    """Whether a plugin does anything: it does, somebody switched it off, or it is broken."""

    READY = "ready"
    OFF = "off"
    BROKEN = "broken"


@dataclass(frozen=True)
class Found:
    """A plugin that is installed: its name, and the distribution that it came with."""

    name: str
    target: str
    package: str = ""
    version: str = ""


@dataclass(frozen=True)
class Loaded:
    """What a plugin brought, by the hook; or why it could not, and then it brought nothing."""

    brought: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class Plugin:
    """A plugin as it is now; `why` says of one that does nothing what the reason is."""

    found: Found
    state: State
    brought: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    why: str = ""

    @property
    def name(self) -> str:
        return self.found.name


@dataclass(frozen=True)
class Words:
    """What rules can say because of a plugin: kept, so that rules can still be read where it is broken or off."""

    functions: tuple[Function, ...] = ()
    fact_types: tuple[str, ...] = ()


class Unavailable(UserError):
    """A plugin that is off or broken, or that broke just now."""

    status = 502


def gone(*_: Scalar) -> Scalar | None:
    """What a function comes to whose plugin is not there: an error of the rule."""
    return None
