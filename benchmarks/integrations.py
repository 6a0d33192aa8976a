"""How fast and in how much memory a connection is collected: read, mapped, matched and stored.

    python benchmarks/integrations.py [--services 10000] [--streams 20] [--no-etag] [--peers DIR]

A vendor of our own serves 20 lists about 10,000 services from a process beside. What is measured is a whole
collection as a worker makes it, into an SQLite database of its own: each list gives a fact type. Then the same again
with nothing changed. With `--peers` dlt (into DuckDB) and airbyte-cdk (to messages, as it stores nothing) take the same
pages; they are installed into the virtual environment DIR where they are missing. Each runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from benchmarks.vendor import SIZE, serving

HERE = Path(__file__).resolve()
PEERS = {"dlt": "dlt[duckdb]", "airbyte-cdk": "airbyte-cdk"}
OPEN, SOME = "count_where({0}, &status == 'open')", "count_where({0}, &within(created_at, '30d'))"
COUNT, SHARE, NEWEST = "sum({0}[*].count)", "max({0}[*].share)", "newest({0}[*].created_at)"
JOINED: dict[str, dict[str, str]] = {
    "oncall": {
        "escalation_levels": "len({0}[].levels[])",
        "ack_timeout": "minutes({0}[0].levels[0].delay)",
        "responders": "len(distinct({0}[].levels[].targets[].id))",
    },
    "incident": {"open": OPEN, "count_30d": SOME, "last_started_at": NEWEST},
    "errors": {"unresolved": OPEN, "new_24h": SOME, "oldest_at": "oldest({0}[*].created_at)"},
    "uptime": {"checks": "len({0})", "uptime_pct_30d": SHARE, "status_page_component": "any({0}, &done)"},
    "coverage": {"line_pct": SHARE, "measured_at": NEWEST, "tool": "{0}[0].name"},
    "alerting": {"rules": COUNT, "firing": OPEN, "muted_rules": "count_where({0}, &done)"},
    "telemetry": {"monitors": "len({0})", "metrics": "any({0}, &done)", "last_log_at": NEWEST},
    "feature_flag": {"total": COUNT, "stale": OPEN, "last_changed_at": NEWEST},
    "sbom": {"components": COUNT, "created_at": NEWEST, "unlicensed": OPEN},
    "accessibility": {"critical": COUNT, "score": SHARE, "measured_at": NEWEST},
    "kubernetes": {"objects": COUNT, "quota": "any({0}, &done)", "plain_ingresses": OPEN},
    "network": {"policies": COUNT, "default_deny": "all({0}, &done)", "open_to_world": "{0}[*].name"},
}
"""Fact types of which an entity has one: made of all records of a list that name the service."""
ITEMS: dict[str, dict[str, str]] = {
    "slo": {"name": "name", "target_pct": "share", "updated_at": "created_at"},
    "deployment": {"environment": "name", "deploys_30d": "count", "last_deployed_at": "created_at"},
    "vulnerability": {"kind": "'sca'", "open_high": "count", "last_scan_at": "created_at"},
    "work_item": {"filter": "name", "open": "count", "oldest_open_at": "created_at"},
    "dashboard": {"name": "name", "panels": "count", "updated_at": "created_at"},
    "artifact": {"name": "name", "signed": "done", "published_at": "created_at"},
    "load_test": {"name": "name", "passed": "done", "finished_at": "created_at"},
}
"""Those of which it has several: each record is one."""


def facts(streams: int) -> list[dict[str, Any]]:
    """A fact type for each list beside that of the services; there are 19."""
    found: list[dict[str, Any]] = []
    for name, told in JOINED.items():
        at = f"s{len(found) + 1}"
        join = {at: {"stream": at, "by": {"id": "service.id"}, "many": True}}
        made = {field: text.format(at) for field, text in told.items()}
        found.append({"type": name, "about": "service", "join": join, "map": made})
    for name, told in ITEMS.items():
        found.append({"type": name, "about": "service", "from": f"s{len(found) + 1}", "of": "service.id", "map": told})
    return found[: streams - 1]


def manifest(url: str, streams: int, *, etag: bool) -> dict[str, Any]:
    """An integration that reads all lists and makes facts of each."""
    page = {"kind": "offset", "param": "offset", "size_param": "limit", "size": SIZE, "more": "more"}
    declared = {
        f"s{n}": {"get": f"/s{n}", "items": "items", "id": "id", "page": page, "etag": etag} for n in range(streams)
    }
    return {
        "name": "bench", "title": "Bench", "category": "on-call", "summary": "x", "api": {"url": url},
        "limits": {"all": {"rate": "100000/s", "burst": 100000, "concurrency": 4}}, "streams": declared,
        "subjects": {"service": {"stream": "s0", "title": "name", "link": "html_url", "match": [{"name": "name"}]}},
        "facts": facts(streams),
    }  # fmt: skip


def ours(url: str, services: int, streams: int, *, etag: bool) -> dict[str, Any]:
    """Two collections into a database of their own, and what each took. To be called in a new process."""
    with tempfile.TemporaryDirectory(prefix="greenboard-bench-") as place:
        folder = Path(place) / "bench"
        folder.mkdir()
        (folder / "integration.yaml").write_text(yaml.safe_dump(manifest(url, streams, etag=etag)))
        data = Path(place) / "data"
        os.environ |= {
            "GREENBOARD_DATA_DIR": str(data),
            "GREENBOARD_INTEGRATIONS": str(folder),
            "GREENBOARD_OUTBOUND_ALLOW": "127.0.0.1",
        }
        row = _connected(data, services)
        return {name: _collected(row, data) for name in ("first", "second")}


def _connected(data: Path, services: int) -> Any:
    from greenboard.project import running

    running.prepare(data, sample=False)
    from greenboard.catalog import store as catalog
    from greenboard.catalog.types import Declared, Entity
    from greenboard.connections import service
    from greenboard.connections.service import Told, Wish
    from greenboard.core import clock
    from greenboard.core.refs import Ref

    several = tuple(Entity(Ref("service", "default", f"service-{n}")) for n in range(services))
    catalog.save(Declared(several), clock.now(), cause="benchmark")
    return service.make(Wish("bench", "bench", Told({}, {})), clock.now())


def _collected(row: Any, data: Path) -> dict[str, Any]:
    """One collection, with the steps that a worker takes, one after another."""
    from greenboard.collection import running
    from greenboard.collection.jobs import collection
    from greenboard.collection.types import State
    from greenboard.facts.models import FactInterval

    # From here on: setting up ten thousand entities in the same process takes more than collecting.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    started = running.start(row, collection)
    marks = [("begin", time.perf_counter())]
    busy = time.process_time()
    assert running.begin(started.pk)
    while running.pull(started.pk):
        pass
    marks.append(("pull", time.perf_counter()))
    running.settle(started.pk)
    marks.append(("settle", time.perf_counter()))
    last: int | None = 0
    while last is not None:
        last = running.record(started.pk, last)
    running.end(started.pk)
    marks.append(("record", time.perf_counter()))
    busy = time.process_time() - busy
    started.refresh_from_db()
    assert started.state == State.DONE, started.faults or started.error
    read = sum(int(count["records"]) for count in started.streams.values())
    seconds = marks[-1][1] - marks[0][1]
    return {
        "records": read,
        "seconds": round(seconds, 1),
        "processor_seconds": round(busy, 1),
        "records_per_second": round(read / seconds),
        "parts": {name: round(at - marks[n][1], 1) for n, (name, at) in enumerate(marks[1:])},
        "facts_begun": started.outcome["facts"]["began"],
        "facts_ended": started.outcome["facts"]["ended"],
        "facts_same": started.outcome["facts"]["same"],
        "intervals": FactInterval.objects.count(),
        "peak_megabytes": _peak(),
        "database_megabytes": (data / "greenboard.sqlite3").stat().st_size // 1_048_576,
    }


def _peak() -> int:
    """The most memory that this process held since the peak was last forgotten, in megabytes; by Linux alone."""
    told = Path("/proc/self/status").read_text(encoding="ascii").split("VmHWM:")[1].split()
    return int(told[0]) // 1024


def peers(folder: Path, url: str, streams: int) -> dict[str, Any]:
    """What others take for the same pages; installed where they are missing."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PEERS.values()], check=True)
    return {
        name: _told([str(python), str(HERE.parent / "peers" / "extracting.py"), name, url, str(streams)])
        for name in PEERS
    }


def _told(command: Sequence[str]) -> dict[str, Any]:
    """The last line that a process writes."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip()[-500:]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> int:
    """Measure, and print one line of JSON."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--services", type=int, default=10_000)
    arguments.add_argument("--streams", type=int, default=20)
    arguments.add_argument("--no-etag", action="store_true")
    arguments.add_argument("--peers", type=Path, help="a virtual environment with dlt and airbyte-cdk")
    arguments.add_argument("--at", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.at:
        print(json.dumps(ours(given.at, given.services, given.streams, etag=not given.no_etag)))
        return 0
    with serving(given.services, given.streams) as url:
        command = [sys.executable, str(HERE), "--at", url, *sys.argv[1:]]
        found = {"greenboard": _told(command), **(peers(given.peers, url, given.streams) if given.peers else {})}
    print(json.dumps({"services": given.services, "streams": given.streams, "processors": os.cpu_count(), **found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
