"""What git says to a server, passed on through the guarded client: git talks to a relay of ours on this machine.

So the same guard, pace, proxies and certificates hold as for all calls, and git never sees a secret.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from greenboard.connections.types import Caller, Failed, Reason, Request

MAX_ASKED = 16 * 2**20
_READS = frozenset({"info/refs?service=git-upload-pack", "git-upload-pack"})
_WRITES = frozenset({"info/refs?service=git-receive-pack", "git-receive-pack"})
_PASSED = ("Content-Type", "Content-Encoding", "Accept", "Git-Protocol")


@dataclass
class Relay:
    """Passes what git asks for on to one repository. `failed` is why the server did not answer.

    Only one that `writes` passes on what is pushed.
    """

    address: str
    call: Caller
    user: str = ""
    token: str = field(default="", repr=False)
    writes: bool = False
    path: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    failed: Reason | None = None
    calls: int = 0
    size: int = 0

    def asked(self, method: str, part: str, headers: dict[str, str], body: bytes | None) -> tuple[int, str, bytes]:
        """The status, type and body of an answer."""
        name = part.partition("?")[0]
        known = part in _READS or (self.writes and part in _WRITES)
        if not known or (name == "info/refs") is (method == "POST"):
            return 404, "text/plain", b""
        request = Request(
            method, f"{self.address}/{part}", {**headers, **self._given()}, body, "server", f"{method} /{name}"
        )
        try:
            answer = self.call(request)
        except Failed as failed:
            self.calls += failed.calls
            self.failed = failed.reason
            return 502, "text/plain", b""
        self.calls += answer.calls
        self.size += len(answer.body)
        return 200, answer.headers.get("content-type", ""), answer.body

    def _given(self) -> dict[str, str]:
        if not self.token:
            return {}
        pair = f"{self.user or 'git'}:{self.token}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


@contextmanager
def serving(relay: Relay) -> Iterator[str]:
    """A relay that is reachable from this machine; its address, which nobody can guess."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(_body(self))

        def _answer(self, body: bytes | None) -> None:
            start = f"/{relay.path}/"
            headers = {name: self.headers[name] for name in _PASSED if name in self.headers}
            known = self.path.startswith(start) and (self.command == "GET" or body is not None)
            status, kind, said = (
                relay.asked(self.command, self.path.removeprefix(start), headers, body) if known else (404, "", b"")
            )
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing: the path is secret."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="git-relay", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/{relay.path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _body(handler: BaseHTTPRequestHandler) -> bytes | None:
    """What git sends, in one piece or in several; None where that is too much."""
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        size = int(handler.headers.get("Content-Length") or 0)
        return handler.rfile.read(size) if size <= MAX_ASKED else None
    parts, total = [], 0
    while size := int(handler.rfile.readline().split(b";")[0].strip() or b"0", 16):
        total += size
        if total > MAX_ASKED:
            return None
        parts.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(parts)
