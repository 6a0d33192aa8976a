"""Which format a report has: told by the start of its content; in working trees only of files with a likely name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache

from greenboard.repository.reports import formats
from greenboard.repository.reports.types import Format

START = 8192


@lru_cache(maxsize=1)
def known() -> Mapping[str, Format]:
    """Every format by name, in the order in which they are tried."""
    found: list[Format] = []
    for module in pkgutil.iter_modules(formats.__path__):
        declared = getattr(importlib.import_module(f"{formats.__name__}.{module.name}"), "FORMAT", None)
        if isinstance(declared, Format):
            found.append(declared)
    return {one.name: one for one in sorted(found, key=lambda one: (one.rank, one.name))}


@lru_cache(maxsize=1)
def types() -> tuple[str, ...]:
    """The fact types that reports in a working tree may speak of."""
    return tuple(sorted({name for one in known().values() if one.names for name in one.types}))


def worth_a_look(path: str) -> bool:
    """Whether a file's name is one that a report in a working tree may have."""
    name = path.rpartition("/")[2]
    return any(one.names is not None and one.names.fullmatch(name) for one in known().values())


def recognise(path: str, start: bytes) -> Format | None:
    """The format of a report, or None when it is none that we know.

    A few names say it all; then even an empty file is a report, one that was cut off.
    """
    lowered = path.lower()
    ended = [(len(ending), one) for one in known().values() for ending in one.endings if lowered.endswith(ending)]
    if ended:
        return max(ended, key=lambda part: part[0])[1]
    text = start.removeprefix(b"\xef\xbb\xbf")
    return next((one for one in known().values() if one.shows.search(text)), None)
