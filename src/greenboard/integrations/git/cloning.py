"""Cloning what the readers look at: the files of the newest commit, and the history for a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from greenboard.connections.git import Git, check
from greenboard.connections.relay import Relay, serving
from greenboard.connections.types import Failed, Reason

__all__ = ["Relay", "check", "clone", "stands"]

MAX_FILES = 200_000
_ASKING = timedelta(minutes=1)


def stands(relay: Relay, stop: Callable[[], bool]) -> str:
    """The default branch and its newest commit, as the server says; "" where there is none.

    Raises:
        Failed: the server does not say.

    """
    with serving(relay) as address:
        git = Git(relay, _ASKING, stop)
        return git.told("ls-remote", "--quiet", "--symref", address, "HEAD").decode("utf-8", errors="replace").strip()


def clone(relay: Relay, folder: Path, *, since: datetime, span: timedelta, stop: Callable[[], bool]) -> None:
    """Clone the files of the newest commit, and the history since a moment without its files.

    Raises:
        Failed: it cannot be had, takes longer than `span`, or is too large.

    """
    with serving(relay) as address:
        git = Git(relay, span, stop)
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
