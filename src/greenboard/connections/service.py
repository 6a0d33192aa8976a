"""Making and changing connections, and what the runtime needs of one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings as django
from django.db import IntegrityError, transaction

from greenboard.access import audit
from greenboard.access.sealing import Secret
from greenboard.connections import configured, discovery
from greenboard.connections import types as seam
from greenboard.connections.events import TrustChanged
from greenboard.connections.integration import Integration
from greenboard.connections.models import Connection
from greenboard.core import events
from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.outbound import addresses

HOURLY = 3600
SHORTEST = 60
"""Seconds between two collections: what is usual, and the least."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_PRIORITY = range(101)


class Taken(UserError):
    """A name that another connection has."""

    status = 409


@dataclass(frozen=True)
class Told:
    """What a connection is told: settings and secrets by name, and patterns of the subjects that it covers."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    scope: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """A connection as somebody wants it. Secrets that are not given stay as they are."""

    name: str
    integration: str
    told: Told = field(default_factory=Told)
    every: int | None = HOURLY
    priority: int = 0
    enabled: bool = True


def integration(name: str) -> Integration:
    """The integration of a name.

    Raises:
        UserError: there is none, or its manifest cannot be read.

    """
    known = discovery.found()
    if name not in known:
        raise UserError(
            f"there is no integration {name!r}",
            hint=suggest(name, known) or "Its folder may have been taken away: see GREENBOARD_INTEGRATIONS.",
        )
    return known[name]


def make(wish: Wish, now: datetime) -> Connection:
    """Make a connection; its first collection is due at once.

    Raises:
        UserErrors: what is wrong with the wish.
        Taken: another connection has the name.

    """
    declared = _checked(wish, wish.told.secrets)
    row = Connection(name=wish.name, integration=wish.integration, created_at=now)
    _tell(row, declared, wish, wish.told.secrets, now)
    row.due_at = now if wish.enabled and wish.every else None
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Taken(f"the name {wish.name} is taken", place=Place("name"), hint="Take another name.") from None
        audit.note("connection.made", f"connection:{row.name}", after=plain(row))
    return row


def change(row: Connection, wish: Wish, now: datetime) -> None:
    """Change a connection; its name, by which its facts are known, and its integration stay.

    Raises:
        UserErrors: what is wrong with the wish.

    """
    if (wish.name, wish.integration) != (row.name, row.integration):
        raise UserError("name and integration of a connection stay", hint="Make another connection instead.")
    with transaction.atomic():
        row.refresh_from_db()
        before = plain(row)
        fresh = {name: text for name, text in wish.told.secrets.items() if text}
        secrets = {**_kept(row), **fresh}
        declared = _checked(wish, secrets)
        _refuse_elsewhere(row, wish, declared, fresh)
        trust = row.priority != wish.priority
        again = (row.enabled, row.every) != (wish.enabled, wish.every)
        _tell(row, declared, wish, secrets, now)
        if not wish.enabled or not wish.every:
            row.due_at = None
        elif again or row.due_at is None:
            row.due_at = now
        row.save()
        if trust:
            events.announce(TrustChanged(now, row.name))
        after = {**plain(row), "new_secrets": sorted(fresh)}
        audit.note("connection.changed", f"connection:{row.name}", before=before, after=after)


def remove(row: Connection) -> None:
    """Remove a connection, with all that it saw. What it said is to be ended before."""
    with transaction.atomic():
        audit.note("connection.removed", f"connection:{row.name}", before=plain(row))
        row.delete()


def opened(row: Connection) -> seam.Connection:
    """A connection as the runtime wants it.

    Raises:
        UserError: its integration is not there, or its secrets cannot be opened.

    """
    declared = integration(row.integration)
    return configured.connection(declared, row.settings, _secrets(row), scope=row.scope, name=row.name)


def note_test(row: Connection, probe: seam.Probe, now: datetime) -> None:
    """Keep what a test found."""
    checks = [_check(one) for one in probe.checks]
    row.tested, row.tested_at = {"ok": probe.ok, "account": probe.account, "checks": checks}, now
    row.save(update_fields=["tested", "tested_at"])


def _check(check: seam.Check) -> dict[str, Any]:
    reason = check.reason
    why = reason and {"fault": reason.fault, "text": str(reason), "missing": reason.missing}
    return {"what": check.what, "ok": check.ok, "reason": why, "types": list(check.types)}


def plain(row: Connection) -> dict[str, Any]:
    """A connection without its secrets."""
    names = ("name", "integration", "settings", "scope", "every", "priority", "enabled")
    return {name: getattr(row, name) for name in names}


def given(row: Connection) -> frozenset[str]:
    """The names of the secrets that it has, and that can be opened."""
    return frozenset(_kept(row))


def every(row: Connection) -> timedelta | None:
    """The time between two collections."""
    return timedelta(seconds=row.every) if row.every else None


def _kept(row: Connection) -> dict[str, str]:
    """Its secrets; none where no key opens them any more: they are to be entered anew."""
    return _secrets(row) if row.secrets.readable else {}


def _secrets(row: Connection) -> dict[str, str]:
    sealed: Secret = row.secrets
    told: dict[str, str] = json.loads(sealed.reveal()) if sealed else {}
    return told


def _checked(wish: Wish, secrets: Mapping[str, str]) -> Integration:
    """The integration that a wish is for."""
    found: list[UserError] = []
    if not _NAME.fullmatch(wish.name):
        expected = "lower-case letters, digits and hyphens"
        place = Place("name")
        found.append(UserError("not a name for a connection", place=place, expected=expected, got=repr(wish.name)))
    if wish.every is not None and wish.every < SHORTEST:
        found.append(UserError("too often", place=Place("every"), expected=f"at least {SHORTEST} seconds"))
    if wish.priority not in _PRIORITY:
        found.append(UserError("not a priority", place=Place("priority"), expected="0 to 100", got=str(wish.priority)))
    found += _scope(wish.told.scope)
    declared = integration(wish.integration)
    try:
        configured.connection(declared, wish.told.settings, secrets)
    except UserErrors as several:
        found += several.errors
    if found:
        raise UserErrors(found)
    for name, setting in declared.manifest.settings.items():
        if setting.type == "url" and wish.told.settings.get(name):
            addresses.check(str(wish.told.settings[name]), django.OUTBOUND_ALLOW)
    return declared


def _scope(scope: Mapping[str, Any]) -> Iterator[UserError]:
    for name, patterns in scope.items():
        place = Place(f"scope.{name}")
        if name not in ("include", "exclude"):
            yield UserError(f"unknown part of the scope {name!r}", place=place, expected="include, exclude")
        elif not isinstance(patterns, list) or not all(isinstance(one, str) and one for one in patterns):
            expected = "patterns of ids or titles, such as payments-*"
            yield UserError(f"{name} of the scope has another form", place=place, expected=expected)


def _refuse_elsewhere(row: Connection, wish: Wish, declared: Integration, fresh: Mapping[str, str]) -> None:
    """Secrets go to the address that they were entered for: who changes it has to know them."""
    kept = given(row) - fresh.keys()
    for name, setting in declared.manifest.settings.items():
        if setting.type == "url" and kept and row.settings.get(name) != wish.told.settings.get(name):
            titles = ", ".join(declared.manifest.secrets[one].title for one in sorted(kept))
            hint = f"Enter {titles} again: they are not sent to an address that they were not entered for."
            raise UserError(f"{setting.title} is another one", place=Place(f"settings.{name}"), hint=hint)


def _tell(row: Connection, declared: Integration, wish: Wish, secrets: Mapping[str, str], now: datetime) -> None:
    known = declared.manifest.secrets
    row.settings, row.scope = dict(wish.told.settings), dict(wish.told.scope)
    row.secrets = Secret(json.dumps({name: text for name, text in secrets.items() if name in known and text}))
    row.every, row.priority, row.enabled, row.changed_at = wish.every, wish.priority, wish.enabled, now
