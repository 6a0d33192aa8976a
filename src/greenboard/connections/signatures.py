"""The families of signatures by which tools sign what they send. Pure.

Each function says whether a message is signed with a secret, just now where the signature says when.
All comparisons take constant time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from greenboard.connections.manifest import Webhook
from greenboard.connections.types import Refused


class Unsigned(Refused):
    """A message without the header of the family."""


@dataclass(frozen=True)
class Message:
    """What was received. Names of headers are in small letters."""

    headers: Mapping[str, str]
    body: bytes
    now: datetime


def verify(webhook: Webhook, secret: str, message: Message) -> None:
    """Refuse what is not signed with the secret.

    Raises:
        Refused: there is no signature, it is another one, or it is too old.

    """
    if not secret:
        raise Refused("no secret is set for messages of this connection")
    try:
        _FAMILIES[webhook.family](webhook, secret, message)
    except Unsigned:
        if webhook.otherwise is None:
            raise
        verify(webhook.otherwise, secret, message)


def fresh(moment: datetime, webhook: Webhook, now: datetime) -> None:
    """Refuse what was made longer ago, or further ahead, than is tolerated. Raises Refused."""
    if abs(now - moment) > webhook.tolerance:
        raise Refused("the message is too old, or its clock is wrong")


def _header(message: Message, name: str) -> str:
    value = message.headers.get(name.lower(), "")
    if not value:
        raise Unsigned(f"the header {name} is missing")
    return value


def _given(webhook: Webhook, message: Message, usual: str = "") -> list[str]:
    """The signatures in the header, without the prefix; those without it do not count."""
    value = _header(message, webhook.header or usual)
    parts = value.split(webhook.separator) if webhook.separator else [value]
    return [part.strip().removeprefix(webhook.prefix) for part in parts if part.strip().startswith(webhook.prefix)]


def _match(given: list[str], wanted: str) -> None:
    if not sum(hmac.compare_digest(one.encode(), wanted.encode()) for one in given):
        raise Refused("the signature is another one")


def _hex(secret: str, signed: bytes, algorithm: Callable[..., Any] = hashlib.sha256) -> str:
    return hmac.new(secret.encode(), signed, algorithm).hexdigest()


def _hub_sha256(webhook: Webhook, secret: str, message: Message) -> None:
    _match(_given(webhook, message, "X-Hub-Signature-256"), _hex(secret, message.body))


def _sha512(webhook: Webhook, secret: str, message: Message) -> None:
    _match(_given(webhook, message), _hex(secret, message.body, hashlib.sha512))


def _hmac_base64(webhook: Webhook, secret: str, message: Message) -> None:
    digest = hmac.new(secret.encode(), message.body, hashlib.sha256).digest()
    _match(_given(webhook, message), base64.b64encode(digest).decode())


def _t_v1(webhook: Webhook, secret: str, message: Message) -> None:
    """`t=SECONDS,v1=HEX`; what is signed is the seconds, `between`, and the body."""
    pairs = [part.strip().partition("=") for part in _header(message, webhook.header).split(",")]
    seconds = next((value for name, _, value in pairs if name == "t"), "")
    fresh(_moment(seconds), webhook, message.now)
    wanted = _hex(secret, f"{seconds}{webhook.between}".encode() + message.body)
    _match([value for name, _, value in pairs if name == "v1"], wanted)


def _slack_v0(webhook: Webhook, secret: str, message: Message) -> None:
    """docs.slack.dev, verifying requests from Slack."""
    seconds = _header(message, "X-Slack-Request-Timestamp")
    fresh(_moment(seconds), webhook, message.now)
    wanted = "v0=" + _hex(secret, f"v0:{seconds}:".encode() + message.body)
    _match([_header(message, webhook.header or "X-Slack-Signature")], wanted)


def _standard_webhooks(webhook: Webhook, secret: str, message: Message) -> None:
    """The specification of standardwebhooks.com; Svix writes `svix-` where it says `webhook-`."""
    name = next((one for one in ("webhook", "svix") if f"{one}-signature" in message.headers), "webhook")
    identity, seconds = _header(message, f"{name}-id"), _header(message, f"{name}-timestamp")
    fresh(_moment(seconds), webhook, message.now)
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = secret.encode()
    digest = hmac.new(key, f"{identity}.{seconds}.".encode() + message.body, hashlib.sha256).digest()
    given = _header(message, f"{name}-signature").split(" ")
    _match([one.removeprefix("v1,") for one in given if one.startswith("v1,")], base64.b64encode(digest).decode())


def _shared_token(webhook: Webhook, secret: str, message: Message) -> None:
    """The secret itself. It says who sends, and nothing about what is sent."""
    _match(_given(webhook, message, "Authorization"), secret)


def _rsa_jwt(webhook: Webhook, secret: str, message: Message) -> None:
    """A JSON Web Token (RFC 7519, RS256) that names the SHA-256 of the body; the secret is the public key (PEM)."""
    for token in _given(webhook, message, "Authorization"):
        claims = _claims(token, secret)
        issued = claims.get("iat")
        if not isinstance(issued, int) or isinstance(issued, bool):
            raise Refused("the token does not say when it was made")
        fresh(_moment(str(issued)), webhook, message.now)
        named = claims.get(webhook.claim)
        _match([named] if isinstance(named, str) else [], hashlib.sha256(message.body).hexdigest())
        return
    raise Refused("there is no token")


def _claims(token: str, pem: str) -> dict[str, Any]:
    try:
        head, body, signature = token.split(".")
        algorithm = json.loads(_decoded(head)).get("alg")
        key = serialization.load_pem_public_key(pem.encode())
        if algorithm != "RS256" or not isinstance(key, rsa.RSAPublicKey):
            raise Refused("the token is not signed with RS256")
        key.verify(_decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        claims = json.loads(_decoded(body))
    except (ValueError, AttributeError, binascii.Error, InvalidSignature):
        raise Refused("the signature is another one") from None
    if not isinstance(claims, dict):
        raise Refused("the token is none")
    return claims


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _moment(seconds: str) -> datetime:
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 12):
        raise Refused("the signature does not say when it was made")
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(seconds))


_FAMILIES: Mapping[str, Callable[[Webhook, str, Message], None]] = {
    "hub_sha256": _hub_sha256,
    "hmac_base64": _hmac_base64,
    "t_v1": _t_v1,
    "standard_webhooks": _standard_webhooks,
    "slack_v0": _slack_v0,
    "sha512": _sha512,
    "rsa_jwt": _rsa_jwt,
    "shared_token": _shared_token,
}
