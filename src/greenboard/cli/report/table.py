"""The report for a terminal: a line for each entity, what fails and why, then what to do next."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from greenboard.cli.report import content, single, whole
from greenboard.cli.report.content import GLYPHS, STYLES, WORDS, Judged, Report
from greenboard.core import clock
from greenboard.results.types import Result
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule

MAX_DETAILED = 15
"""Of more entities than this, what fails is told for all of them together."""
MAX_FAILURES = 15
MAX_STEPS = 5
MAX_REMEDIES = 10
_QUIET = "bright_black"


def render(report: Report, *, width: int = 100, color: bool = False, everything: bool = False) -> str:
    """The report as text, `width` characters wide, with colours where asked.

    Failures and errors are told one by one; `everything` adds the rest.
    """
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color, highlight=False, emoji=False, markup=False
    )
    if len(report.entities) != 1:
        console.print(_count(report))
        console.print(_asked(report), style=_QUIET)
        for line in _summary(report, width):
            console.print(line, soft_wrap=True)
    if report.explain is not None or everything or len(report.entities) <= MAX_DETAILED:
        for judged in report.entities:
            _entity(console, report, judged, everything)
    else:
        _failures(console, report)
    if report.explain is None:
        _next(console, report)
        _rest(console, report)
    _skipped(console, report)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _count(report: Report) -> Text:
    """How many entities stand at each level, highest first."""
    levels = [judged.judgement.standing.provisional for judged in report.entities]
    names = [*(level.name for level in reversed(report.scorecard.levels)), None]
    counts = ", ".join(f"{levels.count(name)} {report.level(name)}" for name in names if name in levels)
    text = f"{len(levels)} entities: {counts} (provisional)" if levels else "Nothing that the scorecard asks of"
    return Text(text, "bold")


def _asked(report: Report) -> str:
    return f"{report.scorecard.title} as of {clock.format_time(report.now)}"


_FIGURES = ("score", "pass", "fail", "undecided")


def _summary(report: Report, width: int) -> Iterator[Text]:
    """A line for each entity, as wide as its names need: a name that is cut off is no name.

    Where that is too wide, the path is left out, then the kind.
    """
    names: tuple[str, ...] = ("entity", "kind", "level", *_FIGURES, "path")
    rows = [_cells(report, judged) for judged in report.entities]
    widths = {name: max(map(len, column)) for name, column in zip(names, zip(names, *rows, strict=True), strict=True)}
    kept = list(names)
    for spare in ("path", "kind"):
        if sum(widths[name] + 2 for name in kept) - 2 > width:
            kept.remove(spare)
    for index, row in enumerate((names, *rows)):
        cells = (
            cell.rjust(widths[name]) if name in _FIGURES else cell.ljust(widths[name])
            for name, cell in zip(names, row, strict=True)
            if name in kept
        )
        yield Text("  ".join(cells).rstrip(), "" if index else _QUIET)


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


def _entity(console: Console, report: Report, judged: Judged, everything: bool) -> None:
    if len(report.entities) > 1:
        console.print()
    console.print(_verdict(report, judged))
    console.print(_about(report, judged), style=_QUIET)
    if report.explain is not None:
        single.explain(console, report, judged, report.explain)
        return
    if everything:
        for title, found in content.by_dimension(report, judged):
            _dimension(console, title, found)
        return
    for rule, result in _by_level(report, judged):
        _line(console, report, rule, result)


def _by_level(report: Report, judged: Judged) -> list[tuple[Rule, Result]]:
    """What fails, that of the lowest level first: it is what holds back."""
    found = [(rule, result) for rule, result in report.results(judged) if result.outcome in whole.SHOWN]
    return sorted(found, key=lambda pair: report.scorecard.rank(pair[0].level))


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
    """The results of one dimension, line by line; what is not asked here is counted."""
    counts = ", ".join(
        f"{sum(result.outcome is outcome for _, result in found)} {WORDS[outcome]}"
        for outcome in Outcome
        if any(result.outcome is outcome for _, result in found)
    )
    console.print(Text.assemble("\n", (title, "bold"), (f"  {counts}", _QUIET)))
    for rule, result in found:
        if result.outcome is not Outcome.NOT_APPLICABLE:
            _line(console, None, rule, result)


def _line(console: Console, report: Report | None, rule: Rule, result: Result) -> None:
    """One result: what it is about, why it came out so, and where that stands."""
    mark = f"{GLYPHS[result.outcome]} {WORDS[result.outcome]:<8}"
    exempt = " ◈ exempt" if result.exempt else ""
    named = f"  {rule.id}" + (f", {report.level(rule.level)}" if report else "")
    head = Text.assemble((mark, STYLES[result.outcome]), rule.title + exempt, (named, _QUIET))
    console.print(Padding(head, (0, 0, 0, 2)))
    places = content.sources(content.telling(result.evidence))[:2]
    detail = result.message + (f"  ({', '.join(places)})" if places else "")
    if detail:
        console.print(Padding(Text(detail, _QUIET), (0, 0, 0, 12)))


def _failures(console: Console, report: Report) -> None:
    """Of many entities: what fails in most of them."""
    found = whole.failures(report)
    console.print("\nWhat fails", style="bold")
    for one in found[:MAX_FAILURES]:
        mark = f"{GLYPHS[one.result.outcome]} {WORDS[one.result.outcome]} {len(one.entities)}x"
        head = Text.assemble((mark, STYLES[one.result.outcome]), f"  {one.rule.title}", (f"  {one.rule.id}", _QUIET))
        console.print(Padding(head, (0, 0, 0, 2)))
    more = len(found) - MAX_FAILURES
    rest = f"{more} more rules fail in fewer. " if more > 0 else ""
    console.print(Padding(Text(f"{rest}--all shows every result of every entity.", _QUIET), (0, 0, 0, 2)))


def _next(console: Console, report: Report) -> None:
    """What to do first: for one entity to gain its next level, for several what helps most of them."""
    found = whole.steps(report)
    if not found:
        return
    alone = len(report.entities) == 1
    level = report.level(report.entities[0].judgement.standing.provisional_next) if alone else "the next level"
    rest = f" (the first {MAX_STEPS} of {len(found)})" if len(found) > MAX_STEPS else ""
    console.print(f"\nNext, to gain {level}{rest}", style="bold")
    for number, one in enumerate(found[:MAX_STEPS], start=1):
        held = "" if alone else f"  holds back {content.names(one.entities)}"
        head = Text.assemble(f"{number}. {one.rule.title}", (f"  {one.rule.id}", _QUIET), held)
        console.print(Padding(head, (0, 0, 0, 2)))
        todo = one.result.fix if one.result.outcome is Outcome.FAIL else one.result.message
        console.print(Padding(Text(" ".join(todo.split()), _QUIET), (0, 0, 0, 5)))


def _rest(console: Console, report: Report) -> None:
    """What would decide what is undecided: once for all entities."""
    undecided = whole.remedies(report)
    if not undecided:
        return
    console.print("\nWhat would decide the rest", style="bold")
    for remedy, rules in undecided[:MAX_REMEDIES]:
        count = f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"
        line = Text.assemble(f"{GLYPHS[Outcome.NO_DATA]} {count}: {remedy}  ", (content.names(rules), _QUIET))
        console.print(Padding(line, (0, 0, 0, 2)))
    more = len(undecided) - MAX_REMEDIES
    if more > 0:
        console.print(Padding(Text(f"and {more} more: --format markdown lists them all", _QUIET), (0, 0, 0, 2)))


def _skipped(console: Console, report: Report) -> None:
    if report.skipped:
        console.print("\nSkipped", style="bold yellow")
    for path, reason in report.skipped:
        console.print(Padding(f"! {path}: {reason}" if path else f"! {reason}", (0, 0, 0, 2)))
