"""Write the table of docs/settings.md from the one declaration of the settings: `python tools/settings.py`."""

from __future__ import annotations

import re
from pathlib import Path

from greenboard.project.configuration import table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"


def written(text: str) -> str:
    """The page with its table as it should be."""
    body = "\n".join(table.lines())
    between = re.compile(r"(<!-- settings -->\n).*?(<!-- end -->)", re.DOTALL)
    return between.sub(lambda found: f"{found[1]}\n{body}\n\n{found[2]}", text)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
