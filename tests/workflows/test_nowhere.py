"""Secrets are searched for wherever something is kept or shown, after a run of real processes used them: none is there."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from html import escape
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from tests.durable import conftest as durable
from tests.durable.conftest import (  # noqa: F401 - fixtures
    Installation,
    either,
    empty_database,
    empty_file,
    here,
    postgres,
    there,
)
from tests.project.installation import greenboard
from tests.workflows.conftest import Receiver, receiving

pytestmark = pytest.mark.slow
KEPT, ENTERED, MADE, TOKEN = (
    "correct-horse/battery?&staple",
    "entered-at-the-start-7",
    "made-by-the-tool-42",
    "jira-token-0815",
)
MARK = "what-may-be-seen-4711"
PAGES = 200
LIMIT = 120


class Echo(Receiver):
    """Says back all that it hears, and makes a secret of its own; at /z it refuses."""

    def reply(self, path: str) -> tuple[int, object]:
        last = self.seen[-1]
        told = {"headers": last.headers, "body": last.body, "made": MADE, "mark": MARK}
        return (400 if path.startswith("/z") else 200), told


def document(url: str) -> str:
    bearer, key, made = (f"${{{{ secrets.{name} }}}}" for name in ("token", "key", "made"))
    return f"""
name: play
title: Play
inputs: {{key: {{type: secret}}, mark: {{}}}}
secrets: {{token: A token}}
steps:
- id: call
  do: http
  with: {{url: {url}/x, method: POST, headers: {{Authorization: "Bearer {bearer}"}}, body: {{key: "{key}", mark: "${{{{ inputs.mark }}}}"}}}}
  keep: {{made: "${{{{ answer.body.made }}}}"}}
- {{id: use, do: http, with: {{url: {url}/y, method: POST, body: {{made: "{made}"}}}}}}
- {{id: tool, do: http, with: {{connection: jira, url: /rest/api/3/myself}}}}
- {{id: back, do: http, with: {{url: {url}/back, method: POST, body: {{to: "${{{{ callback.url }}}}"}}, callback: {{within: 1h}}}}}}
- {{id: fail, do: http, with: {{url: {url}/z, method: POST, text: "{bearer}"}}}}
"""


BEGIN = """
import json, re
from collections import deque
from html import unescape
from pathlib import Path
from django.test import Client
from django.test.utils import setup_test_environment
from greenboard.access.models import Person
from greenboard.collection import reaching
from greenboard.connections import service as connecting
from greenboard.connections.service import Told, Wish as Connect
from greenboard.core import clock
from greenboard.hooks import service as hooks
from greenboard.hooks.service import Wish as Hook
from greenboard.workflows import keeping, service
from greenboard.workflows.models import Run, Step
from greenboard.workflows.service import Change
setup_test_environment()
person = Person.objects.create_superuser("ada", password="a long password", email="ada@example.com")
keeping.put("token", KEPT, ["127.0.0.1"], "test", clock.now())
connecting.make(Connect("jira", "jira", Told({"url": URL}, {"email": "a@example.com", "token": TOKEN}), every=None), clock.now())
hooks.make(Hook("chat", "https://chat.example.com/greenboard", []))
service.save(Change(DOCUMENT, 0, "test"))
client = Client()
client.force_login(person)
answer = client.post("/workflows/play", {"input.key": ENTERED, "input.mark": MARK})
assert answer.status_code == 302, answer.content.decode()
refused = client.post("/workflows/play", {"input.key": ENTERED, "input.mark": ""})
dry = client.post("/workflows/play", {"input.key": ENTERED, "input.mark": MARK, "do": "dry"})
pages = {"refused": refused.content.decode(), "dry": dry.content.decode()}

def crawl(first):
    ahead, known = deque(first), set(first)
    while ahead and len(pages) < PAGES:
        url = ahead.popleft()
        answer = client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        pages[url] = body.decode(errors="replace") + repr(answer.headers)
        for found in map(unescape, re.findall(r'(?:href|hx-get|src)="(/[^"#]*)', pages[url])):
            if found not in known and not found.startswith(("/static", "/sign-out")):
                known.add(found)
                ahead.append(found)
"""
API = [path for path, told in json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())["paths"].items()
       if "get" in told and "{" not in path]  # fmt: skip


def test_no_secret_is_in_any_log_page_export_or_dump(
    either: Installation,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(durable, "HERE", Path(__file__).parent)
    either.env |= {"GREENBOARD_LOG_LEVEL": "debug", "GREENBOARD_LOG_REQUESTS": "1"}
    with receiving(Echo()) as tool:
        used(either, tool)
        sent = json.dumps([[one.headers, one.body] for one in tool.seen])
        assert all(secret in sent for secret in (KEPT, ENTERED, MADE, pair()))  # they were used
        write(either)
    told = dict(everything(either))
    shown = {Path(name).parts[0] for name, text in told.items() if MARK in text}
    assert shown >= {"pages", "export", "backup", "dump"}  # what may be seen is found by the same search
    found = [(name, form) for name, text in told.items() for form in forms() if form in text]
    assert found == []


def used(made: Installation, tool: Echo) -> None:
    """Have a run use all of them, up to where it is held, with its receiver saying them back as well."""
    names = {"KEPT": KEPT, "TOKEN": TOKEN, "ENTERED": ENTERED, "MARK": MARK, "URL": tool.url, "PAGES": PAGES}
    told = "".join(f"{name} = {value!r}\n" for name, value in {**names, "DOCUMENT": document(tool.url)}.items())
    made.ask(told + BEGIN)
    with made.working("w"):
        until = time.monotonic() + LIMIT
        while not tool.at("/back"):
            assert time.monotonic() < until, made.log()[-3000:]
            time.sleep(0.1)
        address = tool.at("/back")[0].body["to"].removeprefix("https://board.example.com")
        for state in ("progress", "success"):
            said = {"state": state, "message": f"{KEPT} and {ENTERED}", "outputs": {"echo": [MADE, MARK]}}
            made.ask(f"client.post({address!r}, {said!r}, content_type='application/json')")
        while made.ask("print(Run.objects.get().state)") != "held":
            assert time.monotonic() < until, made.log()[-3000:]
            time.sleep(0.1)


def write(made: Installation) -> None:
    """Write every page and answer, an export, a backup and a dump of the database into the folder."""
    first = ["/", "/workflow-runs/1", "/workflows", "/workflow-secrets", "/api/v1/workflow-runs/1", "/audit", *API]
    made.ask(f"crawl({first!r})\nPath({str(made.folder / 'pages.json')!r}).write_text(json.dumps(pages))")
    for command, name in (("export", "export"), ("backup", "backup.zip")):
        done = greenboard(command, made.folder / name, env=made.env)
        assert done.returncode == 0, done.stderr
        (made.folder / f"{name}.said").write_text(done.stdout + done.stderr)


def everything(made: Installation) -> Iterator[tuple[str, str]]:
    """All that was kept, by what it is and where: what is packed, opened."""
    pages = json.loads((made.folder / "pages.json").read_text())
    assert len(pages) > 100
    yield from ((f"pages/{url}", text) for url, text in pages.items())
    with zipfile.ZipFile(made.folder / "backup.zip") as archive:
        yield from ((f"backup/{name}", archive.read(name).decode(errors="replace")) for name in archive.namelist())
    for path in sorted(one for one in made.folder.rglob("*") if one.is_file() and one.name != "pages.json"):
        yield str(path.relative_to(made.folder)), path.read_bytes().decode(errors="replace")
    for name, text in dumped(made):
        packed = re.findall(r"[A-Za-z0-9+/]{24,}", text)  # as the engine keeps what it is told
        opened = [base64.b64decode(one[: len(one) // 4 * 4]).decode(errors="replace") for one in packed]
        yield f"dump/{name}", "\n".join([text, *opened])


def dumped(made: Installation) -> Iterator[tuple[str, str]]:
    """Every table of the database and of the engine's."""
    url = made.env["GREENBOARD_DATABASE_URL"]
    if not url:
        for file in made.folder.glob("*.sqlite3"):
            with closing(sqlite3.connect(file)) as database:
                yield file.name, "\n".join(database.iterdump())
        return
    with psycopg.connect(url) as database:
        named = (
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in database.execute(named).fetchall():
            with database.cursor().copy(f'COPY "{schema}"."{table}" TO STDOUT') as rows:
                yield f"{schema}.{table}", b"".join(bytes(row) for row in rows).decode(errors="replace")


def pair() -> str:
    return base64.b64encode(f"a@example.com:{TOKEN}".encode()).decode()


def forms() -> list[str]:
    """Each secret as it is, in addresses, in JSON, in hexadecimal digits, and in base64."""
    found = [pair()]
    for text in (KEPT, ENTERED, MADE, TOKEN):
        packed = base64.b64encode(text.encode()).decode().rstrip("=")
        found += [text, escape(text), quote(text, safe=""), json.dumps(text)[1:-1], packed]
        found += [text.encode().hex(), text.encode().hex().upper()]
    return found
