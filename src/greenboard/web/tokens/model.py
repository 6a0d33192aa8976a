"""Tokens as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.access.models import Token
from greenboard.web import words
from greenboard.web.access.model import Allowed, allowed

LIVES = (("30", "30 days"), ("7", "7 days"), ("90", "90 days"), ("365", "A year"), ("", "Never"))
"""How long a token may live, in days; the first is offered."""


@dataclass(frozen=True)
class Shown:
    """A token, without its secret."""

    prefix: str
    name: str
    owner: str
    permissions: tuple[Allowed, ...]
    scope: str
    made: SafeString | str
    ends: SafeString | str
    used: SafeString | str
    state: str
    live: bool


def shown(token: Token, now: datetime) -> Shown:
    """A token as it stands."""
    state = _state(token, now)
    return Shown(
        prefix=token.prefix,
        name=token.name,
        owner=str(token.person or token.service),
        permissions=allowed(token.permissions),
        scope=token.scope or "Everything",
        made=words.when(token.created_at, now),
        ends=words.when(token.expires_at, now) if token.expires_at else "Never",
        used=words.when(token.last_used_at, now) if token.last_used_at else "Never",
        state=state,
        live=state == "Valid",
    )


def _state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "Revoked"
    return "Expired" if token.expires_at is not None and token.expires_at <= now else "Valid"
