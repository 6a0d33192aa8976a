"""What happened, told to whoever asked: typed events inside one process.

A package announces what it did as a frozen dataclass; `project` subscribes what must follow. So a
lower package never imports a higher one. Delivery is in order, in the announcing thread, at once;
an error of a subscriber reaches the announcer. Each event says whether it is told inside the
transaction that it is about, so that what subscribers write is part of it, or after the commit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Event = TypeVar("Event")

_subscribers: defaultdict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event: type[Event], subscriber: Callable[[Event], None]) -> None:
    """Call the subscriber for every later event of exactly this type; a second time changes nothing."""
    if subscriber not in _subscribers[event]:
        _subscribers[event].append(subscriber)


def unsubscribe(event: type[Event], subscriber: Callable[[Event], None]) -> None:
    """Stop calling the subscriber."""
    if subscriber in _subscribers[event]:
        _subscribers[event].remove(subscriber)


@contextmanager
def subscribed(event: type[Event], subscriber: Callable[[Event], None]) -> Iterator[None]:
    """Subscribe for the length of a block."""
    subscribe(event, subscriber)
    try:
        yield
    finally:
        unsubscribe(event, subscriber)


def announce(event: object) -> None:
    """Tell all subscribers of the event's type."""
    for subscriber in tuple(_subscribers[type(event)]):
        subscriber(event)
