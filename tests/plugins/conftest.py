"""Plugins as modules of a temporary folder, installed for one test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from greenboard.plugins import installation, registry
from greenboard.plugins.types import Found
from greenboard.reviews import template
from greenboard.rules import schema

Install = Callable[..., None]
BEGINS = "from greenboard.plugins import *\nfrom greenboard.plugins import hookimpl\nfrom pathlib import Path\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install plugins: their modules by name, each after the imports and the version of the contract."""
    monkeypatch.syspath_prepend(str(tmp_path))
    written: list[str] = []

    def install(*, bare: bool = False, **modules: str) -> None:
        for name, text in modules.items():
            module = f"brought_{name}_{tmp_path.name.replace('-', '_')}"
            begins = "" if bare else f"{BEGINS}GREENBOARD_API = 1\nHERE = Path({str(tmp_path)!r})\n"
            tmp_path.joinpath(f"{module}.py").write_text(begins + dedent(text), encoding="utf-8")
            written.append(module)
        _forget(*(Found(name, f"brought_{name}_{tmp_path.name.replace('-', '_')}", name, "1.0") for name in modules))

    yield install
    for module in written:
        sys.modules.pop(module, None)
    _forget()


def _forget(*found: Found) -> None:
    registry.forget(*found)
    installation.forget()
    schema._environment.cache_clear()
    template._of_plugins.cache_clear()
