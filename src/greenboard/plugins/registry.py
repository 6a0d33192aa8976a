"""The plugins of this process: what they bring, whether they may, and calling them. Pure; `installation` has the rest.

Each is loaded when something is first asked of any. What a server knows besides (who is switched off, what was brought
before) comes from whoever `follow`s; a command that looks at a working tree knows the setting only.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from greenboard.core.errors import UserError
from greenboard.plugins import loading
from greenboard.plugins.boundary import Mishap, Types, attempt, given
from greenboard.plugins.framed import origin
from greenboard.plugins.types import Found, Loaded, Plugin, State, Unavailable, Words

T = TypeVar("T")
SETTING = "GREENBOARD_PLUGINS"
NONE = "none"
PATIENCE = 5
"""So many calls of a plugin may go wrong one after the other; then this process lets it rest until it starts anew."""


@dataclass(frozen=True)
class Installation:
    """What a server knows of its plugins, asked whenever it is needed."""

    off: Callable[[], frozenset[str]] = frozenset
    words: Callable[[], Mapping[str, Words]] = dict
    note: Callable[[str, str, str], None] = lambda _plugin, _where, _said: None


@dataclass
class _Known:
    """What this process knows. `rejected` says of a plugin what turned out to be wrong with what it brought."""

    found: tuple[Found, ...] | None = None
    loaded: dict[Found, Loaded] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    strikes: dict[str, int] = field(default_factory=dict)
    installation: Installation = Installation()


_known = _Known()
_lock = threading.RLock()


def follow(installation: Installation) -> None:
    """Ask a server's database from now on."""
    _known.installation = installation


def forget(*found: Found) -> None:
    """As in a new process, in which these plugins are installed instead of those that are: for tests."""
    _known.found = found
    for kept in (_known.loaded, _known.rejected, _known.strikes):
        kept.clear()


def plugins() -> tuple[Plugin, ...]:
    """Every plugin that is installed, by name, as it is now."""
    with _lock:
        if _known.found is None:
            _known.found = loading.installed()
        if not _known.found:
            return ()
        off, allowed = _known.installation.off(), _allowed()
        seen: set[str] = set()
        return tuple(_plugin(one, off, allowed, seen) for one in _known.found)


def _allowed() -> frozenset[str] | None:
    """The plugins that the setting names; None is all."""
    told = os.environ.get(SETTING, "").strip()
    names = frozenset(filter(None, (name.strip() for name in told.split(","))))
    return names - {NONE} if names else None


def _plugin(found: Found, off: frozenset[str], allowed: frozenset[str] | None, seen: set[str]) -> Plugin:
    name = found.name
    if name in seen:
        return Plugin(found, State.BROKEN, why=f"another plugin is called {name!r}")
    seen.add(name)
    if allowed is not None and name not in allowed:
        return Plugin(found, State.OFF, why=f"{SETTING} does not name it")
    if name in off:
        return Plugin(found, State.OFF, why="somebody switched it off")
    if found not in _known.loaded:
        _known.loaded[found] = loading.load(found)
    loaded = _known.loaded[found]
    why = loaded.why or _known.rejected.get(name, "")
    if not why and _known.strikes.get(name, 0) >= PATIENCE:
        why = f"{PATIENCE} calls in a row went wrong; it rests in this process until that starts anew"
    return Plugin(found, State.BROKEN if why else State.READY, {} if why else loaded.brought, why)


def brought(hook: str, kind: type[T]) -> Iterator[tuple[str, T]]:
    """What all plugins that are ready bring by a hook, each with the name of its plugin."""
    for plugin in plugins():
        for one in plugin.brought.get(hook, ()):
            assert isinstance(one, kind), "what a plugin brings is checked when it is loaded"
            yield plugin.name, one


def origins() -> tuple[str, ...]:
    """The origins of frames: the only ones that pages may show in one. Nothing is loaded or asked for.

    Those of plugins that are switched off stay among them while the process lives.
    """
    several = [frame for one in tuple(_known.loaded.values()) for frame in one.brought.get("greenboard_frames", ())]
    return tuple(sorted({origin(frame.url) for frame in several}))


def words() -> Iterator[tuple[str, Words]]:
    """What rules can say because of plugins that are not ready: as it was brought before."""
    several = plugins()
    remembered = _known.installation.words() if several else {}
    for plugin in several:
        if plugin.state is not State.READY and plugin.name in remembered:
            yield plugin.name, remembered[plugin.name]


def find(name: str) -> Plugin | None:
    """The plugin of a name, whatever state it is in."""
    return next((one for one in plugins() if one.name == name), None)


def ready(name: str) -> bool:
    """Whether a plugin does anything."""
    found = find(name)
    return found is not None and found.state is State.READY


def reject(name: str, where: str, error: UserError) -> None:
    """Switch a plugin off in this process, because something that it brought cannot be used."""
    with _lock:
        if name not in _known.rejected:
            _known.rejected[name] = f"{where}: {error}"
    _known.installation.note(name, where, str(error))


def call(name: str, where: str, do: Callable[[], Any], of: Types[T], passing: tuple[type[Exception], ...] = ()) -> T:
    """Call a plugin for a value of a type, or of one of several. `UserError` and what is `passing` go on as they are.

    Raises:
        Unavailable: it is not ready, or it broke; then that is noted.

    """
    if not ready(name):
        raise Unavailable(f"the plugin {name} is off or broken", hint="See the page of plugins.")
    came = attempt(name, where, lambda: given(do(), of), (UserError, *passing))
    if isinstance(came, Mishap):
        strike(name, where, came)
        raise Unavailable(f"the plugin {name} broke in {where}: {came.said}", hint="Its author can mend it.")
    _known.strikes.pop(name, None)
    return came


def strike(name: str, where: str, mishap: Mishap) -> None:
    """Note that a call of a plugin went wrong."""
    with _lock:
        _known.strikes[name] = _known.strikes.get(name, 0) + 1
    _known.installation.note(name, where, mishap.said)
