"""A small company whose people can be told, and tools of others that hear, with faults."""

import json
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from greenboard.access.models import Grant, Membership, Person, Role
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.notifications import calling, sending, service, spreading, turning, writing
from greenboard.notifications.models import Channel
from greenboard.outbound.addresses import Allowed

PAYMENTS, SEARCH = Ref("team", "default", "payments"), Ref("team", "default", "finders")
CHECKOUT, LEDGER, FINDER = (Ref("service", "default", name) for name in ("checkout", "ledger", "finder"))


@pytest.fixture
def people(db):
    """Ada is in payments, which owns checkout and ledger; Bob in finders, which owns finder; Mia maintains."""
    entities = [Entity(one, tags=("pci",) if one == CHECKOUT else ()) for one in (CHECKOUT, LEDGER, FINDER)]
    owns = [(PAYMENTS, CHECKOUT), (PAYMENTS, LEDGER), (SEARCH, FINDER)]
    relations = [Relation(RelationKind.OWNS, team, one) for team, one in owns]
    declared = Declared((Entity(PAYMENTS), Entity(SEARCH), *entities), tuple(relations))
    catalog.save(declared, clock.now() - timedelta(hours=1), cause="test")
    found = {}
    for name, team in (("ada", PAYMENTS), ("bob", SEARCH), ("mia", None)):
        person = Person.objects.create_user(name, email=f"{name}@shop.example", password="a long password")
        if team:
            Membership.objects.create(person=person, team=str(team), since=clock.now())
        found[name] = person
    Grant.objects.create(role=Role.objects.get(name="maintainer"), person=found["mia"], created_at=clock.now())
    return found


def tell(now=None):
    """What workers do in a moment, but for sending."""
    moment = now or clock.now()
    while turning.read() + spreading.spread(moment) + writing.write(moment):
        pass


def deliver(now=None):
    """What workers do in a moment, with sending."""
    moment = now or clock.now()
    tell(moment)
    sending.send(moment)


@dataclass
class Box:
    """A real server for mail: what it took, and what it answers instead of taking."""

    controller: Controller | None = None
    mails: list = field(default_factory=list)
    refuse: list = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):
        answer = self.refuse.pop(0) if self.refuse else ""
        if not answer or answer.startswith("taken"):
            self.mails.append(envelope)
        if answer.endswith("drop"):
            server.transport.abort()
        return answer if answer[:1].isdigit() else "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture(scope="session")
def server():
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    box.controller = Controller(box, hostname="127.0.0.1", port=port)
    box.controller.start()
    yield box
    box.controller.stop()


@pytest.fixture
def mail(server, settings):
    """The installation sends by this server."""
    server.mails.clear()
    server.refuse.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = server.controller.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "Greenboard <board@shop.example>"
    settings.ORIGIN = "https://board.shop.example"
    return server


@dataclass
class Tool:
    """A server that speaks as Slack or Teams do. `faults` are answers before the good one: a status with headers and
    body, `hang`, or `drop` (after it has read the body)."""

    url: str = ""
    good: tuple = (200, {"Content-Type": "text/plain"}, b"ok")
    faults: list = field(default_factory=list)
    got: list = field(default_factory=list)

    def bodies(self):
        return [json.loads(body) for _, body in self.got]


@pytest.fixture(scope="session")
def tool_server():
    tool = Tool()

    class Hearing(BaseHTTPRequestHandler):
        def do_POST(self):
            tool.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            fault = tool.faults.pop(0) if tool.faults else None
            if fault == "hang":
                time.sleep(1.5)
            if fault in ("drop", "hang"):
                self.close_connection = True
                return
            status, headers, body = fault or tool.good
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hearing) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        tool.url = f"http://127.0.0.1:{running.server_port}"
        yield tool
        running.shutdown()
        thread.join()


@pytest.fixture
def tool(tool_server, settings, monkeypatch):
    tool_server.faults.clear()
    tool_server.got.clear()
    tool_server.good = (200, {"Content-Type": "text/plain"}, b"ok")
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
    settings.ORIGIN = "https://board.shop.example"
    calling.forget()
    yield tool_server
    calling.forget()


def channel(kind, name="chat", **given) -> Channel:
    return service.make(service.Wish(name, kind, given))
