"""How calls say who asks: headers and parameters from the secrets of a connection, tokens fetched where needed."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from greenboard.connections import templates
from greenboard.connections.manifest import Auth
from greenboard.connections.types import Answer, Caller, Connection, Failed, Reason, Request

MASK = "•••"
"""Stands where a secret would."""
_EARLY = 60.0
"""How many seconds before it ends a token is fetched anew."""


@dataclass(frozen=True)
class Given:
    """What goes with a call."""

    headers: Mapping[str, str]
    params: Mapping[str, str]


class Authorizer:
    """Gives each call what it needs to be let in. Safe to use from several threads."""

    def __init__(self, connection: Connection, base: str, call: Caller) -> None:
        self.auth = _chosen(connection)
        self._scope = {"settings": connection.settings, "secrets": connection.secrets}
        self._base = base
        self._call = call
        self._lock = Lock()
        self._token = ("", 0.0)

    def given(self) -> Given:
        """Headers and parameters for a call.

        Raises:
            Failed: a token could not be had.

        """
        auth = self.auth
        if auth.kind == "bearer":
            return Given({"Authorization": f"Bearer {self._text(auth.token)}"}, {})
        if auth.kind == "basic":
            pair = f"{self._text(auth.user)}:{self._text(auth.password)}"
            return Given({"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {})
        if auth.kind == "header":
            return Given({name: self._text(value) for name, value in auth.headers.items()}, {})
        if auth.kind == "query":
            return Given({}, {name: self._text(value) for name, value in auth.params.items()})
        if auth.kind == "oauth_client":
            return Given({"Authorization": f"Bearer {self._kept(self._client_token)}"}, {})
        if auth.kind == "github_app":
            return Given({"Authorization": f"Bearer {self._kept(self._app_token)}"}, {})
        return Given({}, {})

    def named(self) -> Given:
        """As `given`, with a mask in place of each value: what a call would carry, without fetching a token."""
        auth = self.auth
        if auth.kind == "header":
            return Given(dict.fromkeys(auth.headers, MASK), {})
        if auth.kind == "query":
            return Given({}, dict.fromkeys(auth.params, MASK))
        return Given({} if auth.kind in ("none", "aws") else {"Authorization": MASK}, {})

    def _text(self, template: str) -> str:
        try:
            return templates.text(template, self._scope)
        except templates.Unfilled:
            return ""

    def _kept(self, fetch: Callable[[], tuple[str, float]]) -> str:
        with self._lock:
            token, until = self._token
            if not token or time.time() > until - _EARLY:
                self._token = fetch()
            return self._token[0]

    def _client_token(self) -> tuple[str, float]:
        """A token by client credentials (RFC 6749, 4.4), shown by a secret or by a signed assertion (RFC 7523)."""
        auth = self.auth
        url, client = self._absolute(self._text(auth.token_url)), self._text(auth.client_id)
        form = {"grant_type": "client_credentials", "client_id": client}
        if auth.private_key:
            now, mark = int(time.time()), secrets.token_hex(16)
            claims = {"iss": client, "sub": client, "aud": url, "iat": now, "exp": now + 300, "jti": mark}
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            form["client_assertion"] = _signed(claims, self._text(auth.private_key))
        else:
            form["client_secret"] = self._text(auth.client_secret)
        further = {"scope": self._text(auth.scope), "audience": self._text(auth.audience)}
        form |= {name: value for name, value in further.items() if value}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        told = self._told(Request("POST", url, headers, urlencode(form).encode(), label="POST token"))
        return _field(told, "access_token"), time.time() + float(told.get("expires_in") or 300)

    def _app_token(self) -> tuple[str, float]:
        """A token of a GitHub App's installation (docs.github.com, authenticating as an installation)."""
        now = int(time.time())
        claims = {"iat": now - 60, "exp": now + 540, "iss": self._text(self.auth.app_id)}
        headers = {"Authorization": f"Bearer {_signed(claims, self._text(self.auth.private_key))}",
                   "Accept": "application/vnd.github+json"}  # fmt: skip
        path = f"/app/installations/{self._text(self.auth.installation_id)}/access_tokens"
        told = self._told(Request("POST", self._absolute(path), headers, b"", label="POST access_tokens"))
        try:
            until = datetime.fromisoformat(str(told.get("expires_at"))).timestamp()
        except ValueError:
            until = time.time() + 300
        return _field(told, "token"), until

    def _absolute(self, text: str) -> str:
        return text if text.startswith("http") else self._base + text

    def _told(self, request: Request) -> dict[str, Any]:
        answer: Answer = self._call(request)
        try:
            told = json.loads(answer.body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise Failed(Reason("theirs", "The answer to the request for a token is none.", what=request.label))
        return told


def _chosen(connection: Connection) -> Auth:
    several = connection.integration.manifest.api.auth
    options = several if isinstance(several, tuple) else (several,)
    for one in options:
        needed = {hole.partition(".")[2] for hole in templates.holes(one.model_dump()) if hole.startswith("secrets.")}
        if needed <= connection.secrets.keys():
            return one
    return options[0]


def _field(told: Mapping[str, Any], name: str) -> str:
    if not isinstance(told.get(name), str):
        raise Failed(Reason("theirs", f"The answer to the request for a token has no {name}."))
    return str(told[name])


def _signed(claims: Mapping[str, Any], pem: str) -> str:
    """A JSON Web Token (RFC 7519) signed with RS256."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise Failed(Reason("ours", "The private key of the connection cannot be read.")) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Failed(Reason("ours", "The private key of the connection is no RSA key."))
    text = ".".join(_packed(part) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    return f"{text}.{_encoded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _packed(value: Mapping[str, Any]) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
