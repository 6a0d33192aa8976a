"""Making calls: guarded, paced, tried again, and bounded. What comes back is an answer or a reason."""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock, Semaphore

import httpx2

from greenboard.connections.manifest import Limit, Retry
from greenboard.connections.plan import USUAL
from greenboard.connections.types import Answer, Buckets, Caller, Connection, Failed, Reason, Request
from greenboard.core import clock
from greenboard.core.errors import UserError

MAX_BYTES = 32 * 1024 * 1024
"""How large one answer may be, unpacked."""
MAX_SECONDS = 120.0
"""How long one answer may take as a whole; each part of it has the client's own time limit."""
_READS = 65_536
_SAID = 65_536
"""How much of a refusal is read, to tell what it says."""
_BASE, _SLICE = 0.5, 0.25
_NOT_CHANGED = 304
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_SINCE_1970 = 1_000_000_000
"""A larger number in a header is a moment, a smaller one a length of time."""


@dataclass
class MemoryBuckets:
    """Token buckets of one process."""

    _full: dict[tuple[str, str], tuple[float, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, connection: str, bucket: str, rate: float, burst: float, now: datetime) -> float:
        """Take a token: the seconds to wait for it. A bucket may be owed some; who comes later waits longer."""
        with self._lock:
            tokens, before = self._full.get((connection, bucket), (burst, now))
            tokens = min(burst, tokens + max(0.0, (now - before).total_seconds()) * rate) - 1
            self._full[connection, bucket] = (tokens, max(now, before))
            return max(0.0, -tokens / rate)

    def empty(self, connection: str, bucket: str, until: datetime) -> None:
        """There is nothing before then."""
        with self._lock:
            self._full[connection, bucket] = (0.0, until)


class Unlimited:
    """Buckets that are never empty, for what calls nobody."""

    def take(self, connection: str, bucket: str, rate: float, burst: float, now: datetime) -> float:  # noqa: ARG002
        """No wait."""
        return 0.0

    def empty(self, connection: str, bucket: str, until: datetime) -> None:
        """Nothing changes."""


def caller(
    connection: Connection,
    *,
    client: httpx2.Client,
    buckets: Buckets | None = None,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = clock.now,
) -> Caller:
    """What makes the calls of a connection.

    `client` guards addresses (`outbound.client`); `buckets` are shared by everyone who uses the
    connection. When `stop` says so, waiting ends and calls fail as stopped.
    """
    manifest = connection.integration.manifest
    return _Caller(
        connection.name, client, buckets or MemoryBuckets(), manifest.limits, manifest.retry, stop, sleep, now
    )


@dataclass
class _Caller:
    name: str
    client: httpx2.Client
    buckets: Buckets
    limits: Mapping[str, Limit]
    retry: Retry
    stop: Callable[[], bool]
    sleep: Callable[[float], None]
    now: Callable[[], datetime]
    _turns: dict[str, Semaphore] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, request: Request, /) -> Answer:
        limit = self.limits.get(request.bucket, USUAL)
        for attempt in range(1, self.retry.attempts + 1):
            try:
                with self._turn(request.bucket, limit):
                    self._pause(
                        self.buckets.take(self.name, request.bucket, limit.rate.per_second, limit.burst, self.now()),
                        request,
                    )
                    return self._once(request, limit, attempt)
            except _Again as again:
                unsure = not (request.repeatable or again.undone)
                if unsure or attempt == self.retry.attempts or again.wait > self.retry.longest.total_seconds():
                    raise Failed(again.reason, body=again.body, calls=attempt, unsure=unsure) from None
                wait = again.wait or random.uniform(0, _BASE * 2**attempt)  # noqa: S311  # nosec B311
            self._pause(wait, request)
        raise AssertionError("the last attempt returns or raises")

    def _turn(self, bucket: str, limit: Limit) -> Semaphore:
        with self._lock:
            return self._turns.setdefault(bucket, Semaphore(limit.concurrency))

    def _pause(self, seconds: float, request: Request) -> None:
        if seconds > self.retry.longest.total_seconds():
            text = f"There are no more calls for {seconds:.0f} seconds."
            raise Failed(Reason("limit", text, what=request.label), calls=0)
        left = seconds
        while left > 0 and not self.stop():
            self.sleep(min(left, _SLICE))
            left -= _SLICE
        if self.stop():
            raise Failed(Reason("stopped", "The collection was stopped.", what=request.label), calls=0)

    def _once(self, request: Request, limit: Limit, attempt: int) -> Answer:
        try:
            with self.client.stream(
                request.method, request.url, headers=dict(request.headers), content=request.body
            ) as response:
                return self._answer(request, limit, response, attempt)
        except httpx2.TimeoutException as error:
            undone = isinstance(error, _NOT_SENT)
            reason = Reason("theirs", "The tool did not answer in time.", what=request.label)
            raise _Again(reason, undone=undone) from None
        except httpx2.DecodingError:
            raise _Again(Reason("theirs", "The answer cannot be unpacked.", what=request.label)) from None
        except httpx2.TransportError as error:
            raise _Again(_broken(error, request), undone=isinstance(error, _NOT_SENT)) from None
        except (httpx2.InvalidURL, UserError) as error:
            said = error.what if isinstance(error, UserError) else "The address is none"
            raise Failed(Reason("ours", f"{said}.", what=request.label), calls=attempt) from None

    def _answer(self, request: Request, limit: Limit, response: httpx2.Response, attempt: int) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        wait = self._told(request, limit, headers)
        status = response.status_code
        if status < 300 or status == _NOT_CHANGED:
            return Answer(status, headers, _body(response, request), attempt)
        said = _beginning(response)
        limited = status == 429 or (status == 403 and wait is not None)
        reason = _reason(status, said, request, limited=limited)
        if status in self.retry.status or limited:
            raise _Again(reason, wait or 0.0, said, undone=limited)
        raise Failed(reason, body=said, calls=attempt)

    def _told(self, request: Request, limit: Limit, headers: Mapping[str, str]) -> float | None:
        """How long the tool asks to wait, if it does. When nothing is left, everyone who shares the bucket waits."""
        now = self.now()
        wait = _seconds(headers.get(self.retry.honour, ""), now)
        if limit.headers and headers.get(limit.headers.remaining.lower()) == "0":
            reset = _seconds(headers.get(limit.headers.reset.lower(), ""), now)
            wait = wait if wait is not None else reset
            if reset is not None:
                self.buckets.empty(self.name, request.bucket, now + timedelta(seconds=reset))
        return wait


class _Again(Exception):
    """It may work another time. `undone`: it is sure that the tool did nothing this time."""

    def __init__(self, reason: Reason, wait: float = 0.0, body: bytes = b"", *, undone: bool = False) -> None:
        super().__init__(reason.text)
        self.reason = reason
        self.wait = wait
        self.body = body
        self.undone = undone


def _body(response: httpx2.Response, request: Request) -> bytes:
    parts, size, until = [], 0, time.monotonic() + MAX_SECONDS
    for part in response.iter_bytes(_READS):
        size += len(part)
        if time.monotonic() > until:
            raise _Again(Reason("theirs", "The answer did not end in time.", what=request.label))
        if size > MAX_BYTES:
            text = f"The answer is larger than {MAX_BYTES // 1_048_576} MiB."
            reason = Reason("limit", text, response.status_code, request.label)
            raise Failed(reason, unsure=not request.repeatable)
        parts.append(part)
    return b"".join(parts)


def _beginning(response: httpx2.Response) -> bytes:
    found = b""
    try:
        for part in response.iter_bytes(4096):
            found += part
            if len(found) > _SAID:
                break
    except httpx2.HTTPError:
        pass
    return found[:_SAID]


def _broken(error: httpx2.TransportError, request: Request) -> Reason:
    cause = error.__cause__ or error.__context__
    while cause is not None and not isinstance(cause, UserError | ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Reason("ours", f"The certificate is not trusted: {cause.verify_message}.", what=request.label)
    return Reason("theirs", f"The connection broke: {str(error)[:120] or type(error).__name__}.", what=request.label)


def _reason(status: int, body: bytes, request: Request, *, limited: bool) -> Reason:
    said = _said(body)
    further = f" It says: {said}" if said else ""
    if limited:
        return Reason("limit", f"The tool allows no more calls.{further}", status, request.label)
    if status == 401:
        return Reason("permission", f"The tool does not accept the token.{further}", status, request.label)
    if status == 403:
        does = "read" if request.method == "GET" else "do"
        return Reason("permission", f"The token may not {does} this.{further}", status, request.label)
    if status == 404:
        text = "The tool knows no such thing, or the token may not see it."
        return Reason("permission", text + further, status, request.label)
    if status < 400:
        return Reason("ours", "The tool sends us to another address; set that one.", status, request.label)
    if status < 500:
        return Reason("ours", f"The tool does not understand the call.{further}", status, request.label)
    return Reason("theirs", f"The tool has a fault.{further}", status, request.label)


def _said(body: bytes) -> str:
    """What a refusal says, shortened; "" where it is no JSON or says nothing."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for name in ("message", "error_description", "error", "detail", "title", "errorSummary", "msg"):
        value = told.get(name) if isinstance(told, dict) else None
        value = value.get("message") if isinstance(value, dict) else value
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:200]
    return ""


def _seconds(text: str, now: datetime) -> float | None:
    """A header that says when: seconds, seconds since 1970, or a date (RFC 9110, 10.2.3)."""
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    if number != number or number < 0:
        return None
    return max(0.0, number - now.timestamp()) if number > _SINCE_1970 else number
