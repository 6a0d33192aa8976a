"""Which version of what ships had which content, so that nothing changes without a new version.

`versions.json` beside the scaffolds has a digest for each version. The version before the newest is kept in
`past/NAME/VERSION`, with the parts that it had, so that a project made from it can be brought up to date.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from semantic_version import Version  # type: ignore[import-untyped]

from greenboard.scaffolds.rendering.reading import read
from greenboard.scaffolds.rendering.remembering import PAST
from greenboard.scaffolds.rendering.types import Scaffold

NAME = "versions.json"
Recorded = Mapping[str, Mapping[str, str]]
"""Digests by the name of a scaffold and by version."""


def digest(scaffold: Scaffold) -> str:
    """A digest of the files of a scaffold, and of the versions of its parts: what is made of it hangs on both."""
    found = sha256()
    for path in sorted(path for path in scaffold.folder.rglob("*") if path.is_file()):
        mode = "x" if os.access(path, os.X_OK) else "-"
        content = path.read_bytes()
        found.update(f"{path.relative_to(scaffold.folder).as_posix()} {mode} {len(content)}\n".encode() + content)
    for part in scaffold.parts:
        found.update(f"part {part.name} {part.version}\n".encode())
    return found.hexdigest()


def recorded(folder: Path) -> Recorded:
    """What is recorded beside the scaffolds of a folder."""
    path = folder / NAME
    found: Recorded = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def before(scaffold: Scaffold, known: Recorded) -> str:
    """The version before that of a scaffold, "" where it is the first."""
    others = (Version(one) for one in known.get(scaffold.name, {}))
    older = [one for one in others if one < Version(scaffold.version)]
    return str(max(older)) if older else ""


def kept(scaffold: Scaffold, version: str) -> Path:
    """Where a version of a scaffold that was is kept."""
    return scaffold.folder.parent / PAST / scaffold.name / version


def wrong(scaffolds: tuple[Scaffold, ...], known: Recorded) -> Iterator[str]:
    """What does not hold: a change without a new version, a version without a record, one before that is not kept."""
    for one in scaffolds:
        own = known.get(one.name, {})
        if one.version not in own:
            yield f"{one.name} {one.version} is not recorded"
        elif own[one.version] != digest(one):
            yield f"{one.name} changed, and its version is {one.version} still: raise it"
        if earlier := before(one, known):
            place = kept(one, earlier) / one.name
            if not place.is_dir() or digest(read(place)) != own[earlier]:
                yield f"{one.name} {earlier} is not kept in {PAST}/{one.name}/{earlier}"


def write(folder: Path, scaffolds: tuple[Scaffold, ...], known: Recorded) -> None:
    """Record the versions that are not recorded yet."""
    told = {one.name: {**known.get(one.name, {})} for one in scaffolds}
    for one in scaffolds:
        told[one.name].setdefault(one.version, digest(one))
    text = json.dumps(told, indent=1, sort_keys=True)
    (folder / NAME).write_text(f"{text}\n", encoding="utf-8")
