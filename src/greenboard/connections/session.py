"""Asking a tool: from a stream's declaration to the decoded body of one answer, or the reason why there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urljoin, urlsplit

from greenboard.connections import templates
from greenboard.connections.auth import MASK, Authorizer, Given
from greenboard.connections.expressions import Env, Mistyped
from greenboard.connections.expressions.compiling import truth
from greenboard.connections.types import Answer, Caller, Connection, Failed, Json, Reason, Request
from greenboard.connections.work import Work

NOT_CHANGED = 304
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
"""Where half of a character may be written in JSON; mostly it is one of both halves."""


@dataclass(frozen=True)
class Ask:
    """One page to ask for. `url` is a path of the tool's API, or an address at the same origin."""

    method: str
    url: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Json = None
    bucket: str = ""
    etag: bool = False
    repeatable: bool = True


@dataclass(frozen=True)
class Reply:
    """A decoded answer. `size` is that of its body, 0 where it was not sent again."""

    body: Json
    headers: Mapping[str, str]
    calls: int
    size: int
    status: int = 200


class Session:
    """Asks in the name of a connection. Safe to use from several threads."""

    def __init__(self, connection: Connection, call: Caller, now: datetime, work: Work | None = None) -> None:
        self.connection = connection
        self.now = now
        self.plan = connection.integration.plan
        self._api = connection.integration.manifest.api
        self._call = call
        self._work = work
        self.base = templates.text(self._api.url, {"settings": connection.settings}).rstrip("/")
        self._authorizer = Authorizer(connection, self.base, call)

    def scope(self, parent: Json = None, identity: str = "") -> dict[str, Any]:
        """What templates of a stream may read."""
        return {"settings": self.connection.settings, "now": self.now, "parent": parent, "id": identity}

    def env(self, names: dict[str, Any] | None = None, root: Any = None) -> Env:
        """What expressions may read."""
        return Env(self.now, {**(names or {}), "settings": self.connection.settings}, root)

    def ask(self, ask: Ask) -> Reply:
        """Ask for a page.

        Raises:
            Failed: there is no answer, or none that can be used.

        """
        request = self._request(ask, self._authorizer.given())
        kept = self._work.body(request.url) if self._work and ask.etag else None
        if kept:
            request = replace(request, headers={**request.headers, "If-None-Match": kept[0]})
        answer = self.call(request)
        if answer.status == NOT_CHANGED and kept:
            return Reply(decoded(kept[2], request), kept[1], answer.calls, 0)
        body = decoded(answer.body, request)
        self._refuse(body, request, answer)
        etag = answer.headers.get("etag")
        if self._work and ask.etag and etag:
            self._work.keep_body(request.url, etag, answer.headers, answer.body)
        return Reply(body, answer.headers, answer.calls, len(answer.body), answer.status)

    def draft(self, ask: Ask) -> Request:
        """The request as it would be sent, with masks in place of what says who asks; nobody is called.

        Raises:
            Failed: it would lead elsewhere.

        """
        return self._request(ask, self._authorizer.named())

    def call(self, request: Request) -> Answer:
        """The bare call, for code that makes requests itself. Raises Failed."""
        try:
            return self._call(request)
        except Failed as failed:
            reason = self._scrubbed(failed.reason)
            raise Failed(reason, body=failed.body, calls=failed.calls, unsure=failed.unsure) from None

    def _request(self, ask: Ask, given: Given) -> Request:
        url = self._address(ask.url)
        params = {**self._filled(self._api.query), **ask.query, **given.params}
        if params:
            url += ("&" if urlsplit(url).query else "?") + urlencode(_flat(params), doseq=True)
        headers = {"Accept": "application/json", **self._filled(self._api.headers), **ask.headers, **given.headers}
        body = None
        if ask.body is not None:
            body = json.dumps(ask.body, separators=(",", ":")).encode()
            headers.setdefault("Content-Type", "application/json")
        label = f"{ask.method} {urlsplit(url).path}"
        return Request(ask.method, url, headers, body, ask.bucket, label, ask.repeatable)

    def _filled(self, value: Any) -> Any:
        return templates.filled(value, self.scope())

    def _address(self, url: str) -> str:
        """The address of a path. One that a tool gave has to be at the same origin: our secrets go with it.

        Raises:
            Failed: it leads elsewhere.

        """
        if "://" not in url and not url.startswith("//"):
            return self.base + ("" if url.startswith("/") else "/") + url
        whole = urljoin(self.base + "/", url)
        if _origin(whole) != _origin(self.base):
            raise Failed(Reason("theirs", "The next page would be at another address, which is not followed."))
        return whole

    def _refuse(self, body: Json, request: Request, answer: Answer) -> None:
        """Refuse a body in which the tool says that it refuses."""
        refusal, made = self._api.refusal, self.plan.refused
        if refusal is None or made is None:
            return
        try:
            if not truth(made[0](body, self.env())):
                return
        except Mistyped:
            return
        try:
            text = str(made[1](body, self.env()) or "no reason given")[:200]
        except Mistyped:
            text = "no reason given"
        fault = "permission" if text in refusal.permission else "limit" if text in refusal.limit else "theirs"
        reason = Reason(fault, f"The tool refuses: {text}", answer.status, request.label)  # type: ignore[arg-type]
        raise Failed(self._scrubbed(reason), calls=answer.calls)

    def _scrubbed(self, reason: Reason) -> Reason:
        """The same reason without any secret that the tool may have repeated."""
        return replace(reason, text=masked(reason.text, self.connection.secrets.values()))


def masked(text: str, secrets: Iterable[str]) -> str:
    """A text without any secret, plain or quoted as in an address; very short ones may be anything and stay."""
    for secret in secrets:
        for written in {secret, quote(secret, safe=""), quote_plus(secret)} if len(secret) > 3 else ():
            text = text.replace(written, MASK)
    return text


def decoded(body: bytes, request: Request) -> Json:
    if not body.strip():
        return None
    try:
        told = json.loads(body, parse_constant=lambda _: None)
        return _whole(told) if _HALF.search(body) else told
    except (ValueError, RecursionError):
        page = body.lstrip()[:1] == b"<"
        said = "a page (HTML or XML) instead of data" if page else "something that is no whole JSON"
        reason = Reason("theirs", f"The tool answered {said}.", what=request.label)
        raise Failed(reason, unsure=not request.repeatable) from None


def _whole(told: Json) -> Json:
    """The same without halves of characters, which no database carries and no page can show."""
    text = json.dumps(told, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return json.loads(text.decode("utf-16-le", "replace"))


def _flat(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as an address has them: lists repeat, bools are words."""
    return {
        name: [_word(one) for one in value] if isinstance(value, list | tuple) else _word(value)
        for name, value in params.items()
    }


def _word(value: Any) -> str:
    return ("false", "true")[value] if isinstance(value, bool) else str(value)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").lower(), port
