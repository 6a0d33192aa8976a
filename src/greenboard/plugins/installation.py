"""Plugins of a server: switched on and off, their settings, what they brought before, and what went wrong."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction

from greenboard.access import audit
from greenboard.access.errors import Absent
from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.plugins import registry
from greenboard.plugins.contract import Field, Function
from greenboard.plugins.models import Kept, Value
from greenboard.plugins.types import Plugin, State, Words, gone

FRESH = 5.0
"""Seconds for which the database is not asked again who is switched off."""
_LONGEST = 4_000
_AGAIN = timedelta(minutes=1)
"""A fault is not written down again sooner."""


@dataclass
class _Cache:
    asked: float = 0.0
    off: frozenset[str] | None = None
    words: Mapping[str, Words] | None = None
    there: bool = False


_cache = _Cache()


def forget() -> None:
    """Ask the database anew."""
    _cache.off, _cache.words, _cache.there = None, None, False


def off() -> frozenset[str]:
    """The plugins that somebody switched off. A query in five seconds."""
    known = _cache.off
    if known is None or time.monotonic() - _cache.asked >= FRESH:
        if not connection.in_atomic_block:
            # Threads that else ask nothing of the database come here, too: theirs may have died meanwhile.
            connection.close_if_unusable_or_obsolete()
        try:
            names = list(Kept.objects.filter(enabled=False).values_list("name", flat=True)) if _there() else []
            known = frozenset(names)
        except DatabaseError:
            if known is None:
                raise
        _cache.off, _cache.asked = known, time.monotonic()
    return known


def _there() -> bool:
    """Whether the tables are: plugins are also asked for while the database is brought up to date."""
    _cache.there = _cache.there or Kept._meta.db_table in connection.introspection.table_names()
    return _cache.there


def words() -> Mapping[str, Words]:
    """What rules could say because of each plugin when it was last ready. One query in a process."""
    if _cache.words is None:
        rows = Kept.objects.order_by("name") if _there() else ()
        _cache.words = {row.name: _words(row.words) for row in rows if row.words}
    return _cache.words


def _words(kept: Mapping[str, Any]) -> Words:
    functions = [
        Function(one["name"], tuple(one["arguments"]), one["result"], one["doc"], one["example"], gone)
        for one in kept.get("functions", ())
    ]
    return Words(tuple(functions), tuple(kept.get("fact_types", ())))


def remember() -> None:
    """Keep what rules can say because of the plugins that are ready. To be called when a process starts."""
    for plugin in registry.plugins():
        told = _spoken(plugin)
        if plugin.state is State.READY and told != {"functions": [], "fact_types": []}:
            row, _ = Kept.objects.get_or_create(name=plugin.name)
            if row.words != told:
                Kept.objects.filter(pk=row.pk).update(words=told)
                _cache.words = None


def _spoken(plugin: Plugin) -> dict[str, Any]:
    functions = plugin.brought.get("greenboard_functions", ())
    folders: list[Path] = list(plugin.brought.get("greenboard_fact_types", ()))
    files = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    return {
        "functions": [
            {"name": one.name, "arguments": list(one.arguments), "result": one.result} | _texts(one)
            for one in functions
        ],
        "fact_types": [path.read_text(encoding="utf-8") for path in files],
    }


def _texts(one: Function) -> dict[str, str]:
    return {"doc": one.doc, "example": one.example}


def note(plugin: str, where: str, said: str) -> None:
    """Write down what went wrong with a plugin, at most once a minute."""
    now = clock.now()
    with suppress(DatabaseError):  # the log has it already
        if not _there():
            return
        with transaction.atomic():
            row, _ = Kept.objects.get_or_create(name=plugin)
            if row.fault != said or row.fault_at is None or now - row.fault_at >= _AGAIN:
                Kept.objects.filter(pk=row.pk).update(fault=said, fault_in=where[:200], fault_at=now)


@dataclass(frozen=True)
class Fault:
    """What went wrong last, wherever it did."""

    said: str
    where: str
    at: datetime


def faults() -> Mapping[str, Fault]:
    """What went wrong last with each plugin with which anything did."""
    rows = Kept.objects.filter(fault_at__isnull=False)
    return {row.name: Fault(row.fault, row.fault_in, row.fault_at) for row in rows if row.fault_at is not None}


def find(name: str) -> Plugin:
    """The plugin of a name, whatever state it is in.

    Raises:
        UserError: none of that name is installed.

    """
    found = registry.find(name)
    if found is None:
        known = [one.name for one in registry.plugins()]
        raise Absent(f"no plugin {name!r} is installed", expected=", ".join(known), hint=suggest(name, known))
    return found


def switch(name: str, *, enabled: bool, by: str) -> None:
    """Switch a plugin on or off; what went wrong before is forgotten when it is switched on."""
    find(name)
    remember()
    with transaction.atomic():
        row, _ = Kept.objects.select_for_update().get_or_create(name=name)
        before = row.enabled
        row.enabled, row.changed_by, row.changed_at = enabled, by, clock.now()
        if enabled:
            row.fault, row.fault_in, row.fault_at = "", "", None
        row.save()
        audit.note("plugin.switched", f"plugin:{name}", before={"on": before}, after={"on": enabled})
    _cache.off = None


def fields(plugin: Plugin) -> tuple[Field, ...]:
    """What there is to fill in."""
    return tuple(plugin.brought.get("greenboard_settings", ()))


def fill_in(name: str, given: Mapping[str, str], by: str) -> None:
    """Keep what is filled in. A secret that is left empty stays as it is.

    Raises:
        UserError: something that is needed is missing, or too long.

    """
    plugin = find(name)
    kept = settings_of(name)
    before = {one.name: kept.get(one.name, "") if one.secret else "" for one in fields(plugin)}
    made = {name: given.get(name, "").strip() or text for name, text in before.items()}
    for one in fields(plugin):
        if one.required and not made[one.name]:
            raise UserError(f"{one.title} is empty", expected="a text")
        if len(made[one.name]) > _LONGEST:
            raise UserError(f"{one.title} is too long", expected=f"at most {_LONGEST:,} characters")
    with transaction.atomic():
        row, _ = Kept.objects.get_or_create(name=name)
        Kept.objects.filter(pk=row.pk).update(changed_by=by, changed_at=clock.now())
        for key, text in made.items():
            Value.objects.update_or_create(plugin=row, name=key, defaults={"text": text})
        shown = {one.name: "(secret)" if one.secret else made[one.name] for one in fields(plugin) if made[one.name]}
        audit.note("plugin.settings", f"plugin:{name}", after=shown)


def settings_of(name: str) -> dict[str, str]:
    """What was filled in for a plugin, secrets revealed: for the plugin itself, wherever it needs them."""
    rows = Value.objects.filter(plugin__name=name)
    return {row.name: row.text.reveal() for row in rows if row.text}
