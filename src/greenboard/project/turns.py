"""Requests that only read take turns: of a process, few compute at once.

One interpreter computes one thing at a time. Eight pages at once are each ready when the last of them is; one
after the other, the first is ready after an eighth of that, and nobody is later for it. What writes waits
for nothing, since it may wait for others itself: for a tool, a provider, a mail server.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

AT_ONCE = 2
"""While one waits for the database, another computes."""
PATIENCE_SECONDS = 0.5
"""So long a turn is waited for: whoever reads something large, or from elsewhere, holds nobody up for longer."""
_READS = ("GET", "HEAD")


class Turns:
    """The middleware that gives them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._free = threading.Semaphore(AT_ONCE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in _READS or not self._free.acquire(timeout=PATIENCE_SECONDS):
            return self.get_response(request)
        try:
            return self.get_response(request)
        finally:
            self._free.release()
