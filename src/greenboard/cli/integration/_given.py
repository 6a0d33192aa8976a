"""What commands on integrations are given: a folder or a name, settings, and secrets from the environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from greenboard.connections import configured, discovery
from greenboard.connections.integration import MANIFEST, Integration, load
from greenboard.connections.types import Connection
from greenboard.core.errors import UserError, UserErrors, suggest
from greenboard.facts import vocabulary
from greenboard.outbound import trust
from greenboard.outbound.addresses import Allowed

PREFIX = "INTEGRATION_SECRET_"


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which a connection is described."""
    told = "A setting of the connection; again for more."
    command = click.option("--set", "told", multiple=True, metavar="NAME=VALUE", help=told)(command)
    return click.argument("folder", metavar="FOLDER|NAME")(command)


def integration(text: str) -> Integration:
    """The integration in a folder, or of a name.

    Raises:
        UserError: there is none, or it is wrong.

    """
    folder = Path(text)
    if (folder / MANIFEST).is_file():
        return load(folder.resolve(), vocabulary.load())
    several = discovery.found()
    if text not in several:
        hint = suggest(text, several) or f"A folder of an integration has a file {MANIFEST}."
        raise UserError(f"no integration {text!r}", expected=", ".join(several) or None, hint=hint)
    return several[text]


def connection(found: Integration, told: Sequence[str]) -> Connection:
    """A connection from the settings of the command line, and secrets from `INTEGRATION_SECRET_NAME`.

    Raises:
        UserErrors: a setting or secret is missing or wrong.

    """
    settings = {name: _typed(found, name, value) for name, _, value in (one.partition("=") for one in told)}
    secrets = {
        name: value for name in found.manifest.secrets if (value := os.environ.get(f"{PREFIX}{name.upper()}", ""))
    }
    try:
        made = configured.connection(found, settings, secrets, name=found.name)
        return replace(made, allowed=_allowed())
    except UserErrors as errors:
        lines = "\n".join(_line(error) for error in errors.errors)
        raise UserError(f"the connection is not described:\n{lines}") from None


def _line(error: UserError) -> str:
    kind, _, name = str(error.place).partition(".")
    way = f"--set {name}=..." if kind == "settings" else f"{PREFIX}{name.upper()}"
    return f"  {error.what}: {way}"


def _typed(found: Integration, name: str, value: str) -> Any:
    kinds: Mapping[str, Callable[[str], Any]] = {
        "int": lambda text: int(text) if text.lstrip("-").isdecimal() else text,
        "bool": lambda text: {"true": True, "false": False}.get(text.lower(), text),
    }
    setting = found.manifest.settings.get(name)
    return kinds.get(setting.type, str)(value) if setting else value


def client() -> Any:
    """The guarded client, with what GREENBOARD_OUTBOUND_ALLOW names besides the public internet."""
    from greenboard.outbound.client import client as guarded

    return guarded(_allowed(), timeout=30.0)


def _allowed() -> Allowed:
    """As the settings of a server say: what may be called besides, and by which way."""
    told = {name: os.environ.get(f"GREENBOARD_OUTBOUND_{name}", "") for name in ("ALLOW", "PROXY", "CA")}
    return replace(Allowed.read(told["ALLOW"].split(",")), way=trust.read(told["PROXY"], told["CA"]))
