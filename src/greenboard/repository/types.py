"""What readers see and what they say.

A reader is one module in `repository/readers/`, found by discovery. It declares `READER`, reads one
component of one working tree, and yields what it knows. It never guesses: what it cannot read is
`Missed`, with the reason, and what is not there for sure is said as such only when the look was
complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from greenboard.facts.types import SourceKind

if TYPE_CHECKING:
    from greenboard.repository.tree import Tree


@dataclass(frozen=True)
class Component:
    """A part of a repository that is built as one thing. `path` is its folder, "" for the root.

    `languages` are lower-case names by number of files, most first (`("go", "python")`); files of
    examples, tests and documentation count only where there are no others.
    """

    name: str
    path: str
    kind: str
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """What a reader may look at: one component, or the whole tree for types about a repository.

    `files` are the component's own, without those of components nested in it. `shared` are the
    files of the repository that belong to no component, such as a folder of manifests for all.
    """

    tree: Tree
    component: Component
    files: tuple[str, ...]
    now: datetime
    shared: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        """The folder of the component with a closing slash, or "" for the root of the tree."""
        return f"{self.component.path}/" if self.component.path else ""


@dataclass(frozen=True)
class Found:
    """A fact in the making. `value` is raw: the vocabulary checks it. `location` is `path:line`.

    `places` says where single fields stand: `field`, or `key` and `key.field` for types with many.
    `observed_at` is for reports that carry their own date; otherwise it is the time of reading.
    """

    type: str
    value: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    location: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    observed_at: datetime | None = None
    source: SourceKind = SourceKind.REPOSITORY
    tool: str = ""


@dataclass(frozen=True)
class Missed:
    """A look that failed. `location` is `path:line:column` where that is known.

    `unclear` marks what was read but cannot be judged from here: nobody need mend it. `tool` is whose
    report it is, `key` the item that it is about, where that is one of several.
    """

    type: str
    reason: str
    location: str = ""
    unclear: bool = False
    tool: str = ""
    key: str = ""


@dataclass(frozen=True)
class Reader:
    """A reader as declared: what it fills, whose facts they are, and the function that reads."""

    name: str
    types: tuple[str, ...]
    about: Literal["component", "repository"]
    read: Callable[[Scope], Iterator[Found | Missed]]
