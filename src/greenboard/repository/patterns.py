"""Patterns of gitignore, as CODEOWNERS and workspace files use them, read from input that may mean harm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from greenboard.core.errors import UserError

LONGEST = 1000


@dataclass(frozen=True)
class Pattern:
    """One or several patterns; of several the last that matches decides."""

    spec: GitIgnoreSpec

    def covers(self, path: str) -> bool:
        """Whether a file is meant; a name that is no text is compared with its bytes replaced."""
        return self.spec.match_file(plain(path))


def gitignore(patterns: Iterable[str]) -> Pattern:
    """Read patterns.

    Raises:
        UserError: one is longer than any path.

    """
    stated = list(patterns)
    for pattern in stated:
        if len(pattern) > LONGEST:
            raise UserError(f"a pattern of {len(pattern):,} characters", expected=f"at most {LONGEST:,}")
    return Pattern(GitIgnoreSpec.from_lines(stated))


def plain(path: str) -> str:
    """A path as text that every library takes."""
    return path.encode("utf-8", "replace").decode()
