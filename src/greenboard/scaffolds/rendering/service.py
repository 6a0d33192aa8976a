"""The scaffolds that ship, and what is made of scaffolds: nothing half-written, nothing reaching out of its tree."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from greenboard.core import content
from greenboard.core.errors import UserError, UserErrors, suggest
from greenboard.scaffolds.rendering import confining, merging, remembering, walking
from greenboard.scaffolds.rendering.reading import read
from greenboard.scaffolds.rendering.types import Json, Limits, Recorded, Rendered, Scaffold

_DEFAULT = Limits()


@cache
def library() -> tuple[Scaffold, ...]:
    """The scaffolds that ship, by name: projects first, then parts."""
    folders = sorted(path.parent for path in content.library("scaffolds").glob("*/scaffold.yaml"))
    return tuple(sorted(map(read, folders), key=lambda made: (made.makes != "project", made.name)))


def recorded(project: Path) -> tuple[Recorded, ...]:
    """What a project remembers of the scaffolds that it was made of, its own first, then those of its parts.

    Raises:
        UserError: a record cannot be read.

    """
    return remembering.read(project)


def render(
    scaffold: Scaffold,
    answers: Mapping[str, Json],
    into: Path,
    *,
    limits: Limits = _DEFAULT,
    trusted: bool = False,
) -> Rendered:
    """Make what a scaffold makes, in a folder that is not there yet or is empty.

    Questions that are not answered take their default. `trusted` lets the scaffold run code of its own: its tasks,
    migrations and extensions of Jinja.

    Raises:
        UserError: an answer does not fit, a template is wrong, or it took more than it may or reached out of its
            folder. Then nothing is written.

    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise UserError("there is something already", expected="a folder that is new or empty", got=str(into))
    into.parent.mkdir(parents=True, exist_ok=True)
    with _made(scaffold, answers, into.parent, limits, trusted=trusted) as made:
        if into.exists():
            into.rmdir()
        made.folder.rename(into)
        return replace(made, folder=into)


def update(
    scaffold: Scaffold,
    project: Path,
    *,
    before: Scaffold | None = None,
    answers: Mapping[str, Json] | None = None,
    limits: Limits = _DEFAULT,
    trusted: bool = False,
) -> Rendered:
    """Bring a git checkout made of a scaffold to this version of it, keeping what was changed by hand.

    `before` is the scaffold in the version that the project remembers; without it, and where none ships, whatever
    the project has otherwise is a conflict. `answers` are new ones, beside those that the project remembers. The
    work tree is changed, nothing is committed; what conflicts is left as the project has it, and named.

    Raises:
        UserError: the project was not made of this scaffold, has changes that are not committed, or as for `render`.

    """
    known = remembering.find(project, scaffold)
    merging.clean(project)
    old = before or remembering.past(scaffold, known)
    with (
        tempfile.TemporaryDirectory(prefix="greenboard-update-") as work,
        _made(scaffold, {**_kept(scaffold, known), **(answers or {})}, Path(work), limits, trusted=trusted) as new,
        _base(old, known, Path(work), limits, trusted=trusted) as base,
    ):
        merged = merging.merge(project, base, new.folder, new.files, record=scaffold.answers_file)
    return replace(
        new,
        folder=project,
        files=merged.changed,
        removed=merged.removed,
        conflicts=merged.conflicts,
        remarks=(*new.remarks, *merged.remarks),
    )


@contextmanager
def _base(old: Scaffold | None, known: Recorded, work: Path, limits: Limits, *, trusted: bool) -> Iterator[Path | None]:
    """What the project was before anybody changed it, as far as the scaffold of then is known."""
    if old is None:
        yield None
        return
    with _made(old, _kept(old, known), work, limits, trusted=trusted) as made:
        yield made.folder


def _kept(scaffold: Scaffold, known: Recorded) -> dict[str, Json]:
    """The answers that are remembered, as far as they are still asked for."""
    asked = {question.name for question in scaffold.questions if question.asked}
    return {name: value for name, value in known.answers.items() if name in asked}


@contextmanager
def _made(
    scaffold: Scaffold, answers: Mapping[str, Json], beside: Path, limits: Limits, *, trusted: bool
) -> Iterator[Rendered]:
    """What a scaffold makes, accepted, in a temporary folder that is on the same disk as `beside`."""
    _answers(scaffold, answers)
    if scaffold.unsafe and not trusted:
        raise UserError(
            f"the scaffold {scaffold.name!r} runs code of its own: {', '.join(scaffold.unsafe)}",
            hint="An administrator can say that its source is trusted.",
        )
    with tempfile.TemporaryDirectory(prefix=".greenboard-", dir=beside) as name:
        tree = Path(name, "tree")
        tree.mkdir()
        remembered = confining.run(scaffold, answers, tree, limits, trusted=trusted)
        walking.walk(tree, limits)
        remembering.write(tree, scaffold, remembered)
        walked = walking.walk(tree, limits)
        remarks = () if confining.apart() else (confining.NOT_APART,)
        yield Rendered(tree, walked.files, walked.bytes, walked.digest, remembered, remarks=remarks)


def _answers(scaffold: Scaffold, answers: Mapping[str, Json]) -> None:
    """Refuse answers to what nobody asks, and missing ones to what has no default."""
    known = {question.name for question in scaffold.questions if question.asked}
    errors = [
        UserError(f"the scaffold {scaffold.name!r} asks nothing called {name!r}", hint=suggest(name, known))
        for name in answers
        if name not in known
    ]
    errors += [
        UserError(f"the question {question.name!r} needs an answer")
        for question in scaffold.questions
        if question.asked and question.required and question.when is True and question.name not in answers
    ]
    if errors:
        raise UserErrors(errors)
