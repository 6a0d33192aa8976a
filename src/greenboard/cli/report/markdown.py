"""The report as Markdown, for a comment on a change or a page of a wiki."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.cli.report.content import (
    GLYPHS,
    WORDS,
    Judged,
    Report,
    by_dimension,
    next_steps,
    read,
    remedies,
    telling,
)
from greenboard.results.types import Result
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule

_SHOWN = (Outcome.FAIL, Outcome.PASS, Outcome.ERROR)


def render(report: Report) -> str:
    """One section for each entity, the verdict first."""
    lines = [f"# {report.scorecard.title}", ""]
    for judged in report.entities:
        lines.extend(_entity(report, judged))
    if report.skipped:
        lines += ["## Skipped", ""]
        lines += [f"- `{path}`: {_plain(reason)}" if path else f"- {_plain(reason)}" for path, reason in report.skipped]
        lines.append("")
    return "\n".join(lines)


def _entity(report: Report, judged: Judged) -> Iterator[str]:
    standing = judged.judgement.standing
    score = "no score" if standing.score is None else f"score {standing.score:.0f}"
    yield f"## {judged.judgement.ref.short}: {report.level(standing.provisional)} (provisional)"
    yield ""
    yield (
        f"{judged.judgement.kind}, {score}: {standing.passed} of {standing.decided} decided rules pass, "
        f"{standing.undecided} undecided."
    )
    yield ""
    for title, found in by_dimension(report, judged):
        shown = [pair for pair in found if report.explain or pair[1].outcome in _SHOWN]
        if shown:
            yield from (f"### {title}", "", "| | rule | level | why | evidence |", "|---|---|---|---|---|")
            yield from (_row(report, rule, result) for rule, result in shown)
            yield ""
    yield from _next(report, judged)
    undecided = remedies(judged)
    if undecided:
        yield from ("### What would decide the rest", "")
        yield from (f"- {_plain(remedy)} ({', '.join(f'`{rule}`' for rule in rules)})" for remedy, rules in undecided)
        yield ""


def _next(report: Report, judged: Judged) -> Iterator[str]:
    steps = next_steps(report, judged)
    if not steps:
        return
    yield from (f"### Next, to gain {report.level(judged.judgement.standing.provisional_next)}", "")
    for number, (rule, result) in enumerate(steps, start=1):
        yield f"{number}. **{_plain(rule.title)}.** {_plain(result.message)} {' '.join(rule.fix.split())}"
    yield ""


def _row(report: Report, rule: Rule, result: Result) -> str:
    evidence = "; ".join(f"{read(part)} ({part.source})" for part in telling(result.evidence)[:3])
    mark = f"{GLYPHS[result.outcome]} {WORDS[result.outcome]}"
    cells = (mark, rule.title, report.level(rule.level), result.message, evidence)
    return "| " + " | ".join(_plain(cell).replace("|", "\\|") for cell in cells) + " |"


def _plain(text: str) -> str:
    """One line, without anything that Markdown or HTML would take for its own."""
    flat = " ".join(text.split())
    return flat.replace("<", "&lt;").replace("`", "'")
