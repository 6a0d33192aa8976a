"""Certificates that are trusted besides those of the public."""

from __future__ import annotations

import ssl
from pathlib import Path

from greenboard.core.errors import UserError
from greenboard.outbound.way import Proxy, Way


def read(proxy: str, trusted: str) -> Way:
    """The way that two texts name; "" is none.

    Raises:
        UserError: a proxy that is none, or a file without certificates.

    """
    file = certificates(Path(trusted).expanduser().resolve()) if trusted else None
    return Way(Proxy.read(proxy) if proxy else None, file)


def certificates(file: Path) -> Path:
    """The file, if it holds certificates.

    Raises:
        UserError: it does not, or cannot be read.

    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except (OSError, ssl.SSLError) as error:
        what = f"{file} holds no certificates that can be read"
        raise UserError(what, expected="PEM", got=type(error).__name__) from None
    return file


def trusting(context: ssl.SSLContext, way: Way) -> ssl.SSLContext:
    """The same context, that trusts those of the way too."""
    if way.trusted is not None:
        context.load_verify_locations(cafile=way.trusted)
    return context
