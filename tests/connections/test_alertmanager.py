"""The integration of Alertmanager against a real one, where it is installed (apt-get install prometheus-alertmanager)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from greenboard.connections import calling, collecting, configured, discovery, probing
from greenboard.connections.types import Ended, Found
from greenboard.core import clock
from greenboard.outbound.addresses import Allowed
from greenboard.outbound.client import client

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
CONFIG = """
route:
  receiver: nobody
  routes:
    - {receiver: shop, matchers: ['service=~"checkout|cart"']}
receivers:
  - {name: nobody}
  - {name: shop}
"""
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs Alertmanager: apt-get install prometheus-alertmanager")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("alertmanager"), _free()
    (folder / "alertmanager.yml").write_text(CONFIG)
    with subprocess.Popen(_command(folder, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def test_services_of_routes_have_no_alerts_before_there_are_any(address: str):
    assert _firing(address) == {"checkout": 0, "cart": 0}


def test_firing_rules_and_silenced_ones_are_told_apart(address: str):
    _post(
        address,
        "alerts",
        [_alert("Errors", "checkout", "1"), _alert("Errors", "checkout", "2"), _alert("Slow", "cart")],
    )
    matchers = [
        {"name": name, "value": value, "isRegex": False} for name, value in (("service", "cart"), ("alertname", "Slow"))
    ]
    now = clock.now()
    _post(address, "silences", {
        "matchers": matchers, "startsAt": clock.format_time(now), "endsAt": clock.format_time(now + timedelta(hours=1)),
        "createdBy": "ada", "comment": "moving",
    })  # fmt: skip
    facts = {one.subject.id: one.value for one in _events(address) if isinstance(one, Found)}
    assert facts == {"checkout": {"firing": 1, "muted_rules": 0}, "cart": {"firing": 1, "muted_rules": 1}}


def test_the_connection_can_be_tested(address: str):
    connection, call = _connection(address)
    probe = probing.probe(connection, now=clock.now(), call=call)
    assert probe.ok
    assert probe.account.startswith("Alertmanager ")


def _firing(address: str) -> dict[str, object]:
    events = _events(address)
    assert isinstance(events[-1], Ended)
    assert not events[-1].reasons
    return {one.subject.id: one.value["firing"] for one in events if isinstance(one, Found)}


def _events(address: str):
    connection, call = _connection(address)
    return list(collecting.collect(connection, now=clock.now(), call=call))


def _connection(address: str):
    connection = configured.connection(discovery.found()["alertmanager"], {"url": address}, {})
    return connection, calling.caller(connection, client=client(Allowed.read(["127.0.0.0/8"])))


def _alert(name: str, service: str, instance: str = "1") -> dict[str, object]:
    return {"labels": {"alertname": name, "service": service, "instance": instance}}


def _post(address: str, what: str, body: object) -> None:
    httpx2.post(f"{address}/api/v2/{what}", json=body, timeout=60).raise_for_status()


def _command(folder: Path, port: int) -> list[str]:
    assert PROGRAM is not None
    said = {"config.file": folder / "alertmanager.yml", "storage.path": folder / "data"}
    said |= {"web.listen-address": f"127.0.0.1:{port}", "cluster.listen-address": ""}
    return [PROGRAM, *(f"--{name}={value}" for name, value in said.items())]


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(address: str) -> None:
    began = time.monotonic()
    while time.monotonic() - began < 60:
        try:
            if httpx2.get(f"{address}/-/ready", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail("Alertmanager did not start in a minute")
