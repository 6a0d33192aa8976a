"""Stands in for what Copier asks people with: nobody is asked when we render, and loading it takes half of the time."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NoReturn


@dataclass(frozen=True)
class Choice:
    """An answer to choose, as Copier makes them to hold answers against."""

    title: str
    value: Any
    disabled: str | None = None
    checked: bool = False


class Lexer:
    """Would colour what is typed."""


def ask(*_: object, **__: object) -> NoReturn:
    """Refuse to ask: all answers are given, or take their default."""
    raise RuntimeError("there is nobody to ask")


def install() -> None:
    """Take the place of the modules, by their names, before Copier is loaded."""
    members: dict[str, dict[str, Any]] = {
        "questionary": {"confirm": ask, "unsafe_prompt": ask, "text": ask},
        "questionary.prompts": {},
        "questionary.prompts.common": {"Choice": Choice},
        "prompt_toolkit": {},
        "prompt_toolkit.lexers": {"PygmentsLexer": Lexer},
        "pygments": {},
        "pygments.lexers": {},
        "pygments.lexers.data": {"JsonLexer": Lexer, "YamlLexer": Lexer},
    }
    for name, held in members.items():
        made = ModuleType(name)
        made.__dict__.update(held)
        sys.modules[name] = made
