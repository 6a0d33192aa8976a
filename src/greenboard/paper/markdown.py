"""Documents as Markdown (CommonMark with the tables that GitHub and GitLab know). Pure."""

from __future__ import annotations

import re

from greenboard.paper.types import Block, Break, Document, Facts, Heading, Table, Text

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
_AT_THE_START = re.compile(r"^(\d*)([-+=.)])")
_LINK = re.compile(r"(https?://[^\s<>|\\`]+)")


def write(document: Document) -> str:
    """The document as a text that ends with a line break; of its texts only addresses of pages become markup."""
    parts = [f"# {_line(document.title)}"]
    if document.subtitle:
        parts.append(_line(document.subtitle))
    parts += [_block(block) for block in document.blocks]
    if document.footer:
        parts += ["---", _line(document.footer)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * (level + 1)} {_line(text)}"
        case Text(text):
            paragraphs = re.split(r"\n\s*\n", text.strip())
            return "\n\n".join("  \n".join(map(_line, one.splitlines())) for one in paragraphs)
        case Facts(pairs):
            return "\n".join(f"- **{_line(name)}**: {_line(value)}" for name, value in pairs)
        case Table(head, rows):
            return "\n".join([_row(head), "|" + " --- |" * len(head), *map(_row, rows)])
        case Break():
            return "---"


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_line(cell) for cell in cells) + " |"


def _line(text: str) -> str:
    """A text on one line, in which only addresses of pages mean something."""
    parts = _LINK.split(" ".join(text.split()))
    shown = "".join(f"<{part}>" if index % 2 else _escaped(part) for index, part in enumerate(parts))
    return _AT_THE_START.sub(r"\1\\\2", shown)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
