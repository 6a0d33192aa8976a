"""See what a draft of a rule or scorecard would change, over the board's database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from greenboard.core.errors import Place, UserError

if TYPE_CHECKING:
    from greenboard.facts.vocabulary import Vocabulary
    from greenboard.results.preview import Preview
    from greenboard.scorecards.types import Rule, Scorecard

WORSE = 1


@click.command("preview", short_help=__doc__)
@click.option(
    "--scorecard", default="production-readiness", show_default=True, metavar="NAME", help="What the rule belongs to."
)
@click.option("--rule", metavar="ID", help="The rule that is drafted anew; a new id adds a rule.")
@click.option("--expression", metavar="TEXT", help="What it shall ask; all else stays as it is.")
@click.option(
    "--file", type=click.Path(path_type=Path), metavar="FILE", help="YAML of one rule, or of a whole scorecard."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--limit", type=click.IntRange(0, 100_000), default=20, show_default=True, help="How many entities to name."
)
@click.option("--fail-on-worse", is_flag=True, help="Exit 1 when an entity falls to a lower level.")
def command(
    *,
    scorecard: str,
    rule: str | None,
    expression: str | None,
    file: Path | None,
    form: str,
    limit: int,
    fail_on_worse: bool,
) -> int:
    """Hold a draft against what the board knows now, beside the rules in force. Nothing is written.

    The database is the one in GREENBOARD_DATA_DIR. Exit codes: 0 shown, 1 a level falls and
    --fail-on-worse is given, 2 bad input, 70 our own fault.
    """
    if (expression is None) == (file is None):
        raise click.UsageError("Name one draft: --expression TEXT or --file FILE.")
    if expression is not None and rule is None:
        raise click.UsageError("--expression needs --rule ID: the rule that it is for, or the id of a new one.")
    from greenboard.project import running
    from greenboard.project.environment import Environment

    running.prepare(Environment.read().data_dir, sample=False)
    from greenboard.exemptions import store as exemptions
    from greenboard.facts.store import vocabulary
    from greenboard.results import live
    from greenboard.results.preview import preview

    words = vocabulary()
    current, draft = _drafted(scorecard, rule, words, expression=expression, file=file)
    ground = live.load()
    if not len(ground):
        raise UserError("the board knows no entity", hint="Read some in first: `greenboard collect PATH...`.")
    holdings = exemptions.holding(current.name, ground.frame.now) if current else ()
    found = preview(current, draft, ground, holdings)
    _print(found, draft, form, limit)
    return WORSE if fail_on_worse and found.fell.any() else 0


def _drafted(
    scorecard: str, name: str | None, words: Vocabulary, *, expression: str | None, file: Path | None
) -> tuple[Scorecard | None, Rule | Scorecard]:
    """What is in force, and the draft."""
    from greenboard.scorecards import definition, draft, store

    if file is not None:
        text = _read(file)
        data = draft.single(text, str(file)).data
        if isinstance(data, dict) and "levels" in data:
            card = definition.load(file, words)
            return next((known for known in store.standards(words) if known.name == card.name), None), card
        current = store.standard(scorecard, words)
        return current, draft.read(current, text, words, label=str(file), name=name, partial=True)
    current = store.standard(scorecard, words)
    return current, draft.compiled(current, draft.complete(current, {"expression": expression}, name), words)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError("not UTF-8 text", place=Place(str(file)), hint="Save the file as UTF-8.") from None


def _print(found: Preview, draft: Rule | Scorecard, form: str, limit: int) -> None:
    from greenboard.project.rule._drawn import table
    from greenboard.scorecards.types import Scorecard

    if form == "json":
        import json

        from greenboard.api import shown

        told = shown.scorecard(found, limit) if isinstance(draft, Scorecard) else shown.rule(found, limit)
        text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    else:
        text = table(found, limit, whole=isinstance(draft, Scorecard))
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
