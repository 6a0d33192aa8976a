"""What durable work is made of. Pure."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What is kept between steps, and so all that a workflow or step may take and give."""


NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
"""What the name of a worker looks like."""


@dataclass(frozen=True)
class Address:
    """Where the engine keeps its state: files in a folder, or the PostgreSQL that libpq's parameters name."""

    folder: Path
    postgresql: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def file(self) -> Path:
        """The engine's own SQLite file: in the data's file, enqueueing inside a transaction would wait for itself."""
        return self.folder / "engine.sqlite3"


class Run(Protocol):
    """One execution of a workflow, as its body sees it."""

    @property
    def id(self) -> str:
        """What names it; a step that asks others for something sends it along, since it may be done twice."""

    async def step(self, name: str, action: Callable[..., Json], *given: Json, attempts: int = 1) -> Json:
        """Do something in a thread and keep what it gives; when the run goes on elsewhere, it is not done again.

        An action that was under way when its process died is done again. One that raises is tried
        up to `attempts` times, with growing pauses; then the error ends the run.
        """

    async def wait(self, topic: str, seconds: float) -> Json:
        """The next signal on a topic; None when none came within the time. Waiting takes no thread."""

    async def sleep(self, seconds: float) -> None:
        """Go on later, whatever is restarted meanwhile."""


Body: TypeAlias = Callable[[Run, Json], Awaitable[Json]]


@dataclass(frozen=True)
class Workflow:
    """A named workflow. Its body holds no state but what steps gave, reads no clock and draws no lots.

    Args:
        every: When it runs by itself, as cron has it with seconds first, in UTC; None only when asked for.
        waits: It waits long, for people or time, so that thousands of it may be under way at once.

    """

    name: str
    body: Body = field(repr=False)
    every: str | None = None
    waits: bool = False


class State(StrEnum):
    """How far a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Execution:
    """What is known of a run from outside. `worker` has it, or had it last; `error` says why it failed."""

    id: str
    workflow: str
    state: State
    worker: str | None
    began_at: datetime
    ended_at: datetime | None
    output: Json
    error: str | None
