"""Write the tables of docs/language.md from the one definition of functions and fact types.

    python tools/language.py [--check]

What stands between `<!-- functions -->` and `<!-- end -->`, and so for `fact types`, is made here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from greenboard.facts.vocabulary import FactType, load
from greenboard.rules import reference

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "language.md"


def written(text: str) -> str:
    """The page with its tables as they should be."""
    for name, lines in (("functions", _functions()), ("fact types", _fact_types())):
        body = "\n".join(lines)
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda found, body=body: f"{found[1]}\n{body}\n{found[2]}", text, flags=re.DOTALL)
    return text


def _functions() -> Iterator[str]:
    for section in reference.sections():
        yield f"### {section.title}\n\n| function | what it is | for instance |\n|---|---|---|"
        for function in section.functions:
            yield f"| `{_cell(function.signature)}` | {_cell(function.doc)} | `{_cell(function.example)}` |"
        yield ""


def _fact_types() -> Iterator[str]:
    yield "| type | what it is | fields |\n|---|---|---|"
    for name, declared in sorted(load(ROOT / "library" / "fact-types").types.items()):
        yield f"| `{name}`{', several' if declared.many else ''} | {_cell(declared.doc)} | {_fields(declared)} |"
    yield ""


def _fields(declared: FactType) -> str:
    told = (f"`{name}` {field.type.replace('float', 'double')}" for name, field in declared.fields.items())
    return ", ".join(told).replace("|", "\\|") or "the keys in use"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Write the page, or with --check say whether it is as it should be."""
    before = PAGE.read_text(encoding="utf-8")
    after = written(before)
    if "--check" in sys.argv:
        return int(after != before)
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
