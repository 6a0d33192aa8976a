"""The name that a worker keeps over its restarts, by which its unfinished work is found again."""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Callable

from greenboard.core.errors import UserError
from greenboard.durable.locks import Locks, LocksLost

PATIENCE = 6.0
"""Seconds that a name may be held by whoever just takes over its work, or by a session that is not gone yet."""
_MOST = 100
_PAUSE = 0.2
_EVERY = 0.5
log = logging.getLogger("greenboard.durable")


def claim(locks: Locks, wanted: str) -> str:
    """Make a name this process's own until it ends: the one wanted, else the host's with the first number that is free.

    Raises:
        UserError: another worker has the name that is wanted, or whoever keeps the names does not answer.

    """
    try:
        return _wait(locks, wanted) if wanted else _first(locks, _host())
    except LocksLost as error:
        raise UserError(f"the name of this worker cannot be locked: {error}", hint="Is the database there?") from None


def _wait(locks: Locks, name: str) -> str:
    began = time.monotonic()
    while not locks.take(name):
        if time.monotonic() - began > PATIENCE:
            raise UserError(
                f"another worker is named {name}",
                hint="Stop it, or give each worker of an installation a GREENBOARD_WORKER_ID of its own.",
            )
        time.sleep(_PAUSE)
    return name


def _first(locks: Locks, host: str) -> str:
    for number in range(_MOST):
        if locks.take(f"{host}-{number}"):
            return f"{host}-{number}"
    raise UserError(f"there are {_MOST} workers on {host} already", hint="Name each by GREENBOARD_WORKER_ID.")


def _host() -> str:
    """The name of this machine, of letters that a name may have."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", socket.gethostname())[:90].strip("-._")
    return plain or "worker"


def hold(locks: Locks, name: str, ended: threading.Event, lost: Callable[[], None]) -> None:
    """Hold a name until the end, in a thread of its own: a database that was restarted has forgotten who had it.

    `lost` is called when somebody else has it for longer than taking over lasts.
    """
    since: float | None = None
    while not ended.wait(_EVERY):
        try:
            ours = locks.take(name)
        except LocksLost:
            continue  # nobody else can have it either
        if ours:
            since = None
            continue
        since = since or time.monotonic()
        if time.monotonic() - since > PATIENCE:
            log.error("another worker is named %s by now: this one ends", name)
            lost()
            return
