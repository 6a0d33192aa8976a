"""A process beside this one that is started again when it dies, and ends with this one."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from typing import Self

import click

_PAUSE = 1.0


class Attended:
    """Runs a command for the length of a block.

    When it ends by itself it is started again, after a pause, so that one crash is not the end and a
    crash at every start is no storm. At the end of the block it has `patience` seconds to end, too.
    """

    def __init__(self, command: Sequence[str], patience: float) -> None:
        self._command = list(command)
        self._patience = patience
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._attend, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(self._patience)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _attend(self) -> None:
        # A moment later, so that two starts at once do not keep people waiting for the first page.
        while not self._over.wait(_PAUSE):
            self._process = subprocess.Popen(self._command)
            code = self._process.wait()
            if not self._over.is_set():
                click.echo(f"greenboard: the worker ended with {code}; starting it again", err=True)
