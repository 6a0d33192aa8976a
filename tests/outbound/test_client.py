"""The client connects to what it checked: real sockets, real names, and answers that try to lead elsewhere."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import pytest

from greenboard.outbound.addresses import Allowed
from greenboard.outbound.client import Forbidden, client

LOCAL = Allowed.read(["127.0.0.1"])


@contextmanager
def server(status: int = 200, headers: dict[str, str] | None = None) -> Iterator[tuple[str, list[str]]]:
    """A server of this machine; the paths that it was asked for."""
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}", asked
        finally:
            running.shutdown()
            thread.join()


def test_what_is_allowed_answers():
    with server() as (url, asked), client(LOCAL) as calling:
        assert calling.get(f"{url}/here").text == "ok"
    assert asked == ["/here"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_this_machine_is_not_called_under_any_name(host):
    with server() as (url, asked), client(Allowed()) as calling:
        port = url.rpartition(":")[2]
        with pytest.raises((Forbidden, httpx2.HTTPError)):
            calling.get(f"http://{host}:{port}/")
    assert asked == []


def test_a_redirect_is_not_followed():
    with server(302, {"Location": "http://169.254.169.254/latest"}) as (url, _), client(LOCAL) as calling:
        assert calling.get(url).status_code == 302


def test_a_name_is_looked_up_once_and_what_was_checked_is_called(monkeypatch):
    """DNS rebinding: the second answer for a name would lead to this machine."""
    real, answers = socket.getaddrinfo, iter(["93.184.216.34", "127.0.0.1"])
    looked: list[str] = []

    def lookup(host, port, *args, **kwargs):
        if host == "rebinding.example":
            looked.append(host)
            return real(next(answers), port, *args, **kwargs)
        return real(host, port, *args, **kwargs)

    called: list[str] = []

    def connect(address, *args, **kwargs):
        called.append(address[0])
        raise ConnectionRefusedError("nobody here")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    with client(Allowed()) as calling, pytest.raises(httpx2.ConnectError):
        calling.get("http://rebinding.example/")
    assert (looked, called) == (["rebinding.example"], ["93.184.216.34"])


def test_a_name_with_one_address_inside_is_not_called(monkeypatch):
    answer = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    with client(Allowed()) as calling, pytest.raises(Forbidden, match=r"10\.0\.0\.5"):
        calling.get("http://mixed.example/")
