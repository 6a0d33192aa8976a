"""The git program, bound: it speaks to a relay only, runs nothing of a repository, and knows no settings of ours."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from greenboard.connections.relay import Relay
from greenboard.connections.types import Failed, Reason

MAX_FILE = 512 * 2**20
"""How large one file may become on the disk, a pack as well as one that is checked out."""
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
class Git:
    """Runs git for one repository, each command for at most `span`. `also` are further variables that it sees."""

    relay: Relay
    span: timedelta
    stop: Callable[[], bool] = lambda: False
    also: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> int:
        """The exit code of a git command. Raises Failed when it takes too long, or is to stop."""
        with subprocess.Popen(
            ["git", *_OPTIONS, *arguments],
            env=self._environment(),
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

    def answered(self, *arguments: str) -> tuple[int, bytes]:
        """The exit code of a git command, and what it prints. Raises Failed when it takes too long."""
        try:
            done = subprocess.run(
                ["git", *_OPTIONS, *arguments],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=self.span.total_seconds(),
            )
        except subprocess.TimeoutExpired:
            raise Failed(self._ended()) from None
        return done.returncode, done.stdout

    def told(self, *arguments: str) -> bytes:
        """What a git command prints. Raises Failed when it fails."""
        code, said = self.answered(*arguments)
        self.expect(code, "cannot be read")
        return said

    def expect(self, code: int, what: str) -> None:
        """Refuse an exit code other than 0: the reason is that of the server, if it gave one."""
        if code:
            raise Failed(self.relay.failed or Reason("theirs", f"The repository {what}.", what=self.relay.address))

    def _ended(self) -> Reason:
        if self.stop():
            return Reason("stopped", "It was stopped.")
        minutes = self.span.total_seconds() / 60
        return Reason("limit", f"Git took longer than {minutes:.0f} minutes.", what=self.relay.address)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
        own = {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "HOME": os.devnull,
            "NO_PROXY": "*",
        }
        return {**kept, **own, **self.also}


def _bound(process: int) -> None:
    """Bound what a process may write, where the system can do that for another process (Linux)."""
    if hasattr(resource, "prlimit"):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))


def check(address: str) -> None:
    """Refuse what is no address of a repository.

    Raises:
        Failed: it is none, or holds a password.

    """
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query or parts.fragment:
        text = f"{parts.hostname or address!r}: expected an address as https://HOST/PATH, without a password."
        raise Failed(Reason("ours", text))
