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
    lines += [f"| `{one.example}` | {one.doc} |".replace("`0`", "\\`0\\`") for one in FUNCTIONS.values()]
    return "\n".join(_code(line) for line in lines) + "\n"


def _code(line: str) -> str:
    """Examples with backticks in them stand between two."""
    if "\\`" not in line:
        return line
    first, rest = line[2:].split(" | ", 1)
    return f"| `` {first[1:-1].replace(chr(92), '')} `` | {rest}"


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
