"""The folder that a new integration starts from."""

from __future__ import annotations

import re
from pathlib import Path

from greenboard.core import content
from greenboard.core.errors import UserError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def make(name: str, title: str, place: Path) -> Path:
    """Make the folder of an integration; which it is.

    Raises:
        UserError: it is no name, or there is such a folder.

    """
    if not _NAME.fullmatch(name):
        raise UserError("not a name", expected="small letters, digits and _", got=repr(name))
    folder, start = place / name, content.library("integration")
    if folder.exists():
        raise UserError(f"{folder} is there already", hint="Choose another name.")
    for path in sorted(start.rglob("*")):
        if path.is_file():
            made = folder / path.relative_to(start)
            made.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8").replace("NAME", name).replace("TITLE", title)
            made.write_text(text, encoding="utf-8")
    return folder
