"""Who is acting, and from where: what a line of the audit log says of its cause."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from greenboard.access.models import Person
from greenboard.access.standing import Bearer

Via = Literal["page", "api", "scim", "cli", "worker"]
Kind = Literal["person", "service", "stranger", "system"]
_PATHS: tuple[tuple[str, Via], ...] = (("/api/", "api"), ("/scim/", "scim"))


@dataclass(frozen=True)
class Origin:
    """An actor, the surface that they came by, and where the network has them."""

    kind: Kind
    name: str
    via: Via
    address: str = ""
    request: str = ""


_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
_stated: ContextVar[Origin | None] = ContextVar("origin", default=None)
_ours: list[Via] = ["cli"]
"""How this process acts where nobody asked it to: in any of its threads, so no variable of a context."""


class OriginMiddleware:
    """Lets whatever happens within a request know whose it is. To stand after the one that knows the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(before)


@contextmanager
def acting(origin: Origin) -> Iterator[None]:
    """State who acts, for the length of a block."""
    before = _stated.set(origin)
    try:
        yield
    finally:
        _stated.reset(before)


def current() -> Origin:
    """Who acts now: as stated, else by the request, else whoever runs this process."""
    stated, request = _stated.get(), _request.get()
    if stated is not None:
        return stated
    return process() if request is None else _of(request)


def become(via: Via) -> None:
    """Act in this way from now on, in all of this process, wherever no request and nobody else is behind it."""
    _ours[:] = [via]


def process() -> Origin:
    """The account of the operating system that this process runs under."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's number without a name
        name = f"uid {os.getuid()}"
    return Origin("system", name, _ours[0])


def _of(request: HttpRequest) -> Origin:
    via: Via = next((via for path, via in _PATHS if request.path.startswith(path)), "page")
    kind, name = _actor(getattr(request, "user", None))
    return Origin(kind, name, via, client(request), str(request.META.get("greenboard.request_id", "")))


def client(request: HttpRequest) -> str:
    """Where a request comes from: the network's word for it, or that of the outermost proxy of ours.

    Each proxy adds the address that it saw to the right of `X-Forwarded-For`; what stands further left
    anybody may have written.
    """
    seen = str(request.META.get("REMOTE_ADDR", ""))
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if not 0 < settings.PROXIES <= len(told):
        return seen
    try:
        return str(ip_address(told[-settings.PROXIES]))
    except ValueError:
        return seen


def _actor(user: object) -> tuple[Kind, str]:
    if isinstance(user, Bearer):
        owner: Kind = "person" if user.person else "service"
        return owner, f"{user.get_username()} by token {user.token.prefix}"
    if isinstance(user, Person):
        return "person", user.get_username()
    return "stranger", ""
