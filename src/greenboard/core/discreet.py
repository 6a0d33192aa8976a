"""Secrets that this process has in hand, so that the log can hide them whatever they came by."""

from __future__ import annotations

import threading
from collections import OrderedDict

_MOST = 1_000
"""So many are known; of more, those that were in hand last."""
_SHORTEST = 6
"""Shorter texts would hide half of each line."""
_known: OrderedDict[str, None] = OrderedDict()
_lock = threading.Lock()


def keep(text: str) -> None:
    """Know a text as a secret from now on."""
    if len(text) < _SHORTEST:
        return
    with _lock:
        _known[text] = None
        _known.move_to_end(text)
        while len(_known) > _MOST:
            _known.popitem(last=False)


def kept() -> tuple[str, ...]:
    """Every secret in hand, the longest first: one may begin another."""
    with _lock:
        return tuple(sorted(_known, key=len, reverse=True))


def forget() -> None:
    """Know none."""
    with _lock:
        _known.clear()
