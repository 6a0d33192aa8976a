"""The garbage collector, out of the way while very many values are made that all stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 50_000
"""From how many new objects on it pays not to look at them."""


@contextmanager
def paused() -> Iterator[None]:
    """Look for no cycles of garbage meanwhile; each look would visit all the values made so far."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > _MANY and not gc.get_freeze_count():
            # Both together make all that is there old at once, which otherwise takes a visit to each.
            gc.freeze()
            gc.unfreeze()
        if was:
            gc.enable()
