"""What a project remembers of how it was made, in the file where Copier keeps answers, and the scaffolds of then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml as written

from greenboard.core import content, yaml
from greenboard.core.errors import Place, UserError
from greenboard.scaffolds.rendering import reading
from greenboard.scaffolds.rendering.types import ANSWERS, Json, Recorded, Scaffold

PAST = "past"
_LONGEST = 200_000
_HEAD = "# Kept by Greenboard, to bring this up to date with its scaffold. Change answers by an update, not here.\n"


def write(tree: Path, scaffold: Scaffold, answers: Mapping[str, Json]) -> None:
    """Remember the scaffold, its version, its parts and the answers."""
    told: dict[str, Any] = {"_scaffold": scaffold.name, "_version": scaffold.version}
    if scaffold.parts:
        told["_parts"] = {part.name: part.version for part in scaffold.parts}
    path = tree / scaffold.answers_file
    if path.is_symlink():
        raise UserError("the file of answers is a link", place=Place(scaffold.answers_file))
    text = written.safe_dump({**told, **answers}, sort_keys=False, allow_unicode=True)
    path.write_text(_HEAD + text, encoding="utf-8")


def read(project: Path) -> tuple[Recorded, ...]:
    """What a project remembers, its own scaffold first."""
    paths = sorted(project.glob(ANSWERS.replace(".yml", "*.yml")), key=lambda path: (path.name != ANSWERS, path.name))
    return tuple(found for path in paths if (found := _record(path)) is not None)


def find(project: Path, scaffold: Scaffold) -> Recorded:
    """What a project remembers of a scaffold.

    Raises:
        UserError: it was not made of it.

    """
    known = read(project)
    for one in known:
        if one.scaffold == scaffold.name:
            return one
    raise UserError(
        f"the project was not made of the scaffold {scaffold.name!r}",
        place=Place(scaffold.answers_file),
        got=", ".join(one.scaffold for one in known) or "no record of a scaffold",
    )


def past(scaffold: Scaffold, known: Recorded) -> Scaffold | None:
    """The scaffold and its parts in the versions that a project remembers, where they are kept; None where one is not.

    Versions that are gone are kept in `past/NAME/VERSION/NAME` beside the scaffolds that ship.
    """
    own = _version(scaffold, known.version)
    parts = [_version(part, known.parts.get(part.name, part.version)) for part in (own.parts if own else ())]
    if own is None or None in parts:
        return None
    return replace(own, parts=tuple(part for part in parts if part))


def _version(scaffold: Scaffold, version: str) -> Scaffold | None:
    if version == scaffold.version:
        return scaffold
    folder = content.library("scaffolds", PAST, scaffold.name, version, scaffold.name)
    if scaffold.folder.parent != content.library("scaffolds") or not folder.is_dir():
        return None
    return reading.read(folder)


def _record(path: Path) -> Recorded | None:
    """What a file of answers says; None where it is not one of ours."""
    if path.is_symlink() or path.stat().st_size > _LONGEST:
        raise UserError("not a file of answers", place=Place(path.name))
    documents = yaml.read(path.read_text(encoding="utf-8", errors="replace"), path.name)
    data = documents[0].data if documents else None
    if not isinstance(data, dict) or not isinstance(data.get("_scaffold"), str):
        return None
    parts = data.get("_parts")
    return Recorded(
        scaffold=data["_scaffold"],
        version=str(data.get("_version", "")),
        answers={name: value for name, value in data.items() if not str(name).startswith("_")},
        parts={str(name): str(version) for name, version in parts.items()} if isinstance(parts, dict) else {},
    )
