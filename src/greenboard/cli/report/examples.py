"""What became of the examples of a scorecard's rules, as text."""

from __future__ import annotations

from collections.abc import Sequence

from greenboard.results.examples import Tried


def render(tried: Sequence[Tried], *, everything: bool) -> str:
    """A line or two for each example that does not hold, and the counts."""
    lines: list[str] = []
    for one in tried:
        if everything or not one.holds:
            lines += _lines(one)
    rules = {one.rule.id for one in tried}
    failed = sum(not one.holds for one in tried)
    verdict = f"{failed} do not hold" if failed else "all hold"
    lines.append(f"{len(tried)} examples of {len(rules)} rules: {verdict}")
    return "\n".join(lines) + "\n"


def _lines(one: Tried) -> list[str]:
    mark = "✓ holds" if one.holds else "✕ does not hold"
    title = f" ({one.example.title})" if one.example.title else ""
    came = one.outcome.value if one.outcome else "bad facts"
    said = f"{one.example.outcome.value}" if one.holds else f"says {one.example.outcome.value}, came to {came}"
    where = f"{one.example.place}: " if one.example.place else ""
    return [f"{mark}  {where}{one.rule.id}{title}: {said}", f"    {one.message}"]
