"""The kinds of channels there are, and what each needs: how a letter gets to a tool. Plugins may bring more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from greenboard.core.discovery import modules
from greenboard.core.errors import UserError, suggest
from greenboard.notifications.rendering.text import text
from greenboard.notifications.types import Came, Letter
from greenboard.plugins import registry
from greenboard.plugins.contract import Channel, Sent

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


def kinds() -> Mapping[str, Kind]:
    """Every kind of channel by its name; one of a plugin has that of the plugin before it: `plugin.name`."""
    brought = (_brought(plugin, one) for plugin, one in registry.brought("greenboard_channels", Channel))
    return {**_ours(), **{kind.name: kind for kind in brought}}


@cache
def _ours() -> Mapping[str, Kind]:
    return {kind.name: kind for kind in (module.KIND for module in modules(FOLDER))}


def _brought(plugin: str, one: Channel) -> Kind:
    where = f"the channel {one.name}"

    def check(given: Given) -> None:
        registry.call(plugin, where, lambda: one.check(given), type(None))

    def send(given: Given, address: str, letter: Letter) -> Came:
        told = {**letter.plain(), "text": text(letter)}
        try:
            came = registry.call(plugin, where, lambda: one.send(given, address, told), Sent)
        except UserError as error:  # the plugin may be mended meanwhile, so the letter waits
            return Came(False, str(error))
        return Came(came.arrived, came.said, came.status, came.permanent and not came.arrived)

    fields = tuple(Field(f.name, f.title, f.hint, f.example, f.secret, f.required) for f in one.fields)
    return Kind(f"{plugin}.{one.name}", one.title, one.about, fields, check, send)


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
