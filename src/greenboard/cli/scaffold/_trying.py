"""What a scaffold makes, held against a scorecard as `greenboard check` does it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from greenboard.cli.input import gather
from greenboard.core.errors import UserError
from greenboard.facts.vocabulary import Vocabulary
from greenboard.results.around import surroundings
from greenboard.results.judge import judge
from greenboard.rules.types import Outcome
from greenboard.scaffolds.rendering import Rendered, Scaffold, render
from greenboard.scorecards.types import Scorecard

WANTED = "silver"
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Greenboard"), ("EMAIL", "greenboard@example.com"))
}


@dataclass(frozen=True)
class Tried:
    """What came of a scaffold: the level of a project, and the rules that fail in it.

    `wrong` says what is not as it should be: nothing, for a scaffold that keeps what it promises.
    """

    scaffold: Scaffold
    level: str | None = None
    failing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def attempt(
    scaffolds: Iterable[Scaffold],
    folder: Path,
    card: Scorecard,
    words: Vocabulary,
    now: datetime,
    *,
    answers: Mapping[str, Any] | None = None,
) -> Iterator[Tried]:
    """Render each with its default answers but for these, and judge the projects by their first commit."""
    for scaffold in scaffolds:
        try:
            made = render(scaffold, answers or {}, folder / scaffold.name)
        except UserError as error:
            yield Tried(scaffold, wrong=(str(error),))
            continue
        if scaffold.makes == "part":
            yield Tried(scaffold)
        else:
            yield _judged(scaffold, made, card, words, now)


def _judged(scaffold: Scaffold, made: Rendered, card: Scorecard, words: Vocabulary, now: datetime) -> Tried:
    _commit(made.folder)
    gathered = gather.gather((made.folder,), [], words, now, say=lambda _: None)
    problems = [str(error) for error in (*gathered.misdeclared, *gathered.faults)]
    asked = [member.subject for member in gathered.members if card.scope.covers(member.subject.entity) is not False]
    others = [member.subject for member in gathered.members if member.subject not in asked]
    if len(asked) != 1:
        names = ", ".join(str(subject.entity.ref) for subject in asked)
        return Tried(scaffold, wrong=(*problems, f"not one entity but: {names or 'none'}"))
    (subject,) = asked
    beside = surroundings(asked, others, gathered.relations, complete=False)
    (judgement,) = judge(card, [subject], gathered.vocabulary, now, {}, surroundings=beside)
    level = judgement.standing.provisional
    failing = tuple(result.rule for result in judgement.results if result.outcome is Outcome.FAIL)
    promised = {task.rule for task in scaffold.tasks}
    if card.rank(level) < card.rank(WANTED):
        problems.append(f"not {WANTED}: {', '.join(judgement.standing.provisional_blocking)}")
    problems += [f"{rule} fails and no task says so" for rule in failing if rule not in promised]
    problems += [f"a task names {rule}, which does not fail" for rule in sorted(promised - set(failing))]
    kind = scaffold.entity.kind if scaffold.entity else None
    if subject.entity.ref.kind != kind:
        problems.append(f"it is a {subject.entity.ref.kind}, and a {kind} was said")
    return Tried(scaffold, level, failing, tuple(problems))


def _commit(folder: Path) -> None:
    """Make the first commit of a project, without the settings of whoever runs this."""
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Made from its scaffold")):
        subprocess.run(
            ["git", "-C", str(folder), *arguments],
            check=True,
            capture_output=True,
            env={**os.environ, **_ALONE, **_WHO},
        )
