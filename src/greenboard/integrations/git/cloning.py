"""Cloning through the guarded client: git talks to a relay of ours on this machine, and the relay asks the server.

So the same guard, pace, proxies and certificates hold as for all calls, and git never sees a secret.
"""

from __future__ import annotations

import base64
import os
import resource
import secrets
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from greenboard.connections.types import Caller, Failed, Reason, Request

MAX_FILE = 512 * 2**20
"""How large one file may become on the disk, a pack as well as one that is checked out."""
MAX_FILES = 200_000
MAX_ASKED = 16 * 2**20
_PARTS = frozenset({"info/refs", "git-upload-pack"})
_PASSED = ("Content-Type", "Content-Encoding", "Accept", "Git-Protocol")
_OPTIONS = tuple(
    part
    for one in (
        "protocol.allow=never",
        "protocol.http.allow=always",
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "http.proxy=",
        "http.followRedirects=false",
        "submodule.recurse=false",
        "credential.helper=",
        "gc.auto=0",
        "advice.detachedHead=false",
    )
    for part in ("-c", one)
)
"""Git speaks to the relay only, and runs nothing of the repository."""


@dataclass
class Relay:
    """Passes what git asks for on to one repository. `failed` is why the server did not answer."""

    address: str
    call: Caller
    user: str = ""
    token: str = ""
    path: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    failed: Reason | None = None
    calls: int = 0
    size: int = 0

    def asked(self, method: str, part: str, headers: dict[str, str], body: bytes | None) -> tuple[int, str, bytes]:
        """The status, type and body of an answer."""
        name = part.partition("?")[0]
        if name not in _PARTS or (name == "info/refs") is (method == "POST"):
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


def clone(relay: Relay, folder: Path, *, since: datetime, span: timedelta, stop: Callable[[], bool]) -> None:
    """Clone the files of the newest commit, and the history since a moment without its files.

    Raises:
        Failed: it cannot be had, takes longer than `span`, or is too large.

    """
    with serving(relay) as address:
        git = _Git(relay, span, stop)
        window = f"--shallow-since={since:%Y-%m-%d}"
        wanted = (
            "clone",
            "--quiet",
            "--no-checkout",
            "--single-branch",
            "--no-tags",
            "--template=",
            "--filter=blob:none",
        )
        done = git.run(*wanted, window, address, str(folder))
        if done and relay.failed is None:
            # Nothing was committed since then.
            done = git.run(*wanted, "--depth=1", address, str(folder))
        git.expect(done, "cannot be cloned")
        if git.run("-C", str(folder), "rev-parse", "--verify", "--quiet", "HEAD"):
            raise Failed(Reason("theirs", "The repository has no commit.", what=relay.address))
        names = git.told("-C", str(folder), "ls-tree", "-r", "-z", "--name-only", "HEAD").count(b"\0")
        if names > MAX_FILES:
            raise Failed(Reason("limit", f"The repository has more than {MAX_FILES:,} files.", what=relay.address))
        git.expect(git.run("-C", str(folder), "checkout", "--quiet", "--force"), "cannot be checked out")
        git.expect(git.run("-C", str(folder), "remote", "set-url", "origin", relay.address), "cannot be set up")


@dataclass
class _Git:
    relay: Relay
    span: timedelta
    stop: Callable[[], bool]

    def run(self, *arguments: str) -> int:
        """The exit code of a git command. Raises Failed when it takes too long, or is to stop."""
        with subprocess.Popen(
            ["git", *_OPTIONS, *arguments],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            _bound(process.pid)
            left = self.span.total_seconds()
            while True:
                try:
                    return process.wait(0.5)
                except subprocess.TimeoutExpired:
                    left -= 0.5
                if self.stop() or left <= 0:
                    process.kill()
                    raise Failed(self._ended())

    def told(self, *arguments: str) -> bytes:
        """What a git command prints."""
        command = ["git", *_OPTIONS, *arguments]
        done = subprocess.run(
            command, env=_environment(), capture_output=True, check=False, timeout=self.span.total_seconds()
        )
        self.expect(done.returncode, "cannot be read")
        return done.stdout

    def expect(self, code: int, what: str) -> None:
        """Refuse an exit code other than 0: the reason is that of the server, if it gave one."""
        if code:
            raise Failed(self.relay.failed or Reason("theirs", f"The repository {what}.", what=self.relay.address))

    def _ended(self) -> Reason:
        if self.stop():
            return Reason("stopped", "The collection was stopped.")
        minutes = self.span.total_seconds() / 60
        return Reason("limit", f"The clone took longer than {minutes:.0f} minutes.", what=self.relay.address)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "HOME": os.devnull,
        "NO_PROXY": "*",
    }


def _bound(process: int) -> None:
    """Bound what a process may write, where the system can do that for another process (Linux)."""
    if hasattr(resource, "prlimit"):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))


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


def check(address: str) -> None:
    """Refuse what is no address of a repository.

    Raises:
        Failed: it is none, or holds a password.

    """
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query or parts.fragment:
        text = f"{parts.hostname or address!r}: expected an address as https://HOST/PATH, without a password."
        raise Failed(Reason("ours", text))
