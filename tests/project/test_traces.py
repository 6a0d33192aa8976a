"""OpenTelemetry: off until it is asked for, then spans reach a collector by OTLP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.project.installation import ENTER, greenboard, surroundings

from greenboard.core import spans
from greenboard.core.errors import UserError
from greenboard.project.observing import traces


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A collector that keeps what it is sent."""
    kept: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kept
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.slow
def test_nothing_happens_until_it_is_asked_for() -> None:
    with spans.span("turn", marks=1) as tell:
        tell(results=2)


@pytest.mark.slow
def test_it_says_what_to_install_where_the_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(UserError, match=r"pip install 'greenboard\[otel\]'"):
        traces.start("http://127.0.0.1:1", "web")


WORK = """
from greenboard.project.observing import traces
import sys
traces.start(sys.argv[1], "worker")
enter("one"); say("one")
from greenboard.core import spans
from greenboard.facts.store import vocabulary
from greenboard.results.continuous import Continuous
from greenboard.results.live import Live
from greenboard.scorecards.store import standards
with spans.span("turn") as tell:
    Continuous(lambda: standards(vocabulary()), Live()).turn(clock.now())
    tell(marks=3)
from django.test import Client
Client().get("/sign-in", headers={"Host": "localhost"})
"""


@pytest.mark.slow
def test_spans_of_turn_evaluation_and_request_reach_the_collector(
    tmp_path: Path, collector: tuple[str, list[tuple[str, bytes]]]
) -> None:
    url, kept = collector
    env = surroundings(tmp_path)
    assert greenboard("migrate", env=env).returncode == 0
    subprocess.run([sys.executable, "-c", ENTER + WORK, url], env=env, check=True)
    assert {path for path, _ in kept} == {"/v1/traces"}
    sent = b"".join(body for _, body in kept)
    for word in (b"turn", b"evaluation", b"request", b"production-readiness", b"greenboard.route", b"/sign-in"):
        assert word in sent, word
