"""The kinds of channels there are, and what each needs: how a letter gets to a tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from greenboard.core.discovery import modules
from greenboard.core.errors import UserError, suggest
from greenboard.notifications.types import Came, Letter

FOLDER = "greenboard.notifications.channels"
Given = Mapping[str, str]
"""What is filled in for a channel, secrets revealed; what was left out is ""."""


@dataclass(frozen=True)
class Field:
    """Something to fill in. What is secret is sealed, and shown to nobody again."""

    name: str
    title: str
    hint: str = ""
    example: str = ""
    secret: bool = False
    required: bool = True


@dataclass(frozen=True)
class Kind:
    """A kind of channel.

    `check` raises a `UserError` that says what is missing or wrong, calling nobody. `send` sends a letter to an
    address ("" is the channel's own) and never raises for what the other side does. `tool` is the one whose
    handles are addresses of persons, "mail" that of their account; "" reaches no single person.
    """

    name: str
    title: str
    about: str
    fields: tuple[Field, ...]
    check: Callable[[Given], None]
    send: Callable[[Given, str, Letter], Came]
    tool: str = ""
    addressed: str = ""
    """What an address within the channel is, for people ("A channel"); "" where it has only its own."""

    def field(self, name: str) -> Field | None:
        """The field of a name."""
        return next((one for one in self.fields if one.name == name), None)


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of channel by its name."""
    return {kind.name: kind for kind in (module.KIND for module in modules(FOLDER))}


def kind(name: str) -> Kind:
    """The kind of a name.

    Raises:
        UserError: there is none.

    """
    found = kinds().get(name)
    if found is None:
        known = sorted(kinds())
        raise UserError(f"no kind of channel {name!r}", expected=", ".join(known), hint=suggest(name, known))
    return found
