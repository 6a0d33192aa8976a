"""The settings and secrets of a connection, held against the manifest. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from greenboard.connections.integration import Integration
from greenboard.connections.manifest import Setting
from greenboard.connections.types import Connection, Json
from greenboard.core.errors import Place, UserError, UserErrors, suggest


def connection(
    integration: Integration,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str],
    *,
    scope: Mapping[str, Json] | None = None,
    name: str = "",
) -> Connection:
    """A connection with all its settings, defaults included.

    Raises:
        UserErrors: what is missing, unknown or wrong, each with the place `settings.NAME` or `secrets.NAME`.

    """
    manifest, errors, told = integration.manifest, [], {}
    errors += _unknown("settings", settings, manifest.settings)
    errors += _unknown("secrets", secrets, manifest.secrets)
    for key, setting in manifest.settings.items():
        try:
            told[key] = _checked(key, setting, settings.get(key))
        except UserError as error:
            errors.append(error)
    for key, secret in manifest.secrets.items():
        if not secret.optional and not secrets.get(key):
            errors.append(UserError(f"{secret.title} is needed", place=Place(f"secrets.{key}")))
    if errors:
        raise UserErrors(errors)
    given = {key: value for key, value in secrets.items() if value}
    return Connection(integration, {k: v for k, v in told.items() if v is not None}, given, scope or {}, name)


def _unknown(what: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> list[UserError]:
    return [
        UserError(f"unknown {what[:-1]} {key!r}", place=Place(f"{what}.{key}"), hint=suggest(key, known))
        for key in given
        if key not in known
    ]


def _checked(key: str, setting: Setting, value: Any) -> Any:
    place = Place(f"settings.{key}")
    if value is None or value in ("", []):
        value = setting.default
    if value is None:
        if setting.required:
            raise UserError(f"{setting.title} is needed", place=place)
        return None
    if setting.type == "list" and isinstance(value, str):
        value = [part.strip() for part in value.replace("\n", ",").split(",") if part.strip()]
    expected = {"int": int, "bool": bool, "list": list}.get(setting.type, str)
    if not isinstance(value, expected) or (setting.type == "int" and isinstance(value, bool)):
        raise UserError(f"{setting.title}: wrong type", place=place, expected=setting.type, got=repr(value)[:80])
    if setting.values and value not in setting.values:
        raise UserError(
            f"{setting.title}: not a choice", place=place, expected=", ".join(setting.values), got=repr(value)[:80]
        )
    return _address(str(value), setting, place) if setting.type == "url" else value


def _address(value: str, setting: Setting, place: Place) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UserError(f"{setting.title}: not an address", place=place, expected="https://HOST", got=repr(value)[:80])
    return value.strip().rstrip("/")
