"""Modules found by looking into a folder, so that adding one changes no other file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def modules(package: str) -> tuple[ModuleType, ...]:
    """The modules and packages right within a package, by name; those whose name begins with `_` are left out."""
    folder = importlib.import_module(package)
    names = sorted(found.name for found in pkgutil.iter_modules(folder.__path__) if not found.name.startswith("_"))
    return tuple(importlib.import_module(f"{package}.{name}") for name in names)
