"""What strangers may see: badges, where a setting opens all of them, or the address holds the key of one entity."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "greenboard.badges"
_KEY = re.compile(r"([1-9][0-9]{0,17})-([0-9a-f]{32})")


def badges_open() -> bool:
    """Whether whoever asks may see the badges of every entity."""
    return bool(settings.OPEN_BADGES)


def badge_key(number: int, entity: int) -> str:
    """The text of a key: its number, and what only this installation works out of it. It opens badges, nothing else."""
    return f"{number}-{_signed(number, entity)}"


def key_number(text: str) -> int | None:
    """The number that a key claims to have; None where it is no key."""
    form = _KEY.fullmatch(text)
    return int(form[1]) if form else None


def opens(text: str, number: int, entity: int) -> bool:
    """Whether a text is the key of a number for an entity. Compared in constant time."""
    return constant_time_compare(text, badge_key(number, entity))


def _signed(number: int, entity: int) -> str:
    return salted_hmac(_SALT, f"{number}:{entity}", algorithm="sha256").hexdigest()[:32]
