"""The report for a terminal: the verdict, then the results by dimension, then what to do next."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from greenboard.cli.report import content
from greenboard.cli.report.content import GLYPHS, WORDS, Judged, Report
from greenboard.core import clock
from greenboard.results.types import Lack, Result
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule

_STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.NO_DATA: "bright_black",
    Outcome.ERROR: "yellow",
    Outcome.NOT_APPLICABLE: "bright_black",
}
MAX_DETAILED = 5
"""Of more entities than this only the summary is shown."""
MAX_REMEDIES = 10


def render(report: Report, *, width: int = 100, color: bool = False) -> str:
    """The report as text, `width` characters wide, with colours where asked."""
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color, highlight=False, emoji=False, markup=False
    )
    if len(report.entities) != 1:
        console.print(_count(report))
        for line in _summary(report):
            console.print(line, soft_wrap=True)
    if len(report.entities) <= MAX_DETAILED or report.explain:
        for judged in report.entities:
            _entity(console, report, judged)
    else:
        console.print("Name a single path, or choose --format markdown or json, to see why.", style="bright_black")
    if report.skipped:
        console.print("\nSkipped", style="bold yellow")
        for path, reason in report.skipped:
            console.print(Padding(f"! {path}: {reason}" if path else f"! {reason}", (0, 0, 0, 2)))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _count(report: Report) -> Text:
    """How many entities stand at each level, highest first."""
    levels = [judged.judgement.standing.provisional for judged in report.entities]
    names = [*(level.name for level in reversed(report.scorecard.levels)), None]
    counts = ", ".join(f"{levels.count(name)} {report.level(name)}" for name in names if name in levels)
    text = f"{len(levels)} entities: {counts} (provisional)" if levels else "Nothing that the scorecard asks of"
    return Text.assemble((text, "bold"), (f"  {_asked(report)}", "bright_black"))


def _asked(report: Report) -> str:
    return f"{report.scorecard.title} as of {clock.format_time(report.now)}"


_FIGURES = ("score", "pass", "fail", "undecided")


def _summary(report: Report) -> Iterator[Text]:
    """A line for each entity, as wide as its names need: a name that is cut off is no name."""
    names = ("entity", "kind", "level", *_FIGURES, "path")
    rows = [_cells(report, judged) for judged in report.entities]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    for index, row in enumerate((names, *rows)):
        cells = (
            cell.rjust(width) if name in _FIGURES else cell.ljust(width)
            for name, cell, width in zip(names, row, widths, strict=True)
        )
        yield Text("  ".join(cells).rstrip(), "" if index else "bright_black")


def _cells(report: Report, judged: Judged) -> tuple[str, ...]:
    standing = judged.judgement.standing
    return (
        judged.judgement.ref.short,
        judged.judgement.kind,
        report.level(standing.provisional),
        "–" if standing.score is None else f"{standing.score:.0f}",
        str(standing.passed),
        str(standing.decided - standing.passed),
        str(standing.undecided),
        judged.path,
    )


def _entity(console: Console, report: Report, judged: Judged) -> None:
    if len(report.entities) > 1:
        console.print()
    console.print(_verdict(report, judged))
    console.print(_about(report, judged), style="bright_black")
    if report.explain is not None:
        _explained(console, report, judged, report.explain)
        return
    for title, found in content.by_dimension(report, judged):
        _dimension(console, title, found)
    _next(console, report, judged)
    _rest(console, judged)


def _verdict(report: Report, judged: Judged) -> Text:
    standing = judged.judgement.standing
    score = "no score" if standing.score is None else f"score {standing.score:.0f}"
    failed = standing.decided - standing.passed
    return Text.assemble(
        (f"{judged.judgement.ref.short}: {report.level(standing.provisional)}", "bold"),
        f" (provisional) · {score} · {standing.passed} pass, {failed} fail, {standing.undecided} undecided",
    )


def _about(report: Report, judged: Judged) -> Text:
    entity = judged.entity
    facts = [judged.judgement.kind]
    facts += [f"tier {entity.tier}"] if entity.tier is not None else []
    facts += ["discovered, no descriptor"] if entity.discovered else []
    facts += [_asked(report)] if len(report.entities) == 1 else []
    facts += [judged.path] if judged.path else []
    return Text(" · ".join(facts))


def _dimension(console: Console, title: str, found: Sequence[tuple[Rule, Result]]) -> None:
    """The results of one dimension: what was decided or held back line by line, the rest counted."""
    counts = ", ".join(
        f"{sum(result.outcome is outcome for _, result in found)} {WORDS[outcome]}"
        for outcome in Outcome
        if any(result.outcome is outcome for _, result in found)
    )
    console.print(Text.assemble("\n", (title, "bold"), (f"  {counts}", "bright_black")))
    for rule, result in found:
        if result.outcome is not Outcome.NOT_APPLICABLE and not result.sourceless:
            _line(console, rule, result)


def _line(console: Console, rule: Rule, result: Result) -> None:
    mark = f"{GLYPHS[result.outcome]} {WORDS[result.outcome]:<8}"
    exempt = " ⛉ exempt" if result.exempt else ""
    style = _STYLES[result.outcome]
    console.print(
        Padding(Text.assemble((mark, style), rule.title + exempt, (f"  {rule.item}", "bright_black")), (0, 0, 0, 2))
    )
    detail = _detail(result)
    if detail:
        console.print(Padding(Text(detail, "bright_black"), (0, 0, 0, 13)))


def _detail(result: Result) -> str:
    """Why, in one line: what was read for a pass, the reason otherwise, and where it stands."""
    if result.outcome is Outcome.PASS:
        said = "; ".join(content.read(part) for part in content.telling(result.evidence)[:2])
    else:
        said = result.message
    places = content.sources(content.telling(result.evidence)[:2])
    return said + (f"  ({', '.join(places)})" if places else "")


def _next(console: Console, report: Report, judged: Judged) -> None:
    steps = content.next_steps(report, judged)
    standing = judged.judgement.standing
    if not steps:
        return
    more = len(standing.provisional_blocking) - len(steps)
    level = report.level(standing.provisional_next)
    rest = f" (the first {len(steps)} of {len(steps) + more})" if more else ""
    console.print(f"\nNext, to gain {level}{rest}", style="bold")
    for number, (rule, result) in enumerate(steps, start=1):
        console.print(Padding(Text(f"{number}. {rule.title}  [{rule.id}]"), (0, 0, 0, 2)))
        fix = result.fix if result.outcome is Outcome.FAIL else result.message
        console.print(Padding(Text(" ".join(fix.split()), "bright_black"), (0, 0, 0, 5)))


def _rest(console: Console, judged: Judged) -> None:
    undecided = content.remedies(judged)
    if not undecided:
        return
    console.print("\nWhat would decide the rest", style="bold")
    for remedy, rules in undecided[:MAX_REMEDIES]:
        plural = "rule" if len(rules) == 1 else "rules"
        names = ", ".join(rules[:4]) + (", …" if len(rules) > 4 else "")
        console.print(
            Padding(Text.assemble(f"◌ {len(rules)} {plural}: {remedy}  ", (names, "bright_black")), (0, 0, 0, 2))
        )
    others = sum(len(rules) for _, rules in undecided[MAX_REMEDIES:])
    if others:
        console.print(Padding(Text(f"◌ {others} more: --format markdown lists them all", "bright_black"), (0, 0, 0, 2)))


def _explained(console: Console, report: Report, judged: Judged, rule: Rule) -> None:
    """One rule in full: what it asks, what it read, why it came out so, what to do."""
    result = judged.judgement.result(rule.id)
    if result is None:
        return
    mark = f"{GLYPHS[result.outcome]} {WORDS[result.outcome]}"
    console.print(
        Text.assemble(
            "\n", (mark, _STYLES[result.outcome]), f"  {rule.title}", (f"  {rule.id} {rule.item}", "bright_black")
        )
    )
    for label, text in _parts(report, judged, rule, result):
        console.print(Padding(Text.assemble((f"{label}: ", "bright_black"), text), (0, 0, 0, 2)))
    for part in result.evidence:
        seen = f"{part.source or 'unknown source'}" + (f" at {part.commit[:12]}" if part.commit else "")
        console.print(Padding(Text.assemble(f"· {content.read(part)}", (f"  {seen}", "bright_black")), (0, 0, 0, 4)))
    for lack in result.missing:
        style = "yellow" if lack.lack is not Lack.NO_SOURCE else "bright_black"
        console.print(Padding(Text(f"◌ {lack.fact}: {lack.reason}. {lack.remedy}", style), (0, 0, 0, 4)))


def _parts(report: Report, judged: Judged, rule: Rule, result: Result) -> Iterator[tuple[str, str]]:
    entity = judged.entity
    yield "why it matters", rule.why
    yield "level", report.level(rule.level)
    if rule.when is not None:
        yield "asked when", " ".join(rule.when.source.split())
    yield "passes when", " ".join(rule.program.source.split())
    for name, parameter in rule.parameters.items():
        yield f"param.{name}", f"{parameter.value(entity.ref.kind, entity.tier)} ({parameter.doc})"
    yield "came to", result.message
    if result.fix:
        yield "fix", " ".join(result.fix.split())
