"""Where the content without code lives: `library/` in a checkout, `greenboard/library/` when installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def library(*parts: str) -> Path:
    """The path of a folder or file of the library."""
    installed = _PACKAGE / "library"
    root = installed if installed.is_dir() else _PACKAGE.parents[1] / "library"
    return root.joinpath(*parts)
