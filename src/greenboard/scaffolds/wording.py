"""What a commit and a pull request say. Pure but for the row."""

from __future__ import annotations

from collections.abc import Sequence

from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Purpose


def message(row: Making) -> str:
    """The title of a commit and of a pull request."""
    if row.purpose == Purpose.UPDATE:
        return f"Bring {row.title} up to date: {row.version}"
    return f"Add {row.title}" if row.purpose == Purpose.FIX else f"Begin with {row.title}"


def body(row: Making, tasks: Sequence[str] = ()) -> str:
    """The text of a pull request, in Markdown. `tasks` are what is left to do by hand."""
    lines = [f"Made by Greenboard from the scaffold `{row.scaffold}`, version {row.version}, for {row.by}."]
    if row.rule:
        lines.append(f"It is there to meet the rule `{row.rule.partition('/')[2]}` of `{row.rule.partition('/')[0]}`.")
    if row.purpose == Purpose.UPDATE:
        lines.append("What was changed by hand stays; only what the scaffold changed since is changed here.")
    if row.left:
        why = "Changed both here and in the scaffold" if row.purpose == Purpose.UPDATE else "There already"
        lines.append(f"{why}, and left as it is:\n\n" + "\n".join(f"- `{path}`" for path in row.left[:50]))
    if tasks:
        lines.append("Left to do, for the levels above:\n\n" + "\n".join(f"- [ ] {task}" for task in tasks))
    return "\n\n".join(lines)
