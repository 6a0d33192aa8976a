"""Calling the tools that channels lead to: guarded, bounded, and never raising for what they do."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpcore2
import httpx2
from django.conf import settings

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.notifications.types import Came
from greenboard.outbound import addresses
from greenboard.outbound.client import client

LONGEST = timedelta(days=1)
"""Who asks for more patience is asked again after this."""
_ANSWER = 2_000
_SECONDS = 20.0
_GONE = (400, 401, 403, 404, 405, 410, 413, 415, 422)
"""What asking again does not change."""
_SECONDS_ONLY = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """What was answered; `status` None is that nothing was, and `text` why."""

    status: int | None
    text: str
    kind: str = ""
    after: timedelta | None = None

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def page(self) -> bool:
        """Whether it is a page for people: a proxy or a sign-in that stands before the tool."""
        return self.kind.startswith("text/html") or self.text.lstrip()[:15].lower().startswith(("<!doctype", "<html"))

    def came(self, *, arrived: bool | None = None, advice: str = "", permanent: bool | None = None) -> Came:
        """What came of it: by its status, unless the tool says it otherwise."""
        done = (self.good and not self.page) if arrived is None else arrived
        if not done and self.good and self.page and not advice:
            advice = "A page for people was answered, not the tool: look whether a proxy or a sign-in stands before it."
        never = self.status in _GONE if permanent is None else permanent
        return Came(done, self.text, self.status, never and not done, self.after, advice)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body to an address that may be called."""
    try:
        addresses.check(url, settings.OUTBOUND_ALLOW)
        with _client().stream("POST", url, content=body, headers={"User-Agent": "Greenboard", **headers}) as response:
            text = _beginning(response)
            told = response.headers
            after = retry_after(told.get("Retry-After", ""), clock.now())
            return Answer(response.status_code, text, told.get("Content-Type", ""), after)
    except UserError as error:
        return Answer(None, str(error))
    except (httpx2.HTTPError, httpx2.InvalidURL, httpcore2.ConnectError) as error:
        return Answer(None, f"{type(error).__name__}: {error}".replace(url, "(the address)"))


def retry_after(text: str, now: datetime) -> timedelta | None:
    """How long to wait, as a header says it: seconds or a date (RFC 9110); None where it says nothing. Pure."""
    text = text.strip()
    if _SECONDS_ONLY.fullmatch(text):
        return min(timedelta(seconds=int(text)), LONGEST)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return max(timedelta(), min(at - now, LONGEST))


def _beginning(response: httpx2.Response) -> str:
    """The first part of an answer, as far as it comes in time: more of it is nobody's business."""
    found, started = b"", time.monotonic()
    for part in response.iter_raw(_ANSWER):
        found += part
        if len(found) >= _ANSWER or time.monotonic() - started > _SECONDS:
            break
    return found[:_ANSWER].decode(errors="replace").replace("\x00", "\ufffd")


@lru_cache(maxsize=1)
def _client() -> httpx2.Client:
    return client(settings.OUTBOUND_ALLOW)


def forget() -> None:
    """Make the client anew: what may be called changed."""
    _client.cache_clear()
