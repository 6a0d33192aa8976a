"""What workflows and their runs are made of. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
HIDDEN = "•••"
"""What stands where a secret stood."""
_PATH = re.compile(r"(?P<undo>~?)(?P<step>[a-z][a-z0-9_]*)(?P<indices>(?:\[\d+\])*)")


class State(StrEnum):
    """How far a run is. It waits for people, others or time; it is held where a step failed and somebody decides."""

    RUNNING = "running"
    WAITING = "waiting"
    HELD = "held"
    UNDOING = "undoing"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        return self in (State.DONE, State.FAILED, State.CANCELLED)


class Doing(StrEnum):
    """How far a step of a run is."""

    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class Way(StrEnum):
    """How a run was started."""

    PERSON = "person"
    API = "api"
    SCHEDULE = "schedule"
    EVENT = "event"
    WORKFLOW = "workflow"


@dataclass(frozen=True, order=True)
class Path:
    """Which step of a run: its id, the index in each `each` around it, and whether it takes back what that did."""

    step: str
    indices: tuple[int, ...] = ()
    undo: bool = False

    def __str__(self) -> str:
        return ("~" if self.undo else "") + self.step + "".join(f"[{index}]" for index in self.indices)

    @classmethod
    def parse(cls, text: str) -> Path:
        """The path of its text.

        Raises:
            ValueError: it is none.

        """
        found = _PATH.fullmatch(text)
        if found is None:
            raise ValueError(f"no path of a step: {text[:80]!r}")
        indices = tuple(int(part) for part in re.findall(r"\d+", found["indices"]))
        return cls(found["step"], indices, bool(found["undo"]))


@dataclass(frozen=True)
class Record:
    """What is known of a step of a run.

    `outputs` are what it gave; of a group that is open, `outputs` has its `items` or the `branch` that was taken.
    """

    path: Path
    doing: Doing
    outputs: Json = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """What a step waits for.

    `who` are those who may answer: `person:NAME`, `team:NAMESPACE/NAME` and `role:NAME`. Where `need` is 0 all
    of them have to approve, otherwise so many. `others` leaves out whoever started the run. `handed` says who named
    whom in their place, `escalated` that others are asked as well, `signed_in` that nobody answers by link or chat.
    """

    who: tuple[str, ...] = ()
    need: int = 1
    others: bool = False
    text: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict)
    rule: str = ""
    handed: Mapping[str, str] = field(default_factory=dict)
    escalated: bool = False
    signed_in: bool = False


@dataclass(frozen=True)
class Call:
    """A request that a step would send, with masks in place of secrets."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None


@dataclass(frozen=True)
class Done:
    """A step that is done: its answer, of which the document makes outputs. `hidden` members of it are secret."""

    answer: Json = None
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Waits:
    """A step that goes on when somebody answers, or at the end of the time; it looks again before, at `look`."""

    until: datetime | None
    asked: Asked = Asked()
    note: str = ""
    look: datetime | None = None


@dataclass(frozen=True)
class Failed:
    """A step that failed. `again`: another attempt may help, not before so many seconds `after`.

    `final`: nobody is asked whether to go on.
    """

    why: str
    again: bool = False
    final: bool = False
    after: float = 0.0


Result = Done | Waits | Failed
