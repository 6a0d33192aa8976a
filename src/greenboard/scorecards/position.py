"""Where the text of a YAML value stands in its file, character by character.

YAML folds lines, takes away indentation and undoes escapes, so an offset in an expression is not an
offset in the file. Both are walked together here, over what is not white space.
"""

from __future__ import annotations

from greenboard.core.errors import Place


def locate(text: str, key: Place, value: str, line: int, column: int) -> Place:
    """The place in the file of a position (from 1) in a value.

    Args:
        text: The whole file.
        key: Where the key of the value stands.
        value: The value as YAML gives it.
        line: The line of the position in the value.
        column: Its column.

    """
    offset = _offset(value, line, column)
    found = _walk(text, _start(text, key), value, offset)
    return Place(key.path, text.count("\n", 0, found) + 1, found - (text.rfind("\n", 0, found) + 1) + 1)


def _offset(text: str, line: int, column: int) -> int:
    """The index of a position (from 1) in a text."""
    lines = text.split("\n")
    before = sum(len(part) + 1 for part in lines[: line - 1])
    return min(before + column - 1, len(text))


def _start(text: str, key: Place) -> int:
    """Where the value of a key begins: behind its colon, and behind the header of a block."""
    at = text.find(":", _offset(text, key.line or 1, key.column or 1)) + 1
    while at < len(text) and text[at] in " \n\t":
        at += 1
    if text[at : at + 1] in ("|", ">"):
        end = text.find("\n", at)
        at = len(text) if end < 0 else end + 1
    return at


def _walk(text: str, at: int, value: str, offset: int) -> int:
    """The index in the file of the character at `offset` of the value."""
    target = offset
    while 0 < target < len(value) and value[target].isspace():
        target += 1
    last = at
    for index, character in enumerate(value):
        if character.isspace():
            continue
        found = text.find(character, at)
        if found < 0:
            break
        if index >= target:
            return found - (index - offset if "\n" not in value[offset:index] else 0)
        last, at = found, found + 1
    return min(last + 1, len(text))
