"""Git over HTTPS, against git's own server: `git http-backend`."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from greenboard.connections import calling, collecting, configured, discovery, probing
from greenboard.connections.types import Ended, Found, Missed, Seen
from greenboard.connections.work import Look, Work
from greenboard.integrations.git.keeping import STREAM
from greenboard.outbound.addresses import Allowed
from greenboard.outbound.client import client

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
GRANTED = "Basic cmVhZGVyOnMzY3JldA=="

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *arguments: str, at: str = "2026-11-20T09:00:00Z") -> None:
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at, "GIT_CONFIG_GLOBAL": os.devnull}
    who = ("-c", "user.name=Alice", "-c", "user.email=alice@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(("git", *who, *arguments), cwd=folder, check=True, capture_output=True, env={**os.environ, **dates})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that a server shows, with a repository of two commits."""
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "--quiet")
    (work / "LICENSE").write_text("MIT License\n\nPermission is hereby granted, free of charge, to any person\n")
    git(work, "add", ".")
    git(work, "commit", "--quiet", "-m", "Begin", at="2020-01-01T00:00:00Z")
    (work / "package.json").write_text('{"name": "checkout", "dependencies": {"left": "1.0.0"}}')
    (work / "package-lock.json").write_text('{"name": "checkout", "lockfileVersion": 3, "packages": {}}')
    git(work, "add", ".")
    git(work, "commit", "--quiet", "-m", "Depend")
    shown = tmp_path / "shown"
    shown.mkdir()
    git(tmp_path, "clone", "--quiet", "--bare", str(work), str(shown / "checkout.git"))
    git(shown / "checkout.git", "config", "uploadpack.allowFilter", "true")
    return shown


@contextmanager
def server(root: Path, asked: list[str], granted: str | None = None) -> Iterator[str]:
    """`git http-backend` behind a small server; what is asked for is noted."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            asked.append(f"{self.command} {self.path}")
            if granted and self.headers.get("Authorization") != granted:
                self.send_response(401)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            said = subprocess.run(
                ["git", "http-backend"],
                input=body,
                capture_output=True,
                check=False,
                env={
                    **os.environ,
                    "GIT_PROJECT_ROOT": str(root),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                },
            ).stdout
            head, _, content = said.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{running.server_address[1]}"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def connected(*addresses: str, allowed: str = "localhost", **secrets: str):
    connection = configured.connection(discovery.found()["git"], {"repositories": list(addresses)}, secrets, name="git")
    call = calling.caller(connection, client=client(Allowed.read([allowed])), sleep=lambda _: None)
    return connection, call


def collected(
    *addresses: str, allowed: str = "localhost", work: Path | None = None, now: datetime = NOW, **secrets: str
):
    connection, call = connected(*addresses, allowed=allowed, **secrets)
    return list(collecting.collect(connection, now=now, call=call, work=work))


def facts(events) -> dict[str, object]:
    return {one.type: one.value for one in events if isinstance(one, Found)}


def test_a_repository_is_cloned_and_read(root):
    asked: list[str] = []
    with server(root, asked) as address:
        events = collected(f"{address}/checkout.git")
    assert facts(events)["license"]["exists"] is True
    assert facts(events)["dependency"][0]["manifest"] == "package.json"
    assert next(one.subject.kinds for one in events if isinstance(one, Seen)) == ("repository",)
    assert events[-1].complete["license"] is True
    assert asked[0] == "GET /checkout.git/info/refs?service=git-upload-pack"


def test_a_repository_that_stands_where_it_stood_is_not_cloned_again_that_day(root, tmp_path):
    asked: list[str] = []
    with server(root, asked) as address:
        url, work = f"{address}/checkout.git", tmp_path / "work.sqlite3"
        first = collected(url, work=work)
        asked.clear()
        second = collected(url, work=work, now=NOW + timedelta(hours=1))
        calls = len(asked)
        git(root / "checkout.git", "update-ref", "refs/heads/main", "refs/heads/main~1")
        changed = collected(url, work=work, now=NOW + timedelta(hours=2))
        asked.clear()
        later = collected(url, work=work, now=NOW + timedelta(days=1))
    assert calls == 2
    assert "GET /checkout.git/info/refs?service=git-upload-pack" in asked
    assert len(asked) > calls, "of another day it is read anew"
    assert facts(second) == facts(first)
    assert [type(one) for one in second[:-2]] == [type(one) for one in first[:-2]]
    assert second[-1].complete == first[-1].complete
    license_ = next(one for one in second if isinstance(one, Found) and one.type == "license")
    assert license_.observed_at == NOW + timedelta(hours=1)
    assert facts(changed)["history"] != facts(first)["history"]
    assert facts(later)["license"] == facts(changed)["license"]


def test_what_is_kept_of_another_form_is_read_again(root, tmp_path):
    with server(root, []) as address:
        url, work = f"{address}/checkout.git", tmp_path / "work.sqlite3"
        first = collected(url, work=work)
        with Work(work, [STREAM]) as opened:
            data = {**opened.row(STREAM, url).data, "subjects": []}
            opened.write(STREAM, [("", Look("done"), [(url, NOW.timestamp(), data)])])
        assert facts(collected(url, work=work)) == facts(first)


def test_what_it_can_tell_of_is_known_without_a_call():
    assert {"license", "readme", "dependency"} <= discovery.found()["git"].provides().keys()


@pytest.mark.slow
def test_a_server_that_cannot_leave_files_out_is_read_all_the_same(root):
    git(root / "checkout.git", "config", "uploadpack.allowFilter", "false")
    with server(root, []) as address:
        assert facts(collected(f"{address}/checkout.git"))["license"]["exists"] is True


@pytest.mark.slow
def test_history_goes_back_as_far_as_the_clone_and_no_further(root):
    with server(root, []) as address:
        history = facts(collected(f"{address}/checkout.git"))["history"]
    assert history["last_commit_at"] == datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.slow
def test_a_repository_that_nobody_touched_for_years_is_read(root):
    git(root / "checkout.git", "update-ref", "refs/heads/main", "refs/heads/main~1")
    with server(root, []) as address:
        assert facts(collected(f"{address}/checkout.git"))["license"]["exists"] is True


def test_the_token_goes_to_the_server_and_without_it_nothing_is_said(root):
    with server(root, [], granted=GRANTED) as address:
        url = f"{address}/checkout.git"
        assert "license" in facts(collected(url, user="reader", token="s3cret"))
        events = collected(url)
        connection, call = connected(url)
        probed = probing.probe(connection, now=NOW, call=call)
    assert facts(events) == {}
    missed = [one for one in events if isinstance(one, Missed)]
    assert {one.reason.fault for one in missed} == {"permission"}
    assert {one.type for one in missed} >= {"license", "history"}
    assert isinstance(events[-1], Ended)
    assert not any(events[-1].complete.values())
    assert not probed.ok


def test_an_address_that_may_not_be_called_is_not_called(root):
    asked: list[str] = []
    with server(root, asked) as address:
        events = collected(f"{address}/checkout.git", allowed="10.9.9.9")
    assert asked == []
    assert facts(events) == {}


@pytest.mark.slow
def test_an_empty_repository_and_one_that_is_not_there_say_why(root):
    git(root, "init", "--quiet", "--bare", "empty.git")
    with server(root, []) as address:
        events = collected(f"{address}/empty.git", f"{address}/none.git", f"{address}/checkout.git")
    reasons = {
        one.subject.title: one.reason.text for one in events if isinstance(one, Missed) and one.type == "license"
    }
    assert reasons == {
        "empty": "The repository has no commit.",
        "none": "The tool knows no such thing, or the token may not see it.",
    }
    assert facts(events)["license"]["exists"] is True
    assert not events[-1].complete["license"]


def test_repositories_that_the_scope_leaves_out_are_not_asked_for(root):
    asked: list[str] = []
    with server(root, asked) as address:
        connection, call = connected(f"{address}/checkout.git")
        events = list(collecting.collect(replace(connection, scope={"exclude": ["check*"]}), now=NOW, call=call))
    assert asked == []
    assert [type(one) for one in events] == [Ended]


def test_a_collection_that_is_stopped_says_so(root):
    with server(root, []) as address:
        connection, call = connected(f"{address}/checkout.git")
        events = list(collecting.collect(connection, now=NOW, call=call, stop=lambda: True))
    assert len(events) == 1
    assert events[0].reasons["repositories"].fault == "stopped"
