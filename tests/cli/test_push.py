"""`greenboard push`: the real command against a server that answers as it likes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from greenboard.cli.remote import pipeline

COMMAND = Path(sys.executable).with_name("greenboard")
TAKEN = {
    "at": "2026-11-23T09:00:00Z",
    "entities": {"created": 0, "changed": 0, "unchanged": 0},
    "relations": {"begun": 0, "ended": 0},
    "facts": {"began": 1, "ended": 0, "same": 2},
}


class Server:
    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, object]]] = [(200, TAKEN)]
        self.got: list[tuple[str, dict[str, str], object]] = []
        self.url = ""


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            body = json.loads(raw) if self.headers["Content-Type"] == "application/json" else raw.decode()
            told.got.append((self.path, dict(self.headers), body))
            status, answer = told.answers.pop(0) if len(told.answers) > 1 else told.answers[0]
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        told.url = f"http://127.0.0.1:{running.server_port}"
        yield told
        running.shutdown()
        thread.join()


def push(url: str, text: str, *options: str, token: str = "gb_x") -> subprocess.CompletedProcess[str]:
    import os

    kept = {key: value for key, value in os.environ.items() if not key.startswith("GREENBOARD_")}
    given = {**kept, "GREENBOARD_URL": url, **({"GREENBOARD_TOKEN": token} if token else {})}
    command = [COMMAND, "push", "-", *options]
    return subprocess.run(command, input=text, env=given, capture_output=True, text=True, check=False, timeout=60)


def test_facts_are_sent_with_token_and_key(server: Server) -> None:
    done = push(server.url, '[{"entity": "service:default/a"}]', "--key", "build-1")
    assert (done.returncode, done.stdout) == (0, "1 new, 0 ended, 2 as before\n"), done.stderr
    ((path, headers, body),) = server.got
    assert (path, body) == ("/api/v1/facts", {"facts": [{"entity": "service:default/a"}]})
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer gb_x", "build-1")


def test_entities_go_along_in_bulk(server: Server) -> None:
    assert push(server.url, '{"entities": [], "facts": []}').returncode == 0
    assert server.got[0][0] == "/api/v1/bulk"


def test_it_is_tried_again_with_the_same_key_until_the_server_answers(server: Server) -> None:
    server.answers = [(503, {}), (200, TAKEN)]
    done = push(server.url, "[]")
    assert done.returncode == 0
    assert "503" in done.stderr
    first, second = (headers["Idempotency-Key"] for _, headers, _ in server.got)
    assert first == second


def test_what_is_refused_is_told_by_its_place(server: Server) -> None:
    mistakes = [
        {
            "where": "facts",
            "pointer": "/facts/0/value",
            "message": "no field 'line_pc'",
            "hint": "Did you mean 'line_pct'?",
        },
        {"where": "facts", "pointer": "/facts/3/entity", "message": "no entity"},
    ]
    server.answers = [(400, {"status": 400, "detail": "2 mistakes", "errors": mistakes})]
    done = push(server.url, "[]")
    assert done.returncode == 2
    assert "/facts/0/value: no field 'line_pc'. Did you mean 'line_pct'?" in done.stderr
    assert "/facts/3/entity: no entity" in done.stderr
    assert len(server.got) == 1


@pytest.mark.parametrize(
    ("text", "said"), [("{", "not JSON"), ("3", "a list"), ('{"fact": []}', "a list"), ("[" * 100_000, "too deeply")]
)
def test_what_is_no_list_of_facts_is_not_sent(server: Server, text: str, said: str) -> None:
    done = push(server.url, text)
    assert done.returncode == 2
    assert said in done.stderr
    assert server.got == []


def test_without_a_token_or_an_address_nothing_is_sent(server: Server) -> None:
    assert "GREENBOARD_TOKEN" in push(server.url, "[]", token="").stderr
    assert "GREENBOARD_URL" in push("ready.example.com", "[]").stderr
    assert server.got == []


READ = {**TAKEN, "reports": [{"name": "junit.xml", "format": "junit", "title": "JUnit (XML)"}], "types": ["test_suite"]}


def report(url: str, folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command on the files of a folder, in a pipeline that has these variables."""
    import os

    kept = {key: value for key, value in os.environ.items() if not re.match("GREENBOARD_|GITHUB_|CI_|BUILD", key)}
    given = {**kept, "GREENBOARD_URL": url, "GREENBOARD_TOKEN": "gb_x", **variables}
    command = [COMMAND, "push", *options]
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=60)


def test_reports_are_sent_with_what_the_pipeline_says_of_itself(server: Server, tmp_path: Path) -> None:
    server.answers = [(200, READ)]
    (tmp_path / "build").mkdir()
    (tmp_path / "build/junit.xml").write_text("<testsuite/>")
    pipeline = {"CI_COMMIT_SHA": "4f0c1d2e", "CI_JOB_URL": "https://ci.example.com/4711"}
    done = report(server.url, tmp_path, "--entity", "service:checkout", "build/junit.xml", **pipeline)
    assert (done.returncode, done.stdout) == (
        0,
        "junit.xml: JUnit (XML)\ntest_suite: 1 new, 0 ended, 2 as before\n",
    ), done.stderr
    ((path, headers, body),) = server.got
    address, _, query = path.partition("?")
    assert address == "/api/v1/reports"
    assert dict(parse_qsl(query)) == {
        "entity": "service:default/checkout",
        "commit": "4f0c1d2e",
        "link": "https://ci.example.com/4711",
    }
    assert headers["Content-Type"].startswith("multipart/form-data")
    assert 'name="build/junit.xml"' in str(body)
    assert "<testsuite/>" in str(body)


def test_a_refused_report_is_told_by_its_line(server: Server, tmp_path: Path) -> None:
    mistake = {"where": "junit.xml", "line": 2, "column": 5, "message": "not whole XML"}
    server.answers = [(400, {"status": 400, "detail": "", "errors": [mistake]})]
    (tmp_path / "junit.xml").write_text("<testsuite>")
    done = report(server.url, tmp_path, "--entity", "service:default/checkout", "junit.xml")
    assert done.returncode == 2
    assert "junit.xml:2:5: not whole XML" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["junit.xml", "other.xml"], "--entity"),
        (["junit.xml", "--format", "junit"], "--entity"),
        (["junit.xml"], "A report needs --entity"),
        (["--entity", "checkout", "junit.xml"], "a reference without a kind"),
        (["--entity", "service:checkout", "nothing.xml"], "cannot be read"),
    ],
)
def test_reports_of_nobody_are_not_sent(server: Server, tmp_path: Path, options: list[str], said: str) -> None:
    (tmp_path / "junit.xml").write_text("<testsuite/>")
    done = report(server.url, tmp_path, *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert server.got == []


def test_the_page_of_a_run_is_told_by_each_pipeline() -> None:
    github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_RUN_ID": "7"}
    assert pipeline.run(github) == "https://github.com/acme/shop/actions/runs/7"
    assert pipeline.run({"BUILD_URL": "https://jenkins.example.com/job/shop/7/"}).endswith("/job/shop/7/")
    assert pipeline.run({"GITHUB_RUN_ID": "7"}) == ""
    assert pipeline.commit({"GIT_COMMIT": "4f0c1d2e"}) == "4f0c1d2e"
    assert pipeline.commit({"GIT_COMMIT": "main"}) == ""
