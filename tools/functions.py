"""Write the table of functions of expressions into docs/integrations.md; `--check` only says whether it is current."""

from __future__ import annotations

import sys
from pathlib import Path

from greenboard.connections.expressions.standard import FUNCTIONS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "integrations.md"
START, END = "<!-- functions: written by tools/functions.py -->\n", "<!-- functions end -->"


def table() -> str:
    """The table in Markdown."""
    lines = ["| function | what it gives |", "|---|---|"]
    lines += [f"| {_code(one.example)} | {one.doc} |" for one in FUNCTIONS.values()]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    """Text as code; with backticks in it it stands between two."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def written(text: str) -> str:
    """The page with the table as it has to be."""
    before, _, rest = text.partition(START)
    return before + START + table() + END + rest.partition(END)[2]


def main() -> int:
    """Write, or with --check compare."""
    text = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        return int(text != written(text))
    PAGE.write_text(written(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
