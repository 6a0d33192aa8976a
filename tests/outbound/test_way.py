"""Calls go through the proxy that the settings name, and trust the certificates that they name."""

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from greenboard.core.errors import UserError
from greenboard.outbound import trust
from greenboard.outbound.addresses import Allowed
from greenboard.outbound.client import Forbidden, client
from greenboard.outbound.way import Proxy, Way


class Tunnel(threading.Thread):
    """A proxy for one connection, which leads every name to one place; `asked` is what it was asked."""

    def __init__(self, port: int, answer: str = "200 Connection established") -> None:
        super().__init__(daemon=True)
        self.target, self.answer, self.asked = port, answer, ""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://me:s%40crets@127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self) -> None:
        near, _ = self.socket.accept()
        self.socket.close()
        with near:
            while not self.asked.endswith("\r\n\r\n"):
                self.asked += near.recv(1).decode()
            near.sendall(f"HTTP/1.1 {self.answer}\r\nVia: test\r\n\r\n".encode())
            if self.answer.startswith("200"):
                with socket.create_connection(("127.0.0.1", self.target)) as far:
                    back = threading.Thread(target=_pass, args=(far, near), daemon=True)
                    back.start()
                    _pass(near, far)
                    back.join(60)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # whoever does not trust the other hangs up
        while part := source.recv(65_536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def server(context: ssl.SSLContext | None = None):
    """A server of this machine; its port."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as running:
        if context is not None:
            running.socket = context.wrap_socket(running.socket, server_side=True)
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield running.server_port
        finally:
            running.shutdown()
            thread.join()


def made(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate that nobody knows, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path, secret = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.TraditionalOpenSSL
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, secret)
    return path, context


def through(proxy: Tunnel, **way) -> Allowed:
    return Allowed(way=Way(Proxy.read(proxy.url), **way))


def test_a_call_goes_through_the_proxy_by_the_name_of_the_host():
    with server() as port:
        proxy = Tunnel(port)
        proxy.start()
        with client(through(proxy)) as calling:
            assert calling.get("http://tool.invalid:8080/here").text == "ok"
    assert proxy.asked.splitlines()[0] == "CONNECT tool.invalid:8080 HTTP/1.1"
    assert "Proxy-Authorization: Basic bWU6c0BjcmV0cw==" in proxy.asked


def test_what_is_named_as_allowed_is_called_directly():
    with server() as port:
        proxy = Tunnel(port)
        for allowed in (Allowed.read(["127.0.0.1"]), Allowed.read(["localhost"])):
            host = "127.0.0.1" if allowed.networks else "localhost"
            with client(replace(allowed, way=Way(Proxy.read(proxy.url)))) as calling:
                assert calling.get(f"http://{host}:{port}/").text == "ok"
    assert proxy.asked == ""


def test_what_is_inside_is_not_called_through_a_proxy_either():
    with client(through(Tunnel(1))) as calling, pytest.raises(Forbidden):
        calling.get("http://localhost:8080/")


@pytest.mark.parametrize("answer", ["403 Forbidden", "nonsense"])
def test_a_proxy_that_refuses_is_a_failed_call(answer):
    proxy = Tunnel(1, answer)
    proxy.start()
    with client(through(proxy)) as calling, pytest.raises(httpx2.ProxyError, match="refused"):
        calling.get("http://tool.invalid/")


def test_certificates_of_ones_own_are_trusted_where_they_are_named(tmp_path):
    authority, context = made(tmp_path, "tool.invalid")
    with server(context) as port:
        for trusted, good in ((None, False), (authority, True)):
            proxy = Tunnel(port)
            proxy.start()
            with client(through(proxy, trusted=trusted)) as calling:
                if good:
                    assert calling.get("https://tool.invalid/").text == "ok"
                else:
                    with pytest.raises(httpx2.ConnectError, match="certificate"):
                        calling.get("https://tool.invalid/")


@pytest.mark.parametrize("text", ["https://proxy:1", "http://proxy", "proxy:3128", "http://proxy:1/path", "http://p:x"])
def test_what_is_no_proxy_is_refused(text):
    with pytest.raises(UserError, match="not an address of a proxy"):
        Proxy.read(text)


def test_a_file_without_certificates_is_refused(tmp_path):
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing")
    for path in (empty, tmp_path / "missing.pem"):
        with pytest.raises(UserError, match="no certificates"):
            trust.read("", str(path))


def test_the_password_of_a_proxy_is_not_shown():
    assert "s@crets" not in repr(Proxy.read("http://me:s%40crets@proxy:1"))
