"""Where the content without code lives: `library/` in a checkout, `greenboard/library/` when installed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from greenboard.core.errors import UserError

_PACKAGE = Path(__file__).resolve().parents[1]


def library(*parts: str) -> Path:
    """The path of a folder or file of the library."""
    installed = _PACKAGE / "library"
    root = installed if installed.is_dir() else _PACKAGE.parents[1] / "library"
    return root.joinpath(*parts)


def own_fact_types(variables: Mapping[str, str] | None = None) -> Path | None:
    """The folder that GREENBOARD_FACT_TYPES names, if it does.

    Raises:
        UserError: there is no such folder.

    """
    return _folder("GREENBOARD_FACT_TYPES", variables)


def own_scorecards(variables: Mapping[str, str] | None = None) -> Path | None:
    """The folder that GREENBOARD_SCORECARDS names, if it does; otherwise as `own_fact_types`."""
    return _folder("GREENBOARD_SCORECARDS", variables)


def own_attestations(variables: Mapping[str, str] | None = None) -> Path | None:
    """The folder that GREENBOARD_ATTESTATIONS names, if it does; otherwise as `own_fact_types`."""
    return _folder("GREENBOARD_ATTESTATIONS", variables)


def own_reviews(variables: Mapping[str, str] | None = None) -> Path | None:
    """The folder that GREENBOARD_REVIEWS names, if it does; otherwise as `own_fact_types`."""
    return _folder("GREENBOARD_REVIEWS", variables)


def _folder(name: str, variables: Mapping[str, str] | None) -> Path | None:
    told = (os.environ if variables is None else variables).get(name, "")
    if not told:
        return None
    folder = Path(told).expanduser().resolve()
    if not folder.is_dir():
        raise UserError(f"{name} names no folder", expected="a folder of YAML files", got=repr(told))
    return folder
