"""Which integrations there are: the folders that ship, and those that GREENBOARD_INTEGRATIONS names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from greenboard.connections.integration import MANIFEST, SHIPPED, Integration, load
from greenboard.core.errors import UserError, UserErrors
from greenboard.facts import vocabulary
from greenboard.facts.vocabulary import Vocabulary

SETTING = "GREENBOARD_INTEGRATIONS"


def found(words: Vocabulary | None = None, variables: Mapping[str, str] | None = None) -> Mapping[str, Integration]:
    """Every integration by name, in the order of names; read once for each vocabulary and setting.

    Raises:
        UserErrors: a manifest is wrong, a folder is missing, or a name is taken.

    """
    told = (os.environ if variables is None else variables).get(SETTING, "")
    return _read(told) if words is None else _all(told, words)


@lru_cache(maxsize=4)
def _read(told: str) -> Mapping[str, Integration]:
    return _all(told, vocabulary.load())


def _all(told: str, words: Vocabulary) -> Mapping[str, Integration]:
    several: dict[str, Integration] = {}
    errors: list[UserError] = []
    for folder in folders(told):
        try:
            one = load(folder, words)
        except UserError as error:
            errors.append(error)
            continue
        if one.name in several:
            hint = "Call the folder and the integration something else."
            errors.append(UserError(f"the name {one.name!r} is taken", place=one.document.place("name"), hint=hint))
        several.setdefault(one.name, one)
    if errors:
        raise UserErrors(errors)
    return dict(sorted(several.items()))


def folders(told: str) -> Iterator[Path]:
    """The folders of integrations: each has a manifest. A folder that is named may hold several, or be one."""
    yield from _inside(SHIPPED)
    for text in filter(None, (part.strip() for part in told.split(os.pathsep))):
        folder = Path(text).expanduser().resolve()
        if not folder.is_dir():
            raise UserError(f"{SETTING} names no folder", expected="folders with integrations", got=repr(text))
        yield from [folder] if (folder / MANIFEST).is_file() else _inside(folder)


def _inside(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
