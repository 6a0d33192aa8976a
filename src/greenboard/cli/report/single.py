"""One rule in full on a terminal: what it asks, what it read, why it came out so, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from greenboard.cli.report import content
from greenboard.cli.report.content import GLYPHS, STYLES, WORDS, Judged, Report
from greenboard.results.types import Lack, Result
from greenboard.scorecards.types import Rule


def explain(console: Console, report: Report, judged: Judged, rule: Rule) -> None:
    """Print the result of a rule for an entity with everything that is known of it."""
    result = judged.judgement.result(rule.id)
    if result is None:
        return
    mark = f"{GLYPHS[result.outcome]} {WORDS[result.outcome]}"
    named = f"  {rule.id} {rule.item}"
    console.print(Text.assemble("\n", (mark, STYLES[result.outcome]), f"  {rule.title}", (named, "bright_black")))
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
        yield f"param.{name}", f"{parameter.value(entity.ref, entity.tier)} ({parameter.doc})"
    yield "came to", result.message
    if result.fix:
        yield "fix", " ".join(result.fix.split())
