"""Requests of steps: where they may go, how long and large they may be, and that no secret is seen anywhere."""

from __future__ import annotations

import base64
import gzip
import logging
import socket
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from tests.workflows.conftest import go, saved, start, step

from greenboard.access.errors import Absent
from greenboard.collection import reaching
from greenboard.connections import service as connecting
from greenboard.connections.service import Told
from greenboard.connections.service import Wish as Connect
from greenboard.core import clock
from greenboard.outbound.addresses import Allowed
from greenboard.workflows import answering, keeping, service
from greenboard.workflows.answering import Said

pytestmark = pytest.mark.django_db
TEXT = "correct-horse-battery-staple/?&"


def call(url: str, more: str = "") -> str:
    return saved(f"- {{id: call, do: http, with: {{url: '{url}'{more}}}}}")


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254", "127.0.0.1", "localhost", "0.0.0.0", "10.0.0.1", "[::1]", "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]", "[fd00:ec2::254]", "[2002:a9fe:a9fe::]", "2852039166", "0xa9fea9fe", "127.1", "[fe80::1%25lo]",
        "100.100.100.200", "192.0.0.192", "[::a9fe:a9fe]", "[2001:0:a9fe:a9fe::5601:5601]", "0251.0376.0251.0376", "169.254.43518",
        "metadata.google.internal@169.254.169.254",
    ],
)  # fmt: skip
def test_addresses_that_nobody_outside_may_reach_are_refused(ada, host: str) -> None:
    run = start(call(f"https://{host}/latest/meta-data"), ada)
    assert run.state == "held"
    assert any(
        word in run.error for word in ("may not be called", "not an address", "cannot be called", "a user in it")
    ), run.error


def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(ada, settings, monkeypatch) -> None:
    settings.OUTBOUND_ALLOW = Allowed.read([])
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)
    assert (
        "rebinding.example.com is at 169.254.169.254, which may not be called"
        in start(call("https://rebinding.example.com/"), ada).error
    )


def test_a_redirect_is_not_followed(ada, receiver) -> None:
    receiver.say("/x", (302, "http://169.254.169.254/"))
    assert "sends us to another address, which is not followed" in start(call(f"{receiver.url}/x"), ada).error


def test_a_larger_answer_than_allowed_ends_the_call(ada, receiver) -> None:
    receiver.say("/x", (200, "x" * 5_000))
    assert "larger than 1,000 bytes" in start(call(f"{receiver.url}/x", ", most: 1000"), ada).error


HEAD, FOREVER = b"HTTP/1.1 200 OK\r\n", b"a" * 65_536
BOMB = b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    ("parts", "more", "said"),
    [
        ((HEAD + b"X-Long: ", b"a"), ", seconds: 0.5", "no whole answer within 0.5 seconds"),
        ((HEAD + b"\r\n", b"a"), ", seconds: 0.5", "no whole answer within 0.5 seconds"),
        ((HEAD + b"Content-Length: 100\r\n\r\n", b""), ", seconds: 0.5", "no whole answer within 0.5 seconds"),
        ((HEAD + b"\r\n", FOREVER), "", "larger than 1,000,000 bytes"),
        ((HEAD + b"Content-Length: 99999999999\r\n\r\n", FOREVER), "", "larger than 1,000,000 bytes"),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + FOREVER + b"\r\n"), "", "larger than 1,000,000 bytes"),
        ((HEAD + BOMB, b""), "", "compressed, which was not asked for"),
        ((HEAD + b"X-Long: ", FOREVER), "", "the connection failed"),
        ((b"220 mail.example.com ESMTP\r\n", b""), ", seconds: 0.5", "no whole answer within 0.5 seconds"),
    ],
    ids=["slow-head", "slow-body", "silent", "endless", "endless-length", "endless-chunks", "bomb", "endless-head", "other"],
)  # fmt: skip
def test_whatever_answers_is_bounded_in_size_and_time_and_said(ada, settings, parts, more: str, said: str) -> None:
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        threading.Thread(target=speak, args=(server, *parts), daemon=True).start()
        began = time.monotonic()
        run = start(call(f"http://127.0.0.1:{server.getsockname()[1]}/", more), ada)
        assert said in run.error
        assert time.monotonic() - began < 60


def speak(server: socket.socket, first: bytes, again: bytes) -> None:
    """Say something, then the same again and again, or nothing, without end."""
    with closing(server.accept()[0]) as peer:
        peer.recv(4_000)
        try:
            peer.sendall(first)
            while True:
                peer.sendall(again)
                time.sleep(0.05 if len(again) < 100 else 0)
        except OSError:
            pass


def test_a_header_of_several_lines_is_refused(ada) -> None:
    name = saved('- {id: call, do: http, with: {url: "https://x.example/", headers: {A: "${{ inputs.a }}"}}}',
                 "inputs: {a: {}}")  # fmt: skip
    assert "more than one line" in start(name, ada, a="x\r\nB: y").error


def secretive(receiver) -> str:
    keeping.put("token", TEXT, ["127.0.0.1"], "test", clock.now())
    head = "secrets: {token: A token}\ninputs: {key: {type: secret}}\noutputs: {all: '${{ steps.call.outputs }}'}"
    return saved(f"""
- id: call
  do: http
  with:
    url: {receiver.url}/x
    method: POST
    headers: {{Authorization: "Bearer ${{{{ secrets.token }}}}"}}
    body: {{key: "${{{{ secrets.key }}}}"}}
  keep: {{made: "${{{{ answer.body.made }}}}"}}
- {{id: use, do: http, with: {{url: {receiver.url}/y, method: POST, body: {{made: "${{{{ secrets.made }}}}"}}}}}}
- {{id: fail, do: http, with: {{url: {receiver.url}/z, method: POST, text: "${{{{ secrets.token }}}}"}}}}
""", head)  # fmt: skip


def test_secrets_are_used_and_seen_nowhere(ada, receiver, caplog, tmp_path: Path) -> None:
    """Not in a log, page, answer of the API, or any row: echoed, refused, or kept of an answer."""
    entered, made = "the-entered-secret", "made-elsewhere-secret"
    echo = {"echo": f"Bearer {TEXT}", "made": made, "list": [entered]}
    receiver.say("/x", (200, echo))
    receiver.say("/z", (400, {"sent": TEXT}))
    caplog.set_level(logging.DEBUG)
    run = start(secretive(receiver), ada, key=entered)
    assert run.state == "held"
    sent = receiver.at("/x")[0]
    assert (sent.headers["authorization"], sent.body) == (f"Bearer {TEXT}", {"key": entered})
    assert receiver.at("/y")[0].body == {"made": made}
    client = Client()
    client.force_login(ada)
    seen = [client.get(f"/workflow-runs/{run.pk}").content.decode(), client.get("/workflows/play").content.decode()]
    seen += [client.get(f"/api/v1/workflow-runs/{run.pk}").content.decode(), caplog.text, everything()]
    service.cancel(run.pk, "done looking", ada)
    go(run)
    seen.append(everything())
    for secret in (TEXT, entered, made):
        assert [number for number, text in enumerate(seen) if secret in text] == []
    assert "•••" in seen[0]
    assert "Bearer •••" in seen[0]  # what the step was given
    assert f"{receiver.url}/x" in seen[0]


def everything() -> str:
    """All rows of all tables as text, as a dump of the database has them."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_a_backup_opens_no_secret(ada, receiver) -> None:
    from django.apps import apps

    from greenboard.project.portable import reading
    from greenboard.project.portable.tables import tables

    start(secretive(receiver), ada, key="the-entered-secret")
    lines: list[bytes] = []
    names = {table.name for table in tables(apps)}
    assert {"workflows_run", "workflows_step", "workflows_version", "workflows_secret", "workflows_kept"} <= names
    for table in tables(apps):
        if table.name.startswith("workflows_"):
            reading.content(table, "default", lines.append)
    whole = b"".join(lines).decode()
    assert TEXT not in whole
    assert "the-entered-secret" not in whole


def test_no_part_of_a_secret_is_left_where_what_was_said_is_cut(ada, receiver) -> None:
    keeping.put("token", TEXT, ["127.0.0.1"], "test", clock.now())
    for length in range(470, 500, 5):
        receiver.say("/z", (400, "x" * length + TEXT))
        given = f"{{url: {receiver.url}/z, method: POST, text: '${{{{ secrets.token }}}}'}}"
        name = saved(f"- {{id: call, do: http, with: {given}}}", "secrets: {token: A token}", f"cut-{length}")
        assert TEXT[:6] not in start(name, ada).error


def test_credentials_of_a_connection_that_its_tool_says_back_are_masked(ada, receiver) -> None:
    reaching._client.cache_clear()
    told = Told({"url": receiver.url}, {"email": "a@example.com", "token": "a-token-of-jira"})
    connecting.make(Connect("jira", "jira", told, every=None), clock.now())
    pair = base64.b64encode(b"a@example.com:a-token-of-jira").decode()
    receiver.say("/echo", (200, {"basic": f"Basic {pair}", "token": ["a-token-of-jira"], "n": 7}), (400, pair))
    name = saved("- {id: call, do: http, with: {connection: jira, url: /echo}}", "entity: none")
    run = start(name, ada)
    assert receiver.at("/echo")[0].headers["authorization"] == f"Basic {pair}"
    assert step(run, "call").outputs["body"] == {"basic": "Basic •••", "token": ["•••"], "n": 7}
    assert start(name, ada).error == "Call: answered 400: •••"


def test_a_secret_is_sent_to_its_hosts_only(ada, receiver) -> None:
    keeping.put("token", TEXT, ["deploy.example.com"], "test", clock.now())
    given = f"{{url: {receiver.url}/x, headers: {{A: '${{{{ secrets.token }}}}'}}}}"
    run = start(saved(f"- {{id: call, do: http, with: {given}}}", "secrets: {token: A token}"), ada)
    assert "a secret of this step may not be sent to 127.0.0.1" in run.error
    assert receiver.seen == []


def test_secrets_of_a_run_are_forgotten_when_it_is_over(ada, receiver) -> None:
    from greenboard.workflows.models import Kept

    receiver.say("/x", (200, {"made": "made-elsewhere-secret"}))
    run = start(secretive(receiver), ada, key="the-entered-secret")
    assert run.state == "done"
    assert not Kept.objects.exists()


def waiting(receiver) -> str:
    given = f"{{url: {receiver.url}/jobs, method: POST, body: {{back: '${{{{ callback.url }}}}'}}, callback: {{within: 2h}}}}"
    return saved(f"- {{id: call, do: http, with: {given}, retry: {{attempts: 2, pause: 1m}}}}",
                 "outputs: {link: '${{ steps.call.outputs.body.link }}'}")  # fmt: skip


def test_the_receiver_answers_later_at_a_signed_address(ada, receiver) -> None:
    run = start(waiting(receiver), ada)
    assert run.state == "waiting"
    address = receiver.at("/jobs")[0].body["back"].removeprefix("https://board.example.com")
    client = Client()
    send = lambda body, at=address: client.post(at, body, content_type="application/json").status_code  # noqa: E731
    assert send({"state": "progress", "message": "half"}) == 204
    assert send({"state": "success"}, address[:-3] + "abc") == 404
    assert send({"state": "well"}) == 422
    assert send({"state": "success", "outputs": {"link": "https://x.example/1"}}) == 204
    assert send({"state": "success"}) == 204
    assert send({"state": "failure"}) == 409
    assert go(run).outputs == {"link": "https://x.example/1"}
    assert send({"state": "success"}) == 404


def test_a_failure_at_the_signed_address_is_tried_again_and_old_addresses_are_void(ada, receiver, monkeypatch) -> None:
    from tests.workflows.conftest import later

    run = start(waiting(receiver), ada)
    token = receiver.at("/jobs")[0].body["back"].rpartition("/")[2]
    answering.take(token, Said("failure", "no room"))
    assert (go(run).state, step(run, "call").error) == ("waiting", "the receiver failed: no room")
    run = later(run, monkeypatch, minutes=2)
    with pytest.raises(Absent):
        answering.take(token, Said("success"))
    assert len(receiver.at("/jobs")) == 2
    assert later(run, monkeypatch, hours=3).error == "Call: no answer within 2h"
