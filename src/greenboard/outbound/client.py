"""A client that looks a name up, checks every address of it, and connects to one that it checked.

What is checked is what is called: a name that is looked up a second time may lead elsewhere. The
name stays that of the certificate. No proxy of the environment is used, and no redirect followed.

Through a proxy that the settings name the name is called and not the address: proxies allow by name, and
where there is one others often cannot be looked up here. A name that can be is checked all the same.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import httpcore2
import httpx2

from greenboard.core.errors import UserError
from greenboard.outbound.addresses import Allowed
from greenboard.outbound.trust import trusting
from greenboard.outbound.way import Proxy

TIMEOUT = 10.0
_CONNECTIONS = 20
_LONGEST = 16_384
"""Bytes that the answer of a proxy may have."""


class Forbidden(UserError):
    """An address that may not be called."""


class _Guarded(httpcore2.SyncBackend):
    """Connects to checked addresses only."""

    def __init__(self, allowed: Allowed, whole: float | None = None) -> None:
        super().__init__()
        self._allowed = allowed
        self._whole = whole

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of the host that answers.

        Raises:
            Forbidden: one of its addresses may not be called.

        """
        proxy = self._allowed.way.proxy
        if proxy is not None and not self._allowed.direct(host):
            return self._bounded(self._tunnel(proxy, host, port, timeout))
        failed: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in addresses(host, port, self._allowed):
            try:
                stream = super().connect_tcp(address, port, timeout, local_address, socket_options)
                return self._bounded(stream)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed

    def _bounded(self, stream: httpcore2.NetworkStream) -> httpcore2.NetworkStream:
        return stream if self._whole is None else _Bounded(stream, time.monotonic() + self._whole)

    def _tunnel(self, proxy: Proxy, host: str, port: int, timeout: float | None) -> httpcore2.NetworkStream:
        with suppress(httpcore2.ConnectError):  # a name that only the proxy can look up
            addresses(host, port, self._allowed)
        stream = super().connect_tcp(proxy.host, proxy.port, timeout)
        stream.write(proxy.greeting(host, port), timeout)
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            part = stream.read(1, timeout)
            answer += part
            if not part or len(answer) > _LONGEST:
                stream.close()
                raise httpcore2.ProxyError("the proxy does not answer as one")
        status = answer.split(b"\r\n", 1)[0].decode("latin-1")
        if status.split(" ")[1:2] != ["200"]:
            stream.close()
            raise httpcore2.ProxyError(f"the proxy refused {host}: {status}")
        return stream

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        """Never."""
        raise Forbidden("a socket of this machine may not be called")


class _Bounded(httpcore2.NetworkStream):
    """A connection that ends at a moment, however slowly the other side sends."""

    def __init__(self, stream: httpcore2.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What came, within the time that is left."""
        return self._stream.read(max_bytes, self._left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send, within the time that is left."""
        self._stream.write(buffer, self._left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        """End it."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """The same, encrypted."""
        left = self._left(timeout, httpcore2.ConnectTimeout)
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, left), self._until)

    def get_extra_info(self, info: str) -> Any:
        """What is known of it."""
        return self._stream.get_extra_info(info)

    def _left(self, timeout: float | None, late: type[Exception]) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise late("it took too long as a whole")
        return left if timeout is None else min(left, timeout)


def addresses(host: str, port: int, allowed: Allowed) -> list[str]:
    """The addresses of a host, all of which may be called.

    Raises:
        Forbidden: one of them may not.
        httpcore2.ConnectError: the name is not known.

    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(f"{host} cannot be looked up: {error}") from None
    several = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not allowed.names(host):
        for text in several:
            if not allowed.admits(ip_address(text.partition("%")[0])):
                hint = "GREENBOARD_OUTBOUND_ALLOW names what may be called besides."
                raise Forbidden(f"{host} is at {text}, which may not be called", hint=hint)
    return several


class _Transport(httpx2.HTTPTransport):
    def __init__(self, allowed: Allowed, whole: float | None) -> None:
        super().__init__(trust_env=False)
        # The pool is made anew, because the transport offers no other way to say what it connects by.
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trusting(httpx2.create_ssl_context(trust_env=False), allowed.way),
            max_connections=_CONNECTIONS,
            network_backend=_Guarded(allowed, whole),
        )


def client(allowed: Allowed, *, timeout: float = TIMEOUT, whole: float | None = None) -> httpx2.Client:
    """A client for calls to the outside. Making one is slow: keep it.

    `timeout` is for each part of a call. With `whole` no connection lasts longer than so many seconds: for one call.
    """
    transport = _Transport(allowed, whole)
    return httpx2.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False)
