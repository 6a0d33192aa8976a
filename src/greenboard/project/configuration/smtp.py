"""The server that mail is sent by, and whom mail comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from greenboard.project.configuration.forms import Form

_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


@dataclass(frozen=True)
class Smtp:
    """A server; without `host` there is none. The password is in no `repr`."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: bool = False


def _server(text: str) -> Smtp:
    if not text:
        return Smtp()
    parts = urlsplit(text)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(text)
    return Smtp(
        parts.hostname,
        parts.port or _PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp",
    )


def _sender(text: str) -> str:
    name, address = parseaddr(text)
    local, _, domain = address.partition("@")
    if not local or not domain or not text.isprintable() or (name and "<" not in text):
        raise ValueError(text)
    return text


URL = Form("smtps://USER:PASSWORD@HOST:PORT, or with smtp:// or smtp+plain://", "is no server for mail", _server)
FROM = Form("Greenboard <greenboard@example.com>", "is no address of mail", _sender)
