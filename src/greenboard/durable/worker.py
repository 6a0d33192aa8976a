"""Durable work in a worker's process: claims its name, launches the engine beside whatever else it does, and stops."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connections

from greenboard.durable import ids, workflows
from greenboard.durable.locks import Locks, locks
from greenboard.durable.types import Address

log = logging.getLogger("greenboard.durable")


@dataclass
class Worker:
    """The durable part of a worker. When it cannot go on it has a fault, and `broken` is called in another thread."""

    address: Address
    broken: Callable[[], None]
    wanted: str = ""
    upgrade: bool = True
    name: str = field(default="", init=False)
    fault: bool = field(default=False, init=False)
    _locks: Locks = field(init=False, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False, repr=False)
    _stop_seconds: float = field(default=0.0, init=False, repr=False)

    def start(self) -> None:
        """Claim the name, and begin with the work in threads of its own.

        Raises:
            UserError: another worker has the name that is wanted.

        """
        self._locks = locks(self.address)
        self.name = ids.claim(self._locks, self.wanted)
        holding = (self._locks, self.name, self._ended, self._break)
        self._threads = [
            threading.Thread(target=self._run, name="durable", daemon=True),
            threading.Thread(target=ids.hold, args=holding, name="durable-name", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """End: steps under way have a time to finish; everything else is left for others, and then the name."""
        self._stop_seconds = seconds
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._locks.close()

    def _run(self) -> None:
        whole = False
        try:
            self._work()
            whole = True
        finally:
            connections.close_all()
            if not whole:  # what went wrong is told by the thread's end; without durable work the process ends, too
                log.error("durable work cannot go on: the worker ends")
                self._break()

    def _break(self) -> None:
        self.fault = True
        self.broken()

    def _work(self) -> None:
        # Loading the engine takes a second, in which the process does its other work already.
        from greenboard.durable.engine import Engine
        from greenboard.durable.tending import EVERY, Tending

        others = locks(self.address)
        engine = Engine(self.address, self.name, workflows.declared(), upgrade=self.upgrade)
        log.info("durable work goes on as %s", self.name)
        tending = Tending(engine, others, self.name)
        try:
            while not self._ended.wait(EVERY):
                tending.look()
        finally:
            engine.stop(self._stop_seconds)
            others.close()
