"""What reports in the tree say of the repository as a whole: how well it follows practices of security."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.repository.report_files import report_files
from greenboard.repository.reports import summary
from greenboard.repository.types import Found, Missed, Reader, Scope

_TYPES = ("security_practice",)


def read(scope: Scope) -> Iterator[Found | Missed]:
    """A fact for each tool whose reports speak of the repository."""
    files = [file for file in report_files(scope.tree) if set(_TYPES) & set(file.format.types)]
    yield from (one for one in summary.told(files, scope.now) if one.type in _TYPES)


READER = Reader("repository reports", _TYPES, "repository", read)
