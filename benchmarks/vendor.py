"""A vendor of our own for measurements: lists about many services, page by page, ready before anybody asks."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SIZE = 100
STARTS = 30.0
NOTHING = b'{"items": [], "more": false}'
"""Beyond the last page, which some ask for."""


def records(stream: int, services: int) -> Iterator[dict[str, Any]]:
    """What a stream lists: the services themselves, or something about each of them."""
    for n in range(services):
        if stream == 0:
            told = {"id": f"S{n}", "name": f"service-{n}", "html_url": f"https://acme.test/{n}"}
        else:
            told = {
                "id": f"{stream}-{n}",
                "service": {"id": f"S{n}"},
                "name": f"thing-{n % 50}",
                "status": ("open", "closed")[n % 2],
                "count": n % 30,
                "share": n % 100 + 0.5,
                "done": n % 3 == 0,
                "created_at": f"2026-11-{n % 20 + 1:02d}T10:00:00Z",
                "levels": [{"delay": n % 30, "targets": [{"id": f"U{n % 97}"}]}],
            }
        yield {**told, "noise": "x" * 400}


def pages(services: int, streams: int) -> dict[str, bytes]:
    """Every answer by path and offset."""
    made: dict[str, bytes] = {}
    for stream in range(streams):
        several = list(records(stream, services))
        for at in range(0, max(services, 1), SIZE):
            body = {"items": several[at : at + SIZE], "more": at + SIZE < services}
            made[f"/s{stream}?{at}"] = json.dumps(body).encode()
    return made


def _serve(services: int, streams: int, told: Any) -> None:
    ready = pages(services, streams)

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave in one packet: else the body waits 40 ms for the acknowledgement of the head.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            key = f"{parts.path}?{parse_qs(parts.query).get('offset', ['0'])[0]}"
            known = self.headers.get("If-None-Match") == f'"{key}"'
            body = b"" if known else ready.get(key, NOTHING)
            self.send_response(304 if known else 200)
            self.send_header("ETag", f'"{key}"')
            if not known:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    told.send(server.server_port)
    server.serve_forever()


@contextmanager
def serving(services: int, streams: int) -> Iterator[str]:
    """The address of a vendor in a process of its own; every answer has an ETag."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(services, streams, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join(STARTS)
