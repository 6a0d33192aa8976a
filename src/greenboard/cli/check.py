"""Hold git working trees against a scorecard, without a server."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from greenboard.cli.input.gather import Gathered
    from greenboard.cli.report.content import Report
    from greenboard.facts.vocabulary import Vocabulary
    from greenboard.results.judge import Exempt
    from greenboard.scorecards.types import Rule, Scorecard

FORMATS = ("table", "json", "markdown", "sarif", "junit")
BELOW, BAD_INPUT, OWN_FAULT = 1, 2, 70
_PATIENCE = 1.0
"""Seconds before progress is shown."""


@dataclass(frozen=True)
class _Asked:
    """A level by its rank, or a score."""

    rank: int = 0
    score: float | None = None


@click.command("check", short_help=__doc__)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "--scorecard", default="production-readiness", show_default=True, metavar="NAME|FILE", help="What to ask."
)
@click.option("--facts", type=click.Path(path_type=Path), metavar="FILE", help="More facts, as JSON.")
@click.option("--exemptions", type=click.Path(path_type=Path), metavar="FILE", help="What is exempt, as YAML.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--fail-under", metavar="LEVEL|SCORE", help="Exit 1 when an entity is below this provisional level or score."
)
@click.option("--review", is_flag=True, help="Ask the server of GREENBOARD_URL for signed reviews; exit 1 without one.")
@click.option("--review-stage", default="", metavar="NAME", help="Only a review of this stage counts.")
@click.option("--all", "everything", is_flag=True, help="Show every result in the table, not only failures.")
@click.option("--explain", metavar="RULE", help="Show one rule in full.")
@click.option("--now", metavar="TIMESTAMP", help="The moment to judge at, instead of the present.")
def command(
    *,
    paths: tuple[Path, ...],
    scorecard: str,
    facts: Path | None,
    exemptions: Path | None,
    form: str,
    fail_under: str | None,
    review: bool,
    review_stage: str,
    everything: bool,
    explain: str | None,
    now: str | None,
) -> int:
    """Read git working trees, or folders of them, and hold them against a scorecard.

    No server, database or network is needed, but for --review. Exit codes: 0 reached, 1 below the level asked
    for with --fail-under, or no review stands or the server does not answer, 2 bad input, 70 our own fault.
    """
    from greenboard.core import clock
    from greenboard.facts import vocabulary
    from greenboard.scorecards import definition

    if not paths and facts is None:
        raise click.UsageError("Missing argument 'PATH...': name a git working tree or a folder of them.")
    moment = clock.parse_time(now) if now else clock.now().replace(microsecond=0)
    words = vocabulary.load()
    early = _early(scorecard, words)
    if early is not None:
        _threshold(early, fail_under), _rule(early, explain)
    gathered = _gather(paths, facts, words, moment)
    card = early or definition.find(scorecard, gathered.vocabulary)
    asked, rule = _threshold(card, fail_under), _rule(card, explain)
    report = _report(card, gathered, moment, rule, exempt=_exempt(exemptions, card, gathered, moment))
    _print(report, form, everything)
    code = _exit_code(report, gathered, asked)
    return code or (_reviewed(report, review_stage) if review or review_stage else 0)


def _reviewed(report: Report, stage: str) -> int:
    """1 unless a signed review lets each entity go; what stands or not is told beside the report."""
    from greenboard.cli.remote import gate
    from greenboard.cli.remote.sending import server

    address, refs = server(None), [judged.entity.ref for judged in report.entities]
    found = [(ref, gate.ask(address, ref, stage=stage)) for ref in refs]
    for ref, told in found:
        click.echo("\n".join(gate.lines(ref, told)), err=True)
    return 0 if all(told["open"] for _, told in found) else BELOW


def _early(scorecard: str, words: Vocabulary) -> Scorecard | None:
    """The scorecard, refused before anything is read; None where it asks for custom facts that may yet be found."""
    from greenboard.core.errors import UserError
    from greenboard.facts.observed import PROPERTIES
    from greenboard.scorecards import definition

    try:
        return definition.find(scorecard, words)
    except UserError as error:
        if f"{PROPERTIES} has no field" not in str(error):
            raise
        return None


def _threshold(card: Scorecard, asked: str | None) -> _Asked | None:
    """What `--fail-under` asks for."""
    from greenboard.core.errors import UserError, suggest

    if asked is None:
        return None
    names = {text.lower(): level.name for level in card.levels for text in (level.name, level.title)}
    if asked.lower() in names:
        return _Asked(rank=card.rank(names[asked.lower()]))
    try:
        score = float(asked)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 100:
        raise UserError(
            "--fail-under: neither a level nor a score",
            expected=", ".join(level.name for level in card.levels) + ", or a number from 0 to 100",
            got=repr(asked),
            hint=suggest(asked.lower(), names),
        )
    return _Asked(score=score)


def _rule(card: Scorecard, asked: str | None) -> Rule | None:
    from greenboard.core.errors import UserError, suggest

    if asked is None:
        return None
    rule = card.rule(asked)
    if rule is None:
        hint = suggest(asked, [known.id for known in card.rules]) or "`greenboard rule list` names them all."
        raise UserError(f"--explain: no rule {asked!r} in {card.name}", hint=hint)
    return rule


def _gather(paths: tuple[Path, ...], facts: Path | None, words: Vocabulary, moment: datetime) -> Gathered:
    from greenboard.cli.input import facts as given
    from greenboard.cli.input import gather
    from greenboard.core.errors import UserError, UserErrors

    told = given.read(facts, words, moment) if facts else []
    with _progress() as say:
        gathered = gather.gather(paths, told, words, moment, say=say)
    if not gathered.members:
        if gathered.refused:
            raise UserErrors(gathered.refused)
        raise UserError(
            "nothing to judge: no git working tree with a component in it",
            got=", ".join(map(str, paths)) or str(facts),
            hint="Name the top folder of a clone, or a folder of clones.",
        )
    return gathered


def _exempt(path: Path | None, card: Scorecard, gathered: Gathered, moment: datetime) -> Exempt:
    """The exemptions of a file; those that are over are told."""
    from greenboard.cli.input import exemptions

    if path is None:
        return {}
    found = exemptions.read(path, card, [member.subject.entity.ref for member in gathered.members], moment)
    for line in found.over:
        click.echo(f"greenboard: {line}", err=True)
    return found.rules


def _report(card: Scorecard, gathered: Gathered, moment: datetime, rule: Rule | None, *, exempt: Exempt) -> Report:
    from greenboard.cli.report.content import Judged, Report
    from greenboard.results.around import surroundings
    from greenboard.results.judge import judge

    asked = [member for member in gathered.members if card.scope.covers(member.subject.entity) is not False]
    others = [member.subject for member in gathered.members if card.scope.covers(member.subject.entity) is False]
    subjects = [member.subject for member in asked]
    beside = surroundings(subjects, others, gathered.relations, complete=False)
    judged = judge(card, subjects, gathered.vocabulary, moment, exempt, surroundings=beside)
    return Report(
        scorecard=card,
        entities=tuple(
            Judged(member.subject.entity, judgement, member.path)
            for member, judgement in zip(asked, judged, strict=True)
        ),
        skipped=tuple((part.path, part.reason) for part in gathered.skipped),
        now=moment,
        explain=rule,
    )


def _print(report: Report, form: str, everything: bool) -> None:
    import importlib
    import os
    import shutil

    renderer = importlib.import_module(f"greenboard.cli.report.{form}")
    if form == "table":
        color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        width = shutil.get_terminal_size((110, 24)).columns
        text = renderer.render(report, width=max(60, min(width, 140)), color=color, everything=everything)
    else:
        text = renderer.render(report)
    _write(text)


def _write(text: str) -> None:
    """Write UTF-8 whatever the locale, for the glyphs and for machines; names of files may hold any byte."""
    import os

    try:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader (`head`, a pager) has seen enough; Python must not stumble over it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exit_code(report: Report, gathered: Gathered, asked: _Asked | None) -> int:
    """70 for a fault of ours; 2 when a path was refused, or a descriptor not understood and a verdict is asked for."""
    if gathered.faults:
        _tell(gathered.faults)
        return OWN_FAULT
    if gathered.refused:
        return BAD_INPUT
    if asked is None:
        return 0
    if gathered.misdeclared or not report.entities:
        why = (
            "a descriptor was not understood"
            if gathered.misdeclared
            else "the scorecard asks nothing of what was found"
        )
        click.echo(f"greenboard: --fail-under cannot be answered: {why}.", err=True)
        return BAD_INPUT
    for judged in report.entities:
        standing = judged.judgement.standing
        low = asked.score is not None and (standing.score is None or standing.score < asked.score)
        if low or report.scorecard.rank(standing.provisional) < asked.rank:
            return BELOW
    return 0


def _tell(faults: Sequence[Exception]) -> None:
    """Say which repositories a bug of ours kept from being read; the others were judged."""
    for fault in faults:
        click.echo(f"greenboard: internal fault: {fault}", err=True)
    click.echo("This is a bug in Greenboard, not in your input: please report it. The rest was judged.", err=True)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line that says what is being read, on a terminal, once it takes longer than a moment."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.markup import escape

    started = time.monotonic()
    status = Console(stderr=True).status("")
    shown = False

    def say(text: str) -> None:
        nonlocal shown
        if not shown and time.monotonic() - started > _PATIENCE:
            status.start()
            shown = True
        if shown:
            status.update(escape(text))

    try:
        yield say
    finally:
        if shown:
            status.stop()
