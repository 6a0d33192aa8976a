"""How fast and in how much memory a connection is read: a local vendor with many services and twenty lists about them.

    python benchmarks/integrations.py --services 10000 --streams 20 [--no-etag]

The vendor is a process of its own that has its pages ready. Measured is what `connections` does: calls, keeping,
joining and mapping to normalised facts; storing them is `collection`'s. A second run with the same work file is
measured as well. If dlt is installed, it extracts the same pages into files in a third run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

SIZE = 100


def records(stream: int, services: int) -> list[dict[str, Any]]:
    """What a stream lists: the services themselves, or something about each of them."""
    if stream == 0:
        return [
            {"id": f"S{n}", "name": f"service-{n}", "html_url": f"https://acme.test/{n}", "noise": "x" * 400}
            for n in range(services)
        ]
    return [
        {
            "id": f"{stream}-{n}",
            "service": {"id": f"S{n}"},
            "status": ("open", "closed")[n % 2],
            "created_at": f"2026-11-{n % 20 + 1:02d}T10:00:00Z",
            "levels": [{"delay": n % 30, "targets": [{"id": f"U{n % 97}"}]}],
            "noise": "x" * 400,
        }
        for n in range(services)
    ]


def vendor(services: int, streams: int, told: Any) -> None:
    """Serve the pages; every answer with an ETag."""
    pages: dict[str, bytes] = {}
    for stream in range(streams):
        several = records(stream, services)
        for at in range(0, max(services, 1), SIZE):
            body = {"items": several[at : at + SIZE], "more": at + SIZE < services}
            pages[f"/s{stream}?{at}"] = json.dumps(body).encode()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            key = f"{parts.path}?{parse_qs(parts.query).get('offset', ['0'])[0]}"
            if self.headers.get("If-None-Match") == f'"{key}"':
                self.send_response(304)
                self.end_headers()
                return
            body = pages[key]
            self.send_response(200)
            self.send_header("ETag", f'"{key}"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    told.send(server.server_port)
    server.serve_forever()


def manifest(url: str, streams: int, *, etag: bool) -> dict[str, Any]:
    """An integration that reads all streams and makes a fact of each."""
    page = {"kind": "offset", "param": "offset", "size_param": "limit", "size": SIZE, "more": "more"}
    declared = {f"s{n}": {"get": f"/s{n}", "items": "items", "page": page, "etag": etag} for n in range(streams)}
    joins = {f"j{n}": {"stream": f"s{n}", "by": {"id": "service.id"}, "many": True} for n in range(1, streams)}
    facts = [
        {
            "type": "oncall" if n % 2 else "incident",
            "about": "service",
            "join": {name: join},
            "map": {
                "escalation_levels": f"len({name}[].levels[])",
                "ack_timeout": f"minutes({name}[0].levels[0].delay)",
                "responders": f"len(distinct({name}[].levels[].targets[].id))",
            }
            if n % 2
            else {
                "open": f"count_where({name}, &status == 'open')",
                "count_30d": f"count_where({name}, &within(created_at, '30d'))",
                "last_started_at": f"newest({name}[].created_at)",
            },
        }
        for n, (name, join) in enumerate(joins.items())
    ]
    return {
        "name": "bench", "title": "Bench", "category": "on-call", "summary": "x", "api": {"url": url},
        "limits": {"all": {"rate": "100000/s", "burst": 100000, "concurrency": 4}}, "streams": declared,
        "subjects": {"service": {"stream": "s0", "title": "name", "link": "html_url", "match": [{"name": "name"}]}},
        "facts": facts,
    }  # fmt: skip


def run(folder: Path, work: Path, moment: int) -> tuple[float, int, int]:
    """One collection: seconds, records, facts."""
    from datetime import UTC, datetime, timedelta

    from greenboard.connections import calling, collecting, configured
    from greenboard.connections.integration import load
    from greenboard.connections.types import Ended, Found
    from greenboard.facts import vocabulary
    from greenboard.outbound.addresses import Allowed
    from greenboard.outbound.client import client

    connection = configured.connection(load(folder, vocabulary.load()), {}, {}, name="bench")
    call = calling.caller(connection, client=client(Allowed.read(["127.0.0.1"])))
    now = datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(hours=moment)
    began, facts, read = time.perf_counter(), 0, 0
    for event in collecting.collect(connection, now=now, call=call, work=work):
        facts += isinstance(event, Found)
        if isinstance(event, Ended):
            read = sum(one.records for one in event.streams.values())
            assert all(event.complete.values()), event.reasons
    return time.perf_counter() - began, read, facts


def dlt_run(url: str, streams: int) -> None:
    """The same pages by dlt, into files."""
    try:
        import dlt
        from dlt.sources.rest_api import rest_api_source
    except ImportError:
        print("dlt: not installed")
        return
    pager = {"type": "offset", "limit": SIZE, "total_path": None, "maximum_offset": 10**9, "has_more_path": "more"}
    resources = [
        {"name": f"s{n}", "endpoint": {"path": f"/s{n}", "data_selector": "items", "paginator": pager}}
        for n in range(streams)
    ]
    source = rest_api_source({"client": {"base_url": url}, "resources": resources})
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline("bench", destination=dlt.destinations.filesystem(f"file://{folder}"), dataset_name="b")
        began = time.perf_counter()
        pipeline.run(source)
        print(f"dlt, to files: {time.perf_counter() - began:.1f} s")


def main() -> int:
    """Measure, and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--services", type=int, default=10_000)
    arguments.add_argument("--streams", type=int, default=20)
    arguments.add_argument("--no-etag", action="store_true")
    given = arguments.parse_args()
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    serving = multiprocessing.get_context("spawn").Process(
        target=vendor, args=(given.services, given.streams, theirs), daemon=True
    )
    serving.start()
    url = f"http://127.0.0.1:{ours.recv()}"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "bench"
        folder.mkdir()
        declared = manifest(url, given.streams, etag=not given.no_etag)
        (folder / "integration.yaml").write_text(yaml.safe_dump(declared))
        work = Path(place) / "work.sqlite3"
        print(f"{given.services} services, {given.streams} streams, {os.cpu_count()} processors")
        for moment, name in enumerate(("first", "second, nothing changed")):
            before = time.process_time()
            seconds, read, facts = run(folder, work, moment)
            busy = time.process_time() - before
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            rate = read / seconds
            told = f"{seconds:.1f} s ({busy:.1f} s of a processor): {rate:,.0f} records/s, peak {peak} MB"
            print(f"{name}: {read} records, {facts} facts in {told}")
        print(f"work file: {work.stat().st_size // 1_048_576} MB")
    dlt_run(url, given.streams)
    serving.terminate()
    return 0


if __name__ == "__main__":
    sys.exit(main())
