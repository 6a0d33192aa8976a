"""What the sample organization did, day by day, as read from `library/sample/`.

Days count backwards: `ago: 30` is thirty days before the moment that the sample is loaded for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from greenboard.catalog import descriptors
from greenboard.catalog.types import Declared
from greenboard.core import content, yaml

Ago = Annotated[int, Field(ge=0, le=400)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FactChange(_Strict):
    """What tools and people say from a day on: other values, nothing more, or that they cannot be read."""

    ago: Ago
    set: dict[str, Any] = {}
    drop: tuple[str, ...] = ()
    fail: dict[str, str] = {}
    mend: tuple[str, ...] = ()


class Component(_Strict):
    """A component: its descriptor, what tools say of it, and how that changed.

    `missing` are fact types that no tool supplies at first.
    """

    name: str
    kind: str
    descriptor: dict[str, Any] = {}
    path: str = ""
    facts: dict[str, Any] = {}
    missing: tuple[str, ...] = ()
    changes: tuple[FactChange, ...] = ()


class Commit(_Strict):
    """A dated commit: sets of files added, files written and removed, descriptors changed."""

    ago: Ago
    say: str
    by: str = ""
    add: tuple[str, ...] = ()
    only: str = ""
    write: dict[str, str] = {}
    remove: tuple[str, ...] = ()
    describe: dict[str, dict[str, Any]] = {}
    tag: str = ""


class Repository(_Strict):
    """A repository. `start` are the sets of files that it had before the history begins."""

    name: str
    title: str
    team: str
    authors: tuple[str, ...]
    language: str
    start: tuple[str, ...]
    described: bool = True
    components: tuple[Component, ...]
    commits: tuple[Commit, ...]


class _Connected(_Strict):
    kind: str
    name: str
    link: str = ""


class Tools(_Strict):
    """Which tool supplies each fact type, and what tools say of a component where nothing else is told."""

    sources: dict[str, _Connected]
    said: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Script:
    """All of the sample. `files` are texts by set and path."""

    organization: Declared
    repositories: tuple[Repository, ...]
    tools: Tools
    files: dict[str, dict[str, str]]


def read(folder: Path | None = None) -> Script:
    """Read the sample's content.

    Raises:
        UserError: a file does not fit, with its place.

    """
    root = folder or content.library("sample")
    organization = root / "organization.yaml"
    files: dict[str, dict[str, str]] = {}
    for path in sorted((root / "files").glob("*.yaml")):
        files |= _document(path).data
    return Script(
        organization=descriptors.read(organization.read_text(encoding="utf-8"), organization.name),
        repositories=tuple(
            yaml.parse(_document(path), Repository) for path in sorted((root / "repositories").glob("*.yaml"))
        ),
        tools=yaml.parse(_document(root / "tools.yaml"), Tools),
        files=files,
    )


def _document(path: Path) -> yaml.Document:
    return yaml.read(path.read_text(encoding="utf-8"), path.name)[0]
