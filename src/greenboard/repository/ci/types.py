"""The one form that the pipelines of all CI systems are brought into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Command:
    """A piece of shell text of a job, where it stands, and the folder it runs in.

    `folder` is relative to the root of the tree; None when it cannot be known from the file.
    """

    text: str
    place: str
    folder: str | None = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A packaged step made by somebody: an action, an orb's job, a task, a plugin, a template.

    `pinned` says whether it is fixed to one content; None where the system has no such notion.
    """

    name: str
    place: str
    inputs: tuple[tuple[str, str], ...] = ()
    pinned: bool | None = None
    outside: bool = True


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something a job runs that cannot be looked into from here, and why."""

    what: str
    place: str


@dataclass(frozen=True)
class Job:
    """One job of one pipeline. `name` is the key that the pipeline gives it."""

    name: str
    place: str
    commands: tuple[Command, ...] = ()
    uses: tuple[Use, ...] = ()
    unseen: tuple[Unseen, ...] = ()


@dataclass(frozen=True)
class Pipeline:
    """One pipeline file.

    `on_change` says whether it runs on every proposed change, None when that is set elsewhere.
    `token_restricted` is for GitHub workflows: None for every other system, and for workflows that
    are only called by others, since those run with the token of their caller.
    """

    system: str
    path: str
    jobs: tuple[Job, ...]
    on_change: bool | None = None
    on_change_place: str = ""
    token_restricted: bool | None = None
    token_place: str = ""


@dataclass(frozen=True)
class Pipelines:
    """Every pipeline of a tree, and the files that could not be read, with the reason."""

    all: tuple[Pipeline, ...]
    broken: tuple[tuple[str, str], ...] = field(default=())

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(sorted({pipeline.system for pipeline in self.all}))

    def jobs(self) -> Iterator[Job]:
        for pipeline in self.all:
            yield from pipeline.jobs


@dataclass(frozen=True, slots=True)
class Run:
    """One run of tests: what kind, by which runner, where.

    `kind` is None when the runner takes whatever tests its conventions find. `folder` is None when
    unknown. `targets` are the paths it is narrowed to; `filtered` is true when it is narrowed in
    another way (by tag, marker or name), so that what it covers is not known. `without` names the
    kinds that it leaves out.
    """

    runner: str
    kind: str | None
    place: str
    folder: str | None = ""
    targets: tuple[str, ...] = ()
    filtered: bool = False
    without: tuple[str, ...] = ()


@dataclass
class Work:
    """What a job, or all jobs together, turn out to do. Filled while commands are looked at.

    `doubts` name what a build may do besides by its plugins (`lints`, `scans`), so that it is not denied.
    """

    runs: list[Run] = field(default_factory=list)
    lints: list[str] = field(default_factory=list)
    scans: list[tuple[str, str]] = field(default_factory=list)
    deploys: list[str] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    doubts: set[str] = field(default_factory=set)
