"""Lookout as a real server, and a proxy's worth of faults that it can be told to have."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "a-key-of-lookout"


@dataclass
class Tool:
    """What the tool has, and how it fails. `fault` is one of those that `Answering` knows, for paths that begin so."""

    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    objectives: dict[str, dict[str, Any]] = field(default_factory=dict)
    fault: str = ""
    at: str = "/"
    after: int = 0
    """So many calls of the faulty path go well first."""
    times: int = 1_000_000
    """So often the fault happens."""
    calls: list[str] = field(default_factory=list)
    url: str = ""
    slow: float = 0.0

    def service(self, key: str, name: str = "", **more: Any) -> None:
        told = {"id": key, "name": name or key, "url": f"https://lookout.example/{key}", "levels": 2, "people": 3}
        self.services[key] = {**told, **more}

    def objective(self, service: str, name: str, current: float = 99.95) -> None:
        self.objectives[f"{service}/{name}"] = {
            "id": f"{service}/{name}", "service": service, "name": name, "target": 99.9, "current": current
        }  # fmt: skip

    def fail(self, fault: str, at: str = "/", after: int = 0, times: int = 1_000_000) -> None:
        self.fault, self.at, self.after, self.times = fault, at, after, times

    def mend(self) -> None:
        self.fault = ""

    def failing(self, path: str) -> bool:
        if not self.fault or not path.startswith(self.at):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return self.times >= 0


class Answering(BaseHTTPRequestHandler):
    tool: Tool

    def do_GET(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked may be gone
            self.answer()

    def answer(self) -> None:
        self.tool.calls.append(self.path)
        if self.tool.slow:
            time.sleep(self.tool.slow)
        path, asked = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            return self.say(401, {"message": "unknown key"})
        body = self.body(path, asked)
        if self.tool.failing(self.path):
            return self.go_wrong(body)
        return self.say(404 if body is None else 200, body)

    def body(self, path: str, asked: dict[str, list[str]]) -> Any:
        _, name, *rest = path.split("/", 2)
        if rest:
            found = self.tool.services.get(rest[0])
            return {"service": found} if found else None
        several = list({"services": self.tool.services, "objectives": self.tool.objectives}[name].values())
        page, size = int(asked.get("page", ["1"])[0]), int(asked.get("size", ["50"])[0])
        return {name: several[(page - 1) * size : page * size]}

    def go_wrong(self, body: Any) -> None:
        match self.tool.fault:
            case "drop":
                self.connection.close()
            case "truncate":
                text = json.dumps(body).encode()
                self.begin(200, len(text))
                self.wfile.write(text[: len(text) // 2])
                self.close_connection = True
            case "html":
                self.begin(200, 22, "text/html")
                self.wfile.write(b"<h1>Please sign in</h1>"[:22])
            case "empty":
                self.say(200, {name: [] for name in body})
            case "half":
                self.say(200, {name: several[: len(several) // 2] for name, several in body.items()})
            case "reorder":
                self.say(200, {name: list(reversed(several)) for name, several in body.items()})
            case "limit":
                self.send_response(429)
                self.send_header("Retry-After", "1")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case "delay":
                time.sleep(0.2)
                self.say(200, body)
            case "wrong":
                self.say(200, dict.fromkeys(body, "none"))
            case status:
                self.say(int(status), {"message": "no"})

    def say(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.begin(status, len(text))
        self.wfile.write(text)

    def begin(self, status: int, length: int, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(tool: Tool) -> Iterator[Tool]:
    answering = type("Answering", (Answering,), {"tool": tool})
    with ThreadingHTTPServer(("127.0.0.1", 0), answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        tool.url = f"http://127.0.0.1:{server.server_port}"
        yield tool
        server.shutdown()
        thread.join()
