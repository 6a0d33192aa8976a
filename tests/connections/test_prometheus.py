"""Facts out of a real Prometheus, through everything."""

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from greenboard.connections import calling, collecting, configured, discovery, probing
from greenboard.connections.types import Found, Missed, Seen
from greenboard.core import clock
from greenboard.facts.vocabulary import encode
from greenboard.outbound.addresses import Allowed
from greenboard.outbound.client import client

PROGRAM = shutil.which("prometheus")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="needs Prometheus: apt-get install prometheus"),
]
PATIENCE = 60

CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: itself
    static_configs: [{{targets: ["127.0.0.1:{port}"], labels: {{service: checkout}}}}]
"""
RULES = """
groups:
  - name: checkout
    rules:
      - {alert: Always, expr: vector(1), labels: {service: checkout, severity: critical}, annotations: {runbook_url: https://x.test}}
      - {alert: Never, expr: vector(1) > 2, labels: {service: checkout, severity: warning, sloth_id: checkout-requests}}
      - {record: "slo:objective:ratio", expr: vector(0.999), labels: {sloth_id: checkout-requests, sloth_service: checkout, sloth_slo: requests}}
      - {record: "slo:time_period:days", expr: vector(30), labels: {sloth_id: checkout-requests}}
      - {record: "slo:period_error_budget_remaining:ratio", expr: vector(0.5), labels: {sloth_id: checkout-requests}}
      - {record: "slo:sli_error:ratio_rate30d", expr: vector(0.0005), labels: {sloth_id: checkout-requests}}
"""


@contextmanager
def running(folder: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "prometheus.yml").write_text(CONFIGURATION.format(port=port))
    (folder / "rules.yml").write_text(RULES)
    started = subprocess.Popen(
        [str(PROGRAM), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait(PATIENCE)


def ready(url: str) -> None:
    """Wait until it has scraped, and each rule was evaluated."""
    until = time.monotonic() + PATIENCE
    wanted = ('up{service="checkout"}', "slo:sli_error:ratio_rate30d", 'ALERTS{alertname="Always"}')
    while time.monotonic() < until:
        try:
            if all(httpx2.get(f"{url}/api/v1/query", params={"query": q}).json()["data"]["result"] for q in wanted):
                return
        except (httpx2.HTTPError, ValueError, KeyError):
            pass
        time.sleep(0.2)
    raise AssertionError("it did not get ready")


def test_a_real_prometheus_comes_to_facts(tmp_path):
    with running(tmp_path) as url:
        ready(url)
        made = configured.connection(discovery.found()["prometheus"], {"url": url}, {}, name="prometheus")
        call = calling.caller(made, client=client(Allowed.read(["127.0.0.1"])))
        events = list(collecting.collect(made, now=clock.now(), call=call))
        tried = probing.probe(made, now=clock.now(), call=call)
    facts = {one.type: encode(one.value) for one in events if isinstance(one, Found)}
    assert [one.subject.id for one in events if isinstance(one, Seen)] == ["checkout"]
    assert facts["telemetry"] == {"metrics": True, "scrape_up_pct_24h": 100.0}
    assert facts["alerting"] == {"rules": 2, "paging_rules": 1, "firing": 1, "runbook_pct": 50.0}
    [slo] = facts["slo"]
    assert (slo["name"], slo["target_pct"], slo["window"]) == ("requests", 99.9, 2_592_000.0)
    assert (slo["budget_remaining_pct"], slo["burn_alert"]) == (50.0, True)
    assert slo["current_pct"] == pytest.approx(99.95)
    assert [one for one in events if isinstance(one, Missed)] == []
    assert tried.ok
    assert tried.account.startswith("Prometheus ")


def test_what_may_not_be_called_is_not_called(tmp_path):
    made = configured.connection(discovery.found()["prometheus"], {"url": "http://127.0.0.1:9"}, {}, name="prometheus")
    call = calling.caller(made, client=client(Allowed()))
    missed = [one for one in collecting.collect(made, now=clock.now(), call=call) if isinstance(one, Missed)]
    assert {one.reason.fault for one in missed} == {"ours"}
