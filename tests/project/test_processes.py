"""Web and worker as processes of their own: they start, stop within their time, and finish what is in hand."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from tests.project.installation import greenboard, python, surroundings

MAIN = [sys.executable, "-m", "greenboard.project.main"]


@contextmanager
def process(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "start_new_session": True}
    with subprocess.Popen(command, env=env, **options) as started:  # type: ignore[call-overload]
        try:
            yield started
        finally:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def until(port: int, wanted: int = 200, path: str = "/health/ready") -> None:
    for _ in range(600):
        if answer(port, path) == wanted:
            return
        time.sleep(0.1)
    pytest.fail(f"{path} did not answer {wanted}")


@pytest.mark.slow
def test_web_serves_without_a_worker_and_stops_when_told(tmp_path: Path) -> None:
    port = free_port()
    env = surroundings(tmp_path, GREENBOARD_PORT=str(port))
    with process([*MAIN, "web"], env) as web:
        until(port)
        assert "0" in python("from greenboard.project.models import Heartbeat; print(Heartbeat.objects.count())", env)
        web.send_signal(signal.SIGTERM)
        assert web.wait(10) == 0


SLOW_URLS = """
import time
from django.http import HttpResponse
from django.urls import path
from greenboard.project.urls import *
def slow(request):
    time.sleep(2.5)
    return HttpResponse("done")
urlpatterns = [path("slow", slow), *urlpatterns]
"""
SLOW_SETTINGS = """
from greenboard.project.settings import *
ROOT_URLCONF = "slow_urls"
"""


@pytest.fixture
def slow(tmp_path: Path) -> dict[str, str]:
    """The product, with one more address that takes its time."""
    (tmp_path / "slow_urls.py").write_text(SLOW_URLS)
    (tmp_path / "slow_settings.py").write_text(SLOW_SETTINGS)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "slow_settings"}


@pytest.mark.slow
def test_a_request_in_hand_is_finished_when_it_is_told_to_stop(tmp_path: Path, slow: dict[str, str]) -> None:
    port = free_port()
    env = {**surroundings(tmp_path / "data", GREENBOARD_PORT=str(port)), **slow}
    with process([*MAIN, "web"], env) as web:
        until(port)
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(answer, port, "/slow")
            time.sleep(0.7)
            web.send_signal(signal.SIGTERM)
            assert asked.result(20) == 200
        assert web.wait(10) == 0


@pytest.mark.slow
def test_a_request_that_takes_too_long_is_ended_with_the_time(tmp_path: Path, slow: dict[str, str]) -> None:
    port = free_port()
    env = {**surroundings(tmp_path / "data", GREENBOARD_PORT=str(port), GREENBOARD_STOP_SECONDS="1"), **slow}
    (tmp_path / "slow_urls.py").write_text(SLOW_URLS.replace("2.5", "60"))
    with process([*MAIN, "web"], env) as web:
        until(port)
        Thread(target=answer, args=(port, "/slow"), daemon=True).start()
        time.sleep(0.7)
        began = time.monotonic()
        web.send_signal(signal.SIGTERM)
        web.wait(20)
        assert time.monotonic() - began < 8


@pytest.mark.slow
def test_serve_runs_both_and_leaves_neither_behind(tmp_path: Path) -> None:
    port = free_port()
    env = surroundings(tmp_path, GREENBOARD_PORT=str(port))
    count = (
        "from greenboard.project.models import Heartbeat; print(*Heartbeat.objects.values_list('worker', flat=True))"
    )
    with process([*MAIN, "serve"], env) as serve:
        until(port)
        for _ in range(100):
            if worker := python(count, env).strip():
                break
            time.sleep(0.1)
        assert worker
        serve.send_signal(signal.SIGTERM)
        assert serve.wait(20) == 0
    assert not Path(f"/proc/{worker.split(':')[1]}").exists()
    assert python(count, env).strip() == ""


LONG_TURN = """
import sys, time
from greenboard.project import working
def long(*_):
    print("in a turn", flush=True)
    time.sleep(60)
working._turn = long
sys.argv = ["greenboard", "worker"]
from greenboard.project.main import main
main()
"""


@pytest.mark.slow
def test_a_turn_that_takes_too_long_is_taken_back_with_the_time(tmp_path: Path) -> None:
    env = surroundings(tmp_path, GREENBOARD_STOP_SECONDS="1")
    code = "from greenboard.project import setup; setup.django()\n" + LONG_TURN
    greenboard("migrate", env=env)
    with process([sys.executable, "-c", code], env) as worker:
        assert worker.stdout is not None
        assert any("in a turn" in line for line in iter(worker.stdout.readline, ""))
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 75
        assert 0.9 < time.monotonic() - began < 5


@pytest.mark.slow
@pytest.mark.parametrize("command", ["web", "worker", "serve"])
def test_where_migrating_is_somebody_else_s_a_database_that_is_behind_is_refused(tmp_path: Path, command: str) -> None:
    env = surroundings(tmp_path, GREENBOARD_MIGRATE="0", GREENBOARD_PORT=str(free_port()))
    done = greenboard(command, env=env)
    assert done.returncode == 2
    assert "Run greenboard migrate first" in done.stderr


@pytest.mark.slow
def test_migrate_says_what_waits_and_applies_it_once(tmp_path: Path) -> None:
    env = surroundings(tmp_path)
    before = greenboard("migrate", "--check", env=env)
    assert (before.returncode, "catalog.0001_initial" in before.stdout) == (1, True)
    assert "Applied" in greenboard("migrate", env=env, anew=True).stdout
    assert greenboard("migrate", "--check", env=env).returncode == 0
    assert "up to date" in greenboard("migrate", env=env).stdout


@pytest.mark.slow
def test_the_first_password_may_be_given_and_is_then_nowhere_else(tmp_path: Path) -> None:
    env = surroundings(tmp_path, GREENBOARD_FIRST_PASSWORD="hunter2-hunter2")
    done = greenboard("migrate", env=env)
    assert "hunter2" not in done.stdout + done.stderr
    assert not (tmp_path / "first-password.txt").exists()
    check = "from greenboard.access.models import Person; print(Person.objects.get().check_password('hunter2-hunter2'))"
    assert python(check, env).strip() == "True"
