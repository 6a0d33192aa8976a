"""The durable engine: the only module that knows DBOS, which is loaded when this is.

What was learnt about it the hard way is in docs/decisions/0023. A worker launches it, once in its
process; everybody else speaks to its tables through `client`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, StepOptions, error
from django.db import close_old_connections, connections
from sqlalchemy.exc import DBAPIError

from greenboard.durable.types import Address, Execution, Json, Run, State, Workflow

APPLICATION = "greenboard"
VERSION = "1"
"""Of the way that workflows are run, not of the code: with another one, work of before would wait for ever."""
SHORT, LONG = "short", "long"
_QUEUES = {SHORT: (8, 0.5), LONG: (5_000, 1.0)}
"""Runs of a queue that one worker has at once, and seconds between looks. Those of `LONG` wait, without a thread."""
_THREADS = 16
_LOOK = 0.5
_SCHEDULES = 5.0
_BUSY = 30
_SQLITE = ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={_BUSY * 1000}", "foreign_keys=ON")
_STATES = {
    "ENQUEUED": State.WAITING,
    "DELAYED": State.WAITING,
    "PENDING": State.RUNNING,
    "SUCCESS": State.DONE,
    "CANCELLED": State.CANCELLED,
}
log = logging.getLogger("greenboard.durable")


class Unreachable(Exception):
    """The engine's database does not answer, or no worker has made it yet."""


def queue(workflow: Workflow) -> str:
    """The queue of a workflow."""
    return LONG if workflow.waits else SHORT


class Engine:
    """The engine of a worker, from its launch until it is stopped."""

    def __init__(
        self, address: Address, worker: str, workflows: Mapping[str, Workflow], *, upgrade: bool = True
    ) -> None:
        """Launch it: make or upgrade its tables, go on with this worker's unfinished work, and start on new.

        Without `upgrade` the tables have to be there.

        Raises:
            DBAPIError: its database refuses.

        """
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # then it adds none of its own
        self._gate = _Gate()
        self._tables = _connect(address)
        DBOS(config=_config(self._tables, worker, upgrade=upgrade))
        bodies = {name: _register(workflow, self._gate) for name, workflow in workflows.items()}
        DBOS.launch()
        for name, (most, pause) in _QUEUES.items():
            DBOS.register_queue(name, worker_concurrency=most, polling_interval_sec=pause, on_conflict="always_update")
        _schedule(workflows, bodies)

    def stop(self, seconds: float) -> None:
        """Begin nothing more, let steps under way end within a time, and leave the rest for whoever comes next."""
        self._gate.close(seconds)
        DBOS.destroy()
        self._tables.dispose()

    def working(self) -> frozenset[str]:
        """The workers that have runs under way, this one or others, dead or alive.

        Raises:
            Unreachable: see there.

        """
        schema = "" if self._tables.dialect.name == "sqlite" else "dbos."
        question = f"SELECT DISTINCT executor_id FROM {schema}workflow_status WHERE status = 'PENDING'"  # noqa: S608 - a constant
        with _reaching(), self._tables.connect() as connection:
            return frozenset(name for (name,) in connection.execute(sa.text(question)) if name)

    def take_over(self, worker: str) -> int:
        """Make the unfinished runs of a dead worker anybody's again; give how many.

        Only those that it still has: whoever took them before keeps them.
        """
        return len(DBOS._recover_pending_workflows([worker]))


class Client:
    """The engine's tables, for processes that run nothing: and for those that do, in the same words."""

    def __init__(self, address: Address) -> None:
        self._client = DBOSClient(
            system_database_engine=_connect(address),
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )

    def enqueue(self, workflow: Workflow, given: Json, run: str) -> None:
        """Have a workflow run; one that is there already stays as it is.

        Raises:
            Unreachable: see there. So do the others.

        """
        options = {"workflow_name": workflow.name, "queue_name": queue(workflow), "workflow_id": run}
        self._ask(lambda: self._client.enqueue({**options, "app_version": VERSION}, given))  # type: ignore[typeddict-item]

    def signal(self, run: str, topic: str, message: Json, key: str | None = None) -> None:
        """Tell a run something; of several signals with one key it hears the first."""
        self._ask(lambda: self._client.send(run, message, topic, key))

    def cancel(self, run: str) -> None:
        """End a run before its next step."""
        self._ask(lambda: self._client.cancel_workflow(run))

    def runs(self, *, states: Collection[State] = (), workflow: str | None = None, most: int = 100) -> list[Execution]:
        """The newest runs."""
        words = [word for word in (*_STATES, "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED") if _state(word) in states]
        found = self._ask(
            lambda: self._client.list_workflows(
                status=words or None, name=workflow, limit=most, sort_desc=True, load_input=False
            )
        )
        return [_execution(row) for row in found]

    def run(self, run: str) -> Execution | None:
        """One run; None where there is none of that id."""
        found = self._ask(lambda: self._client.list_workflows(workflow_ids=[run], load_input=False))
        return _execution(found[0]) if found else None

    def forget(self, before: datetime, most: int = 500) -> int:
        """Forget runs that ended before a moment, the oldest first; give how many."""
        found = self._ask(
            lambda: self._client.list_workflows(
                completed_before=before.isoformat(), limit=most, load_input=False, load_output=False
            )
        )
        self._ask(lambda: self._client.delete_workflows([row.workflow_id for row in found]))
        return len(found)

    @staticmethod
    def _ask(question: Callable[[], Any]) -> Any:
        with _reaching():
            return question()


def upgrade(address: Address) -> None:
    """Make or upgrade the tables, for workers that may not.

    Raises:
        Unreachable: see there.

    """
    url = sa.URL.create("postgresql+psycopg", query=dict(address.postgresql)) if address.postgresql else None
    with _reaching():
        DBOS.migrate(url.render_as_string(hide_password=False) if url else f"sqlite:///{address.file}")


def client(address: Address) -> Client:
    """The client of this process: made when first asked for, and anew after a fork.

    Raises:
        Unreachable: no worker has run on this machine yet.

    """
    if not address.postgresql and not address.file.exists():
        raise Unreachable(f"{address.file} is not there yet: no worker has run")
    return _client(address.folder, tuple(sorted(address.postgresql.items())), os.getpid())


@lru_cache(maxsize=4)
def _client(folder: Any, postgresql: tuple[tuple[str, str], ...], _: int) -> Client:
    return Client(Address(folder, dict(postgresql)))


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sa.exc.TimeoutError) as error:
        raise Unreachable(" ".join(str(error.__cause__ or error).split())) from None


class _Gate:
    """Lets steps through and counts those inside, until it is closed."""

    def __init__(self) -> None:
        self._inside = 0
        self._open = True
        self._changed = threading.Condition()

    async def enter(self) -> None:
        with self._changed:
            if self._open:
                self._inside += 1
                return
        await asyncio.Event().wait()  # the process ends before

    def leave(self) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def close(self, seconds: float) -> None:
        with self._changed:
            self._open = False
            if not self._changed.wait_for(lambda: self._inside == 0, seconds):
                log.warning(
                    "%d steps took longer than %g s after the stop: they will be done again", self._inside, seconds
                )


class _Run:
    """A run as its body sees it, see `Run`."""

    def __init__(self, gate: _Gate) -> None:
        self._gate = gate
        self.id = str(DBOS.workflow_id)

    async def step(self, name: str, action: Callable[..., Json], *given: Json, attempts: int = 1) -> Json:
        await self._gate.enter()
        try:
            options: StepOptions = {"name": name, "retries_allowed": attempts > 1, "max_attempts": max(attempts, 1)}
            return await DBOS.run_step_async(options, _apart(action), *given)
        except error.DBOSMaxStepRetriesExceeded as exceeded:
            raise exceeded.errors[-1] from None  # what went wrong, not that it did several times
        finally:
            self._gate.leave()

    async def wait(self, topic: str, seconds: float) -> Json:
        heard: Json = await DBOS.recv_async(topic, timeout_seconds=seconds)
        return heard

    async def sleep(self, seconds: float) -> None:
        await DBOS.sleep_async(seconds)


def _apart(action: Callable[..., Json]) -> Callable[..., Json]:
    """With connections to the data of its own, which do not stay with the thread."""

    def act(*given: Json) -> Json:
        close_old_connections()
        try:
            return action(*given)
        finally:
            connections.close_all()

    return act


def _register(workflow: Workflow, gate: _Gate) -> Callable[..., Awaitable[Json]]:
    # One that the clock starts gets the time, and the context of its schedule; others what they were given.
    async def body(given: Json = None, *_: Json) -> Json:
        run: Run = _Run(gate)
        return await workflow.body(run, given)

    return DBOS.workflow(name=workflow.name)(body)


def _schedule(workflows: Mapping[str, Workflow], bodies: Mapping[str, Callable[..., Any]]) -> None:
    wanted = {name: workflow for name, workflow in workflows.items() if workflow.every}
    for there in DBOS.list_schedules():
        if there["schedule_name"] not in wanted:
            DBOS.delete_schedule(there["schedule_name"])
    DBOS.apply_schedules(
        [
            {
                "schedule_name": name,
                "workflow_fn": bodies[name],
                "schedule": workflow.every or "",
                "queue_name": queue(workflow),
            }
            for name, workflow in wanted.items()
        ]
    )


def _config(tables: sa.Engine, worker: str, *, upgrade: bool) -> DBOSConfig:
    return {
        "name": APPLICATION,
        "system_database_engine": tables,
        "serializer": DBOSPortableJSONSerializer(),
        "executor_id": worker,
        "application_version": VERSION,
        "log_level": "WARNING",
        "run_migrations": upgrade,
        "max_executor_threads": _THREADS,
        "notification_listener_polling_interval_sec": _LOOK,
        "scheduler_polling_interval_sec": _SCHEDULES,
    }


def _connect(address: Address) -> sa.Engine:
    if address.postgresql:
        import psycopg

        parameters = {"options": "-c idle_in_transaction_session_timeout=60000", **address.postgresql}
        return sa.create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(**parameters),  # type: ignore[arg-type]
            pool_size=10, max_overflow=0, pool_timeout=_BUSY, pool_pre_ping=True,
        )  # fmt: skip
    made = sa.create_engine(f"sqlite:///{address.file}", pool_size=10, max_overflow=0, pool_timeout=_BUSY)
    sa.event.listen(made, "connect", _prepare)
    return made


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    with closing(connection.cursor()) as cursor:
        for pragma in _SQLITE:
            cursor.execute(f"PRAGMA {pragma}")


def _state(word: str) -> State:
    return _STATES.get(word, State.FAILED)


def _execution(row: Any) -> Execution:
    return Execution(
        id=row.workflow_id,
        workflow=row.name,
        state=_state(row.status),
        worker=row.executor_id or None,
        began_at=_moment(row.created_at),
        ended_at=_moment(row.completed_at) if row.completed_at else None,
        output=row.output,
        error=str(row.error) if row.error else None,
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
