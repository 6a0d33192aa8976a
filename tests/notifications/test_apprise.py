"""A service that apprise reaches: a made-up ntfy server over TLS, with faults. Nothing is lost, and no redirect followed."""

import datetime as dt
import importlib
import ipaddress
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from greenboard.core import clock
from greenboard.core.events import announce
from greenboard.notifications import sending, service
from greenboard.notifications.models import Message
from greenboard.notifications.types import State
from greenboard.outbound.addresses import Allowed

world = importlib.import_module("tests.notifications.conftest")
telling = importlib.import_module("tests.notifications.test_telling")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
]


def certificate(folder):
    """A key and a certificate that it signed itself, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ntfy.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "ntfy.pem"
    path.write_bytes(text + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def ntfy(tmp_path, settings):
    """What it heard, and the faults that it answers first: a status, or "drop"."""
    heard, faults = [], []

    class Hearing(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            fault = faults.pop(0) if faults else 200
            if fault == "drop":
                self.close_connection = True
                return
            self.send_response(fault)
            self.send_header("Location", "https://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    settings.OUTBOUND_ALLOW = Allowed.read(["localhost"])
    with ThreadingHTTPServer(("127.0.0.1", 0), Hearing) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"ntfys://localhost:{running.server_port}/ops?verify=no", heard, faults
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("fault", [None, 500, 429, 307, "drop"])
def test_what_did_not_arrive_is_sent_again_until_it_does(people, ntfy, fault):
    url, heard, faults = ntfy
    faults += [fault] if fault else []
    row = world.channel("apprise", url=url)
    service.make_route(service.Way("all", channel=row.pk))
    announce(telling.happened())
    world.deliver()
    if fault:
        told = Message.objects.get()
        assert (told.state, told.attempts) == (State.WAITING, 1)
        assert "did not take it" in told.answer
    Message.objects.filter(state=State.WAITING).update(next_at=clock.now())
    sending.send(clock.now())
    sending.send(clock.now())
    told = Message.objects.get()
    assert (told.state, told.attempts) == (State.DONE, 2 if fault else 1)
    assert len(heard) == told.attempts
    assert {one["topic"] for one in heard} == {"ops"}
    assert "checkout" in heard[-1]["title"] + heard[-1]["message"]
    assert len({one["message"] for one in heard}) == 1
