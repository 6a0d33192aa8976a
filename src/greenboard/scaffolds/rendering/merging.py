"""Three trees become one: what the scaffold was, what it is, and what the project made of it."""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from greenboard.core.errors import Place, UserError
from greenboard.scaffolds.rendering import walking
from greenboard.scaffolds.rendering.types import Limits

_UNKNOWN = "The scaffold of then is not known: whatever the project has otherwise was left as it is, and is named."
_WIDE = Limits(output_mib=1_000_000, files=10_000_000)
_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.fsmonitor",
    "GIT_CONFIG_VALUE_0": "false",
}


@dataclass(frozen=True)
class Merged:
    """The files that changed, those that are gone, and those that were left because both sides changed them."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    conflicts: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def clean(project: Path) -> None:
    """Refuse a project that is no git checkout, or holds changes that are not committed."""
    done = _git(project, "status", "--porcelain", "-z")
    if done.returncode:
        raise UserError("not a git checkout", got=str(project))
    if done.stdout:
        names = [line[3:] for line in done.stdout.decode(errors="replace").split("\0") if line]
        raise UserError("there are changes that are not committed", got=", ".join(names)[:200])


def merge(project: Path, base: Path | None, new: Path, files: tuple[str, ...], *, record: str) -> Merged:
    """Bring the project from `base` to `new`, file by file; one that cannot be merged stays as it is, and is named.

    `record` is the file that remembers the scaffold: it is that of `new`, whatever the project has.

    Raises:
        UserError: a folder of the project is a link. Then nothing is changed.

    """
    old = walking.walk(base, _WIDE).files if base else ()
    names = sorted({*files, *old})
    for name in names:
        _inside(project, name)
    changed, removed, conflicts = [], [], []
    for name in names:
        ours, theirs, before = (_read(tree, name) for tree in (project, new, base))
        if ours == theirs or before == theirs:
            continue
        wanted = theirs if name == record else _merged(ours, before, theirs)
        if wanted == ours:
            conflicts.append(name)
        elif wanted is None:
            (project / name).unlink()
            removed.append(name)
        else:
            _put(project / name, wanted)
            changed.append(name)
    return Merged(tuple(changed), tuple(removed), tuple(conflicts), () if base else (_UNKNOWN,))


@dataclass(frozen=True)
class _File:
    """A file or link: what is in it, and what it is."""

    content: bytes
    executable: bool = False
    link: bool = False


def _merged(ours: _File | None, before: _File | None, theirs: _File | None) -> _File | None:
    """What a file becomes that the scaffold changed; the same as ours where both changed it at the same place."""
    if ours == before:
        return theirs
    if not (ours and before and theirs) or ours.link or theirs.link or b"\0" in ours.content + theirs.content:
        return ours
    text = _lines(ours.content, before.content, theirs.content)
    return ours if text is None else _File(text, theirs.executable)


def _lines(ours: bytes, before: bytes, theirs: bytes) -> bytes | None:
    """Three texts as one; None where they conflict."""
    with tempfile.TemporaryDirectory(prefix="greenboard-merge-") as name:
        paths = [Path(name, part) for part in ("ours", "before", "theirs")]
        for path, content in zip(paths, (ours, before, theirs), strict=True):
            path.write_bytes(content)
        done = _git(Path(name), "merge-file", "-p", *map(str, paths))
        return done.stdout if done.returncode == 0 else None


def _inside(project: Path, name: str) -> None:
    """Refuse to write through a link that the project has on the way: it may lead anywhere."""
    folder = project
    for part in Path(name).parent.parts:
        folder = folder / part
        if folder.is_symlink():
            raise UserError("a folder of the project is a link", place=Place(folder.relative_to(project).as_posix()))


def _read(tree: Path | None, name: str) -> _File | None:
    if tree is None:
        return None
    path = tree / name
    if path.is_symlink():
        return _File(os.fsencode(path.readlink()), link=True)
    if not path.is_file():
        return None
    return _File(path.read_bytes(), executable=bool(path.stat().st_mode & stat.S_IXUSR))


def _put(path: Path, wanted: _File) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if wanted.link:
        path.symlink_to(os.fsdecode(wanted.content))
    else:
        path.write_bytes(wanted.content)
        path.chmod(0o755 if wanted.executable else 0o644)


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Git, without settings of the machine; those of the checkout start no program of ours for these commands."""
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, check=False, env={**os.environ, **_ALONE}
    )
