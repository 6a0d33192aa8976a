"""PostgreSQL is stopped and started under load: everybody goes on by themselves, and nothing is lost or taken for dead."""

from __future__ import annotations

import importlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.durable.conftest import Installation, installation, migrate

postgresql = importlib.import_module("tools.with_postgres")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Installation, object]]:
    """An installation with a server of its own."""
    if postgresql.binaries() is None:
        pytest.skip("PostgreSQL is not installed here: no initdb and postgres")
    with postgresql.running(durable=True) as server:
        migrate(tmp_path, server.url)
        with installation(tmp_path, server.url) as made:
            yield made, server


@pytest.mark.slow
def test_work_goes_on_after_the_database_was_stopped_and_started(own: tuple[Installation, object]) -> None:
    installed, server = own
    with installed.working("one") as one, installed.working("two") as two:
        held = installed.wish("three", count=4)
        installed.until(*((run, "two") for run in held))
        quick = installed.wish("quick", count=60)
        server.stop(signal.SIGQUIT)  # type: ignore[attr-defined]
        time.sleep(3)
        server.start()  # type: ignore[attr-defined]
        installed.go()
        later = installed.wish("quick", count=5)
        installed.until(*((run, "three") for run in held), *((run, "quick") for run in [*quick, *later]), limit=120)
        time.sleep(5)
        assert (one.poll(), two.poll()) == (None, None)
    for run in held:
        assert installed.of(run) == ["one", "two", "three"]
    assert "took over" not in installed.log()
