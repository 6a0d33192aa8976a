"""The one form that the pipelines of all CI systems are brought into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class When:
    """When a job, or a step of it, runs.

    `changes`: with every proposed change, or every push to the default branch; None when that cannot be told.
    `only` and `ignored` are patterns of paths that narrow this to some changes. `by_hand`: only when somebody
    starts it.
    """

    changes: bool | None = None
    only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    by_hand: bool = False

    def for_changes_in(self, root: str) -> bool | None:
        """Whether every change below a folder starts it; "" is the whole tree, else with its closing slash."""
        if not self.changes:
            return self.changes
        wanted = [pattern for pattern in self.only if not pattern.startswith("!")]
        spared = [*self.ignored, *(pattern[1:] for pattern in self.only if pattern.startswith("!"))]
        if wanted and not any(_meets(_literal(pattern), root) for pattern in wanted):
            return False
        if any(_meets(_literal(pattern), root) for pattern in spared):
            return None
        return True if not wanted or any(_holds(pattern, root) for pattern in wanted) else None


def _literal(pattern: str) -> str:
    return re.split(r"[*?\[]", pattern)[0]


def _meets(start: str, root: str) -> bool:
    return start.startswith(root) or root.startswith(start)


def _holds(pattern: str, root: str) -> bool:
    """Whether a pattern takes everything below a folder."""
    return pattern == "**" or (pattern.endswith("/**") and root.startswith(pattern[:-2]))


@dataclass(frozen=True, slots=True)
class Command:
    """A piece of shell text of a job, where it stands, and the folder it runs in.

    `folder` is relative to the root of the tree; None when it cannot be known from the file. `when` is for
    a step with a condition of its own; None for the steps that run whenever the job does.
    """

    text: str
    place: str
    folder: str | None = ""
    when: When | None = None


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
    when: When | None = None


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
    when: When = When()


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
    kinds that it leaves out. `words` are the call as it stands.
    """

    runner: str
    kind: str | None
    place: str
    folder: str | None = ""
    targets: tuple[str, ...] = ()
    filtered: bool = False
    without: tuple[str, ...] = ()
    when: When = When()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lint:
    """One run of a linter: its program or packaged step, where it is called, and when.

    `folders` are those that it looks at, "" for the root; none when they cannot be known.
    """

    program: str
    place: str
    folders: tuple[str, ...]
    when: When


@dataclass
class Work:
    """What a job, or all jobs together, turn out to do. Filled while commands are looked at.

    `doubts` name what a build may do besides by its plugins (`lints`, `scans`), so that it is not denied.
    `unseen_on_change` are those of `unseen` that a change may start.
    """

    runs: list[Run] = field(default_factory=list)
    lints: list[Lint] = field(default_factory=list)
    scans: list[tuple[str, str]] = field(default_factory=list)
    deploys: list[str] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    unseen_on_change: list[Unseen] = field(default_factory=list)
    doubts: set[str] = field(default_factory=set)
