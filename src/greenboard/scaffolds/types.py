"""What is said of makings: what was wanted, how far they are. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from greenboard.core.refs import Ref
from greenboard.scaffolds.rendering.types import Json

HIDDEN = "•••"
"""What stands where a secret answer stood."""


class State(StrEnum):
    """How far a making is."""

    UNDERWAY = "underway"
    DONE = "done"
    FAILED = "failed"


class Landing(StrEnum):
    """Where what is made goes: a new repository, a pull request to one that is there, or a file to keep."""

    REPOSITORY = "repository"
    PULL_REQUEST = "pull-request"
    DOWNLOAD = "download"


class Purpose(StrEnum):
    """What something is made for: as a start, to meet a rule, or to bring up to date what was made before."""

    START = "start"
    FIX = "fix"
    UPDATE = "update"


class Step(StrEnum):
    """The steps of a making, in this order."""

    RENDER = "render"
    CREATE = "create"
    PUSH = "push"
    OPEN = "open"
    REGISTER = "register"


@dataclass(frozen=True)
class Goal:
    """Where what is made goes. `repository` is `owner/name`, `reviewed` that a new one gets it as a pull request."""

    way: Landing
    connection: str = ""
    repository: str = ""
    private: bool = True
    reviewed: bool = True


@dataclass(frozen=True)
class Wish:
    """Something to be made, as somebody wants it. `answers` are as they were entered, secrets among them.

    `entity` is what it is for, where that is there already; `rule` the rule that it is to meet, as `SCORECARD/RULE`.
    """

    scaffold: str
    answers: Mapping[str, Json] = field(default_factory=dict, repr=False)
    goal: Goal = Goal(Landing.DOWNLOAD)
    entity: Ref | None = None
    rule: str = ""
