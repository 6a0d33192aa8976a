"""A request to another system, and where it says so the wait for that system's answer to a signed address.

Every address is checked when it is connected to, redirects are not followed, and what comes back is bounded in
size and in time as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn
from urllib.parse import urlencode, urlsplit

import httpcore2
import httpx2
from django.conf import settings
from pydantic import Field

from greenboard.connections import service, templates
from greenboard.connections import store as connections
from greenboard.connections.auth import Authorizer
from greenboard.connections.calling import caller
from greenboard.connections.types import Connection
from greenboard.connections.types import Failed as Refused
from greenboard.connections.types import Request as Calling
from greenboard.core.errors import UserError
from greenboard.outbound import addresses
from greenboard.outbound.client import client
from greenboard.workflows import attaching, callbacks, hosts, performing
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Asked, Call, Done, Failed, Json, Result, Waits

_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_SAID = 500
_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class Callback(Given):
    """That the receiver answers later, to the address in `callback.url`, within a time."""

    within: str = Field(
        default="1h",
        title="Wait for an answer",
        description="For so long, such as 2h. The receiver answers at ${{ callback.url }}.",
        pattern=r"^(\d+[smhdw])+$",
    )


class Http(Given):
    """A request. With a `connection`, `url` is a path below its address, and its credentials go along.

    `file` is the name of an input that is a file: that is sent as it is.
    """

    url: str = Field(
        title="Address",
        description="With a connection: a path of it, such as /v1/runs.",
        min_length=1,
        max_length=4_000,
    )
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    connection: str = Field(default="", description="Its credentials go along.")
    query: dict[str, Any] = Field(default={}, description="What is added to the address: `name: value`.")
    headers: dict[str, Any] = Field(default={}, description="Such as `Authorization: Bearer ${{ secrets.token }}`.")
    body: Any = Field(default=None, description="Names and values, or JSON.")
    form: dict[str, Any] | None = Field(default=None, description="Sent as a web form instead of JSON.")
    text: str | None = Field(default=None, description="Sent as plain text instead of JSON.")
    file: str = Field(default="", description="The name of an input that is a file.")
    status: tuple[int, ...] = Field(
        default=(), title="Expected status", description="One a line; usually any of 200 to 299."
    )
    seconds: float = Field(default=20, title="Time limit", description="In seconds.", gt=0, le=120)
    most: int = Field(default=1_000_000, title="Largest answer", description="In bytes.", ge=1, le=10_000_000)
    key: str = Field(
        default="Idempotency-Key",
        title="Header of the key",
        description="The same at each attempt, so that it counts once.",
    )
    callback: Callback | None = None


@dataclass(frozen=True)
class Base:
    """What a connection adds: its address, and what says who asks. `hidden` are the texts that may be seen nowhere."""

    address: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Request:
    """What is sent. A receiver may say it back: `hidden` stands in no answer then, `secrets` in nothing that is cut."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    hidden: tuple[str, ...] = field(default=(), repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def perform(given: Http, moment: Moment) -> Result:
    """Send it, and give `status`, `headers` and `body`; or wait for the answer, and give that."""
    if moment.asked is not None:
        return _answered(given, moment)
    if given.callback is not None and not moment.address:
        return Failed("nobody could answer: GREENBOARD_ORIGIN does not say at which address this installation is")
    wanted = request(given, moment)
    found = _send(given, wanted)
    if isinstance(found, Failed) or given.callback is None:
        return found
    return Waits(callbacks.until(given.callback.within, moment.now), Asked(), "waits for the answer of the receiver")


def request(given: Http, moment: Moment) -> Request:
    """What is sent, with the credentials of its connection.

    Raises:
        UserError: it may not be sent there.

    """
    return _composed(given, moment, _let_in(given.connection) if given.connection else Base())


def calls(given: Http, moment: Moment) -> list[Call]:
    """The same without calling anybody, with masks in place of credentials."""
    base = _named(given.connection) if given.connection else Base()
    wanted = _composed(given.model_copy(update={"file": ""}), moment, base)
    told = f"the file {given.file}" if given.file else given.form or given.text or given.body
    return [Call(wanted.method, wanted.url, wanted.headers, told)]


def _composed(given: Http, moment: Moment, base: Base) -> Request:
    url = _joined(base.address, given.url) if base.address else given.url
    if query := {**given.query, **base.params}:
        url += ("&" if urlsplit(url).query else "?") + urlencode(query, doseq=True)
    hosts.check(addresses.check(url, settings.OUTBOUND_ALLOW).hostname or "", moment.hosts)
    told = {"User-Agent": "Greenboard", "Accept": "application/json", "Accept-Encoding": "identity"}
    if given.method in _UNSAFE and given.key:
        told[given.key] = moment.key
    body, kind = _body(given, moment)
    if kind:
        told["Content-Type"] = kind
    told |= {str(name): str(value) for name, value in given.headers.items()} | {**base.headers}
    if bad := [name for name, value in told.items() if any(sign in name + value for sign in "\r\n\0")]:
        raise UserError(f"the header {bad[0][:40]!r} has more than one line")
    return Request(given.method, url, told, body, base.hidden, moment.secrets)


def _joined(base: str, path: str) -> str:
    """An address below that of a connection: its credentials go nowhere else."""
    if not path.startswith("/") or path.startswith("//"):
        raise UserError("with a connection, `url` is a path of it", expected="/PATH", got=repr(path)[:80])
    return base.rstrip("/") + path


def _opened(name: str) -> tuple[Connection, str]:
    """A connection, and its address."""
    opened = service.opened(connections.find(name))
    return opened, templates.text(opened.integration.manifest.api.url, {"settings": opened.settings}).rstrip("/")


def _named(name: str) -> Base:
    """A connection, with masks in place of its credentials."""
    opened, base = _opened(name)
    given = Authorizer(opened, base, _nobody).named()
    return Base(base, given.headers, given.params)


def _nobody(request: Calling, /) -> NoReturn:
    raise AssertionError(f"nobody is called: {request.label}")


def _let_in(name: str) -> Base:
    opened, base = _opened(name)
    with client(settings.OUTBOUND_ALLOW) as calls:
        try:
            given = Authorizer(opened, base, caller(opened, client=calls)).given()
        except Refused as error:
            raise UserError(f"{name} gave no credentials: {error.reason.text}") from None
    word = given.headers.get("Authorization", "").rpartition(" ")[2]  # of `Basic ...` what follows
    return Base(base, given.headers, given.params, (*opened.secrets.values(), word))


def _body(given: Http, moment: Moment) -> tuple[bytes | None, str]:
    if given.file:
        file = attaching.of(moment.run, given.file).file
        return bytes(file.content), file.media
    if given.form is not None:
        return urlencode(given.form, doseq=True).encode(), "application/x-www-form-urlencoded"
    if given.text is not None:
        return given.text.encode(), "text/plain; charset=utf-8"
    if given.body is not None:
        return json.dumps(given.body, separators=(",", ":")).encode(), "application/json"
    return None, ""


def _send(given: Http, wanted: Request) -> Done | Failed:
    with client(settings.OUTBOUND_ALLOW, timeout=min(given.seconds, 30.0), whole=given.seconds) as calls:
        try:
            with calls.stream(wanted.method, wanted.url, headers=dict(wanted.headers), content=wanted.body) as response:
                return _read(given, response, wanted)
        except (httpx2.TimeoutException, httpcore2.TimeoutException):
            return Failed(f"no whole answer within {given.seconds:g} seconds", again=True)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            return Failed(f"the address cannot be called: {error}")
        except (httpx2.HTTPError, httpcore2.ConnectError) as error:
            return Failed(f"the connection failed: {str(error)[:_SAID] or type(error).__name__}", again=True)


def _read(given: Http, response: httpx2.Response, wanted: Request) -> Done | Failed:
    if response.headers.get("content-encoding", "identity") != "identity":
        return Failed("the answer is compressed, which was not asked for")
    found = bytearray()
    for part in response.iter_raw():
        found += part
        if len(found) > given.most:
            return Failed(f"the answer is larger than {given.most:,} bytes", final=False)
    status, body = response.status_code, performing.masked(_decoded(bytes(found)), wanted.hidden)
    if status in given.status or (not given.status and 200 <= status < 300):
        headers: dict[str, Json] = {name.lower(): value for name, value in response.headers.items()}
        headers.pop("set-cookie", None)
        return Done({"status": status, "headers": performing.masked(headers, wanted.hidden), "body": body})
    if 300 <= status < 400:
        return Failed(f"answered {status}: it sends us to another address, which is not followed")
    shown = performing.masked(body, wanted.secrets)  # before it is cut: a part of a secret is one that nobody finds
    told = (shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False))[:_SAID]
    return Failed(f"answered {status}: {told}", again=status in _AGAIN)


def _decoded(found: bytes) -> Json:
    """JSON where it is that, otherwise text; without the one sign that no database carries."""
    try:
        told: Json = json.loads(found.replace(b"\\u0000", b"\\ufffd"))
    except (ValueError, RecursionError):
        return found.decode(errors="replace").replace("\x00", "\ufffd")
    return told


def _answered(given: Http, moment: Moment) -> Result:
    """What the receiver said at the signed address since."""
    assert given.callback is not None, "only then it waited"
    last = next((one for one in reversed(moment.heard) if one.get("state") in ("success", "failure")), None)
    if last is None:
        if moment.late:
            return Failed(f"no answer within {given.callback.within}")
        return Waits(moment.until, moment.asked or Asked())
    if last["state"] == "failure":
        return Failed(f"the receiver failed: {str(last.get('message') or 'it does not say why')[:_SAID]}", again=True)
    return Done({"message": last.get("message", ""), "body": last.get("outputs")})


KIND = Kind(
    "http",
    "Send a request, and wait for an answer where it says so",
    Http,
    perform,
    sealed=frozenset({"headers", "body", "form", "text"}),
    answered=True,
    rare=frozenset({"query", "form", "text", "file", "status", "seconds", "most", "key"}),
    calls=calls,
)
