"""Who is acting, and from where: what a line of the audit log says of its cause."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

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


def process(via: Via = "cli") -> Origin:
    """The account of the operating system that this process runs under."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's number without a name
        name = f"uid {os.getuid()}"
    return Origin("system", name, via)


def _of(request: HttpRequest) -> Origin:
    via: Via = next((via for path, via in _PATHS if request.path.startswith(path)), "page")
    address = str(request.META.get("REMOTE_ADDR", ""))
    kind, name = _actor(getattr(request, "user", None))
    return Origin(kind, name, via, address, str(request.META.get("greenboard.request_id", "")))


def _actor(user: object) -> tuple[Kind, str]:
    if isinstance(user, Bearer):
        owner: Kind = "person" if user.person else "service"
        return owner, f"{user.get_username()} by token {user.token.prefix}"
    if isinstance(user, Person):
        return "person", user.get_username()
    return "stranger", ""
