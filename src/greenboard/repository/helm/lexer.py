"""Go templates cut into tokens (the grammar of Go's text/template/parse), with line and column."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from greenboard.core.errors import Place, UserError

_INSIDE = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<raw>`[^`]*`)
  | (?P<char>'(?:[^'\\\n]|\\.[0-9a-fA-F]*)')
  | (?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?))
  | (?P<variable>\$\w*)
  | (?P<field>\.[^\W\d]\w*)
  | (?P<dot>\.)
  | (?P<declare>:=)
  | (?P<assign>=)
  | (?P<pipe>\|)
  | (?P<comma>,)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<name>[^\W\d]\w*)
    """,
    re.VERBOSE,
)
_COMMENT = re.compile(r"\{\{(?:- )?\s*/\*.*?\*/\s*(?: -)?\}\}|\{\{-\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)


class TemplateError(UserError):
    """A template that cannot be read or rendered here, with the place of what stops it."""


class Token(NamedTuple):
    """A piece of a template. `spaced` tells whether white space stands before it."""

    kind: str
    text: str
    place: Place
    spaced: bool = False


def tokens(text: str, path: str) -> Iterator[Token]:
    """Cut a template: `text` tokens outside of actions; inside, tokens between `begin` and `end`.

    Raises:
        TemplateError: an action that is not closed, or a character that has no meaning.

    """
    position = 0
    trim_next = False
    lines = _Lines(text, path)
    while position <= len(text):
        start = text.find("{{", position)
        chunk = text[position : start if start >= 0 else len(text)]
        trims = start >= 0 and text.startswith("{{-", start) and text[start + 3 : start + 4].isspace()
        offset = position
        if trim_next:
            stripped = chunk.lstrip()
            offset += len(chunk) - len(stripped)
            chunk = stripped
        chunk = chunk.rstrip() if trims else chunk
        if chunk:
            yield Token("text", chunk, lines.place(offset))
        if start < 0:
            return
        comment = _COMMENT.match(text, start)
        if comment:
            position, trim_next = comment.end(), comment.group().endswith("-}}")
            continue
        yield Token("begin", "{{", lines.place(start))
        position = yield from _action(text, start + (3 if trims else 2), lines)
        trim_next = text[position - 3] == "-"
        yield Token("end", "}}", lines.place(position - 2))


class _Lines:
    """Places of offsets, which are asked for in rising order."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path
        self.at, self.line, self.start = 0, 1, 0

    def place(self, offset: int) -> Place:
        self.line += self.text.count("\n", self.at, offset)
        newline = self.text.rfind("\n", self.at, offset)
        self.start = newline + 1 if newline >= 0 else self.start
        self.at = max(self.at, offset)
        return Place(self.path, self.line, offset - self.start + 1)


def _action(text: str, position: int, lines: _Lines) -> Generator[Token, None, int]:
    """The tokens of an action; returns the offset behind its closing braces."""
    spaced = False
    while True:
        if text.startswith("}}", position):
            return position + 2
        if text.startswith("-}}", position) and spaced:
            return position + 3
        found = _INSIDE.match(text, position)
        if found is None:
            what = "an action that is not closed" if position >= len(text) else f"unexpected {text[position]!r}"
            raise TemplateError(what, place=lines.place(min(position, len(text))))
        kind = str(found.lastgroup)
        if kind != "space":
            yield Token(kind, found.group(), lines.place(position), spaced)
        spaced = kind == "space"
        position = found.end()
