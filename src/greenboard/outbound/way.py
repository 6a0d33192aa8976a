"""By which way other machines are called: through a proxy, and with whose certificates. Pure."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from greenboard.core.errors import UserError


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy that tunnels (CONNECT); `authorization` is what it wants to be told, or ""."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)

    @classmethod
    def read(cls, text: str) -> Proxy:
        """Read http://HOST:PORT or http://USER:PASSWORD@HOST:PORT.

        Raises:
            UserError: it is none of these.

        """
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or port is None or parts.scheme != "http" or parts.path.strip("/"):
            raise UserError("not an address of a proxy", expected="http://HOST:PORT or http://USER:PASSWORD@HOST:PORT")
        pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return cls(host, port, f"Basic {b64encode(pair.encode()).decode()}" if parts.username else "")

    def greeting(self, host: str, port: int) -> bytes:
        """What asks it for a tunnel."""
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
        if self.authorization:
            lines.append(f"Proxy-Authorization: {self.authorization}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


@dataclass(frozen=True)
class Way:
    """How calls go out. `trusted` is a file with certificates that are trusted besides those of the public."""

    proxy: Proxy | None = None
    trusted: Path | None = None
