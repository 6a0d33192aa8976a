"""The boundary to code that is not ours: whatever it raises is a fault of its plugin, and goes no further. Pure."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from greenboard.core import discreet

T = TypeVar("T")
Types = type[T] | tuple[type[T], ...]
_log = logging.getLogger("greenboard.plugins")
_MOST = 500


@dataclass(frozen=True)
class Mishap:
    """What went wrong in a plugin, for people: the error, and the line of the plugin that it came from."""

    said: str


def attempt(plugin: str, where: str, do: Callable[[], T], passing: tuple[type[Exception], ...] = ()) -> T | Mishap:
    """What `do` gives, or what went wrong. Errors that are `passing` are meant, and go on to whoever asked."""
    try:
        return do()
    except passing:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the boundary to plugins: one that breaks is named, nothing else stops
        _log.warning("the plugin %s broke in %s", plugin, where, exc_info=error)
        return Mishap(_told(error))


def given(value: object, of: Types[T]) -> T:
    """A value that a plugin gave.

    Raises:
        TypeError: it is not of the type that the contract says.

    """
    if not isinstance(value, of):
        due = " or ".join(one.__name__ for one in (of if isinstance(of, tuple) else (of,)))
        raise TypeError(f"gave {type(value).__name__} where {due} is due: {value!r:.80}")
    return value


def _told(error: BaseException) -> str:
    said = " ".join(f"{type(error).__name__}: {error}".split())
    for secret in discreet.kept():
        said = said.replace(secret, "•••")
    frames = traceback.extract_tb(error.__traceback__)
    outside = [frame for frame in frames if not _ours(frame.filename)]
    at = outside[-1] if outside else None
    place = f" ({Path(at.filename).name}:{at.lineno})" if at else ""
    return said[:_MOST] + place


def _ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(_PACKAGE) or filename.startswith("<frozen") or "pluggy" in path.parts


_PACKAGE = Path(__file__).resolve().parents[1]
