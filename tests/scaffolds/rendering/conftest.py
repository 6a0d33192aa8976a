"""Scaffolds written for a test: `write` makes one of its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from greenboard.scaffolds.rendering import Scaffold, read

Write = Callable[..., Scaffold]
COPIER = "_subdirectory: template\nname: {type: str, default: shop, help: Its name}\n"


def folder(
    at: Path,
    files: Mapping[str, str],
    *,
    copier: str = COPIER,
    version: str = "1.0.0",
    name: str = "try",
    more: str = "",
) -> Path:
    """A scaffold's folder; `files` are those of its template."""
    made = at / name
    for path, text in {f"template/{path}": text for path, text in files.items()}.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_text(text, encoding="utf-8")
    (made / "template").mkdir(parents=True, exist_ok=True)
    told = f"name: {name}\ntitle: Try\ndescription: A try\nmakes: project\nversion: {version}\n{more}"
    (made / "scaffold.yaml").write_text(told, encoding="utf-8")
    (made / "copier.yml").write_text(copier, encoding="utf-8")
    return made


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def build(files: Mapping[str, str], *, at: str = "scaffolds", **more: str) -> Scaffold:
        return read(folder(tmp_path / at, files, **more))

    return build
