"""Facts out of a real Buildbot: a master with a worker in its own process, and one build."""

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from greenboard.connections import calling, collecting, configured, discovery, probing
from greenboard.connections.types import Found
from greenboard.core import clock
from greenboard.facts.vocabulary import encode
from greenboard.outbound.addresses import Allowed
from greenboard.outbound.client import client

PROGRAM = shutil.which("buildbot")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None,
        reason="needs Buildbot: pip install buildbot buildbot-worker buildbot-www; its folder of programs has to be in PATH",
    ),
]
PATIENCE = 60
CONFIGURATION = """
from buildbot.plugins import schedulers, steps, util, worker
c = BuildmasterConfig = {{}}
c["workers"] = [worker.LocalWorker("here")]
c["protocols"] = {{"null": {{}}}}
c["buildbotNetUsageData"] = None
c["schedulers"] = [schedulers.ForceScheduler(name="force", builderNames=["checkout", "never"])]
c["builders"] = [
    util.BuilderConfig(name="checkout", workernames=["here"], tags=["repository:checkout"],
                       factory=util.BuildFactory([steps.ShellCommand(command=["true"])])),
    util.BuilderConfig(name="never", workernames=["here"], factory=util.BuildFactory()),
]
c["buildbotURL"] = "http://127.0.0.1:{port}/"
c["www"] = dict(port="tcp:{port}:interface=127.0.0.1", plugins={{}})
c["db"] = {{"db_url": "sqlite:///state.sqlite"}}
"""


@contextmanager
def running(folder: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    master = folder / "master"
    subprocess.run([str(PROGRAM), "create-master", str(master)], check=True, capture_output=True, timeout=PATIENCE)
    (master / "master.cfg").write_text(CONFIGURATION.format(port=port))
    started = subprocess.Popen(
        [str(PROGRAM), "start", "--nodaemon", str(master)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait(PATIENCE)


def until(said) -> None:
    """Wait until something holds; while the master starts it answers nothing."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if said():
                return
        except (httpx2.HTTPError, ValueError, KeyError):
            pass
        time.sleep(0.2)
    raise AssertionError("it did not get ready")


def test_a_real_buildbot_comes_to_facts(tmp_path):
    with running(tmp_path) as url:
        until(lambda: len(httpx2.get(f"{url}/api/v2/builders").json()["builders"]) == 2)
        force = {"jsonrpc": "2.0", "method": "force", "id": 1, "params": {"builderNames": ["checkout"]}}
        until(lambda: "result" in httpx2.post(f"{url}/api/v2/forceschedulers/force", json=force).json())
        until(lambda: httpx2.get(f"{url}/api/v2/builds", params={"complete": "true"}).json()["builds"])
        connection = configured.connection(discovery.found()["buildbot"], {"url": url}, {})
        call = calling.caller(connection, client=client(Allowed.read(["127.0.0.1"])))
        tried = probing.probe(connection, now=clock.now(), call=call)
        events = list(collecting.collect(connection, now=clock.now(), call=call))
    assert tried.ok
    facts = {one.subject.title: encode(one.value) for one in events if isinstance(one, Found)}
    checkout = facts["checkout"]
    assert (checkout["runs_30d"], checkout["last_run_status"], checkout["success_pct_30d"]) == (1, "success", 100.0)
    assert checkout["duration_p50"] >= 0
    assert facts["never"] == {"configured": True, "runs_30d": 0}
