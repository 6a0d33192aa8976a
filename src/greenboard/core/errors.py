"""Errors that a person can mend, and the place in a file they point at.

There are two families. A `UserError` says what was wrong, where, what was expected, what was got
and what to do; the command line exits with 2 and the web answers 4xx. Everything else is our own
fault: it is not caught except at a declared boundary, where the command line exits with 70.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a text. Lines and columns count from 1; None where only the file is known."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


class UserError(Exception):
    """Input that was refused, told so that a person can mend it."""

    status = 400
    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        place: Place | None = None,
        expected: str | None = None,
        got: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.expected = expected
        self.got = got
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        details = [("expected", self.expected), ("got", self.got)]
        said = "; ".join(f"{label} {value}" for label, value in details if value)
        text = where + self.what + (f" ({said})" if said else "")
        return f"{text}. {self.hint}" if self.hint else text


class UserErrors(UserError):
    """Several refusals of one input, in the order of their places."""

    def __init__(self, errors: Iterable[UserError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))

    def __str__(self) -> str:
        return self.what


def suggest(name: str, known: Iterable[str]) -> str | None:
    """Say which known name a misspelt one may have meant, as a sentence, or None."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}?" if close else None
