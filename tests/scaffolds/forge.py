"""A made-up forge: the calls of GitHub's API that scaffolds make, and `git http-backend` for its repositories."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

TOKEN = "forge-token-that-nobody-may-see"
WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main")


def git(folder: Path, *arguments: str) -> str:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(("git", *WHO, *arguments), cwd=folder, check=True, capture_output=True, env=env)
    return done.stdout.decode().strip()


@dataclass
class Forge:
    """Its repositories are bare ones below `root`. `down` answers 503 so many times to calls that change something."""

    api: ClassVar[str] = "/api/v3"
    root: Path
    port: int = 0
    seen: list[str] = field(default_factory=list)
    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    down: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def known(self, headers: Any) -> bool:
        """Whether a call of the API brings the token, where this forge looks for it."""
        return bool(headers.get("Authorization", "") == f"Bearer {TOKEN}")

    def bare(self, name: str) -> Path:
        return self.root / f"{name}.git"

    def make(self, name: str, files: dict[str, str] | None = None) -> Path:
        """A repository with a first commit of these files, or with none at all."""
        bare = self.bare(name)
        bare.mkdir(parents=True)
        git(bare, "init", "--quiet", "--bare")
        for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant", "http.receivepack"):
            git(bare, "config", key, "true")
        if files is not None:
            self.commit(name, files, "Begin")
        return bare

    def commit(self, name: str, files: dict[str, str], message: str = "Change", branch: str = "main") -> None:
        work = self.root / f"{name}.work"
        if not work.exists():
            git(self.root, "clone", "--quiet", str(self.bare(name)), str(work))
        git(work, "fetch", "--quiet")
        git(work, "checkout", "--quiet", "-B", branch)
        if git(self.bare(name), "branch", "--list", branch):
            git(work, "reset", "--quiet", "--hard", f"origin/{branch}")
        for path, text in files.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_text(text)
        git(work, "add", ".")
        git(work, "commit", "--quiet", "-m", message)
        git(work, "push", "--quiet", "origin", branch)

    def files(self, name: str, branch: str = "main") -> list[str]:
        return git(self.bare(name), "ls-tree", "-r", "--name-only", branch).splitlines()

    def read(self, name: str, path: str, branch: str = "main") -> str:
        return git(self.bare(name), "show", f"{branch}:{path}")

    def merge(self, name: str, number: int) -> None:
        """Merge a pull request, as somebody would."""
        pull = self.pulls[name][number - 1]
        git(self.bare(name), "update-ref", "refs/heads/main", f"refs/heads/{pull['head']['ref']}")
        pull |= {"state": "closed", "merged_at": "2026-11-26T10:00:00Z"}

    def answer(self, method: str, path: str, given: Any) -> tuple[int, Any]:
        path, _, query = path.partition("?")
        if method != "GET" and self.down:
            self.down -= 1
            return 503, {"message": "We are down."}
        if method == "POST" and (found := re.fullmatch(r"/orgs/(\w+)/repos", path)):
            return self._create(f"{found[1]}/{given['name']}", given)
        found = re.fullmatch(r"/repos/(\w+/[\w.-]+)(/pulls)?(?:/(\d+))?", path)
        if found is None or not self.bare(found[1]).exists():
            return 404, {"message": "Not Found"}
        if not found[2]:
            return 200, self._shown(found[1])
        several = self.pulls.setdefault(found[1], [])
        if method == "POST":
            return self._open(found[1], given)
        if found[3]:
            return 200, several[int(found[3]) - 1]
        return 200, [one for one in several if one["head"]["ref"] in unquote(query)]

    def _create(self, name: str, given: dict[str, Any]) -> tuple[int, Any]:
        if self.bare(name).exists():
            return 422, {"message": "name already exists on this account"}
        self.make(name)
        self.about[name] = given["description"]
        return 201, self._shown(name)

    def _shown(self, name: str) -> dict[str, Any]:
        return {"html_url": f"{self.url}/{name}", "clone_url": f"{self.url}/{name}.git", "default_branch": "main",
                "description": self.about.get(name, "")}  # fmt: skip

    def _open(self, name: str, given: dict[str, Any]) -> tuple[int, Any]:
        if not git(self.bare(name), "branch", "--list", given["head"]):
            return 422, {"message": "head is invalid"}
        several = self.pulls[name]
        number = len(several) + 1
        told = {"number": number, "html_url": f"{self.url}/{name}/pull/{number}", "state": "open", "merged_at": None,
                "head": {"ref": given["head"]}, "title": given["title"], "body": given["body"]}  # fmt: skip
        several.append(told)
        return 201, told

    def backend(self, method: str, path: str, headers: Any, body: bytes) -> bytes:
        place, _, query = path.partition("?")
        surroundings = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "somebody",
            "PATH_INFO": place,
            "QUERY_STRING": query,
            "REQUEST_METHOD": method,
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, check=False, env=surroundings)
        return done.stdout


def handler(forge: Forge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            forge.seen.append(f"{self.command} {self.path}")
            said = self.headers.get("Authorization", "")
            pair = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
            if self.path.startswith(f"{forge.api}/"):
                given = json.loads(body) if body else None
                path = self.path.removeprefix(forge.api)
                status, told = forge.answer(self.command, path, given) if forge.known(self.headers) else (401, {})
                self.say(status, {"Content-Type": "application/json"}, json.dumps(told).encode())
            elif self.path.startswith("/open/") or said == f"Basic {pair}":
                head, _, content = forge.backend(self.command, self.path, self.headers, body).partition(b"\r\n\r\n")
                fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
                self.say(int(fields.pop("Status", "200").split()[0]), fields, content)
            else:
                self.say(401, {}, b"")

        do_POST = do_GET

        def say(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    return Handler


@contextmanager
def serving(root: Path, port: int = 0, kind: type[Forge] = Forge) -> Iterator[Forge]:
    forge = kind(root)
    with ThreadingHTTPServer(("127.0.0.1", port), handler(forge)) as server:
        forge.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield forge
        server.shutdown()


SERVICE = {
    "demo-service/scaffold.yaml": """\
name: demo-service
title: Demo service
description: A small service.
makes: project
version: 1.0.0
entity: {kind: service}
tasks: [{title: Write a runbook, rule: ops-1-runbook}]
""",
    "demo-service/copier.yml": """\
_subdirectory: template
name:
  type: str
  help: What it is called
  validator: "{% if not name %}a name is needed{% endif %}"
owner:
  type: str
  default: shop
tier:
  type: int
  default: 2
  choices: [1, 2, 3]
cache:
  type: bool
  default: false
cache_size:
  type: int
  default: 10
  when: "{{ cache }}"
key:
  type: str
  secret: true
  default: ""
""",
    "demo-service/template/greenboard.yaml.jinja": "kind: service\nname: {{ name }}\nowner: {{ owner }}\ntier: {{ tier }}\n",
    "demo-service/template/README.md.jinja": "# {{ name }}\n\nFirst.\n\nSecond.\n\nThird.\n\nFourth.\n",
    "demo-service/template/src/main.py": "print('hello')\n",
}
RUNBOOK = {
    "demo-runbook/scaffold.yaml": """\
name: demo-runbook
title: Demo runbook
description: What to do at night.
makes: part
version: 1.0.0
fixes: [ops-1-runbook]
""",
    "demo-runbook/copier.yml": """\
_subdirectory: template
service:
  type: str
  help: Which service it is for
""",
    "demo-runbook/template/docs/runbook.md.jinja": "# Runbook of {{ service }}\n",
}
