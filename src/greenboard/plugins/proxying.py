"""Calling a tool for a frame: only what its plugin lists, through the guard, with a secret that no browser sees."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import httpcore2
import httpx2
from django.conf import settings

from greenboard.core.errors import UserError
from greenboard.outbound import addresses
from greenboard.outbound.addresses import Allowed
from greenboard.outbound.client import client
from greenboard.plugins import installation, registry
from greenboard.plugins.framed import Proxy
from greenboard.plugins.frames import Bearer

LARGEST = 64 * 2**10
"""Bytes that may be sent."""
LARGEST_ANSWER = 2**20
_QUERY = 2_000
_SECONDS = 15.0
_KINDS = ("application/json", "text/plain", "application/problem+json")
"""What is handed on as it is; everything else as bytes of which nothing is said."""


class NotListed(UserError):
    """A call that the plugin does not list."""

    status = 403


class NotAnswered(UserError):
    """The other side was not reached, or said too much."""

    status = 502


@dataclass(frozen=True)
class Call:
    """What a frame asks for."""

    proxy: str
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    kind: str = ""


@dataclass(frozen=True)
class Answer:
    """What is handed on: of the headers of the answer only its media type."""

    status: int
    kind: str
    body: bytes


def call(bearer: Bearer, asked: Call) -> Answer:
    """Make a call for a frame.

    Raises:
        NotListed: the plugin does not list it.
        NotAnswered: nothing came, or too much.
        UserError: the address may not be called, or a setting is missing.

    """
    proxy = _proxy(bearer.plugin, asked)
    if not proxy.allowed(asked.method, asked.path, bearer.entity):
        raise NotListed(f"{asked.method} {asked.path} is not among what {proxy.name} allows for this entity")
    if len(asked.query) > _QUERY or len(asked.body) > LARGEST:
        raise UserError("too long a question", expected=f"at most {LARGEST:,} bytes, and {_QUERY:,} in the address")
    secret = _secret(bearer.plugin, proxy)
    url = f"{proxy.origin}{asked.path}{f'?{asked.query}' if asked.query else ''}"
    headers = {"User-Agent": "Greenboard", "Accept": "application/json"}
    if asked.body:
        headers["Content-Type"] = asked.kind if asked.kind in _KINDS else "application/octet-stream"
    if secret:
        headers[proxy.header] = proxy.value.replace("{secret}", secret)
    return _answered(asked, url, headers, secret)


def _proxy(plugin: str, asked: Call) -> Proxy:
    for name, one in registry.brought("greenboard_proxies", Proxy):
        if name == plugin and one.name == asked.proxy:
            return one
    raise NotListed(f"the plugin {plugin} has no proxy {asked.proxy!r:.40}")


def _secret(plugin: str, proxy: Proxy) -> str:
    if not proxy.secret:
        return ""
    found = installation.settings_of(plugin).get(proxy.secret, "")
    if not found:
        raise UserError(f"{proxy.secret} of the plugin {plugin} is not filled in", hint="An administrator can do that.")
    if not found.isprintable() or not found.isascii():
        raise UserError(f"{proxy.secret} of the plugin {plugin} cannot stand in a header")
    return found


def _answered(asked: Call, url: str, headers: Mapping[str, str], secret: str) -> Answer:
    addresses.check(url, settings.OUTBOUND_ALLOW)
    try:
        with _client(settings.OUTBOUND_ALLOW).stream(
            asked.method, url, content=asked.body or None, headers=headers
        ) as response:
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            body = _read(response)
            status = response.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL, httpcore2.ConnectError) as error:
        raise NotAnswered(f"the tool did not answer: {type(error).__name__}") from None
    if 300 <= status < 400:
        raise NotAnswered("the tool leads elsewhere, where a secret is not sent")
    return Answer(status, kind if kind in _KINDS else "application/octet-stream", _without(body, secret))


def _read(response: httpx2.Response) -> bytes:
    found, started = bytearray(), time.monotonic()
    for part in response.iter_bytes(16_384):
        found += part
        if len(found) > LARGEST_ANSWER:
            raise NotAnswered(f"the tool answered more than {LARGEST_ANSWER:,} bytes")
        if time.monotonic() - started > _SECONDS:
            raise NotAnswered(f"the tool took more than {_SECONDS:g} seconds")
    return bytes(found)


def _without(body: bytes, secret: str) -> bytes:
    """The answer, should the tool say the secret back."""
    return body.replace(secret.encode(), "•••".encode()) if secret else body


@lru_cache(maxsize=2)
def _client(allowed: Allowed) -> httpx2.Client:
    return client(allowed)
