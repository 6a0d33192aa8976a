"""To which hosts secrets may be sent. Pure."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from greenboard.core.errors import UserError


def check(host: str, allowed: Collection[str] | None) -> None:
    """Refuse a host that secrets may not be sent to; `allowed` also covers what is below each, None is everywhere.

    Raises:
        UserError: it is not among them.

    """
    if allowed is None or any(host == one or host.endswith(f".{one}") for one in allowed):
        return
    hint = "Whoever entered it says to which hosts it may go."
    raise UserError(f"a secret of this step may not be sent to {host}", expected=", ".join(sorted(allowed)), hint=hint)


def of(url: str) -> str:
    """The host of an address; "" where it has none."""
    return urlsplit(url).hostname or ""
