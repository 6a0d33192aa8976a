"""Messages of tools are told from others, in each of the eight families."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.connections import vendor

from greenboard.connections import hearing
from greenboard.connections.types import Refused

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
BODY = json.dumps({"id": "d1", "kind": "service.updated", "service": {"id": "S1"}, "at": NOW.isoformat()}).encode()
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def digest(secret, signed, algorithm=hashlib.sha256):
    return hmac.new(secret.encode(), signed, algorithm)


def hub(secret, body, seconds):
    return {"X-Sign": "v1=" + digest(secret, body).hexdigest()}


def base(secret, body, seconds):
    return {"X-Sign": base64.b64encode(digest(secret, body).digest()).decode()}


def timed(secret, body, seconds):
    return {"X-Sign": f"t={seconds},v1={digest(secret, f'{seconds}.'.encode() + body).hexdigest()}"}


def standard(secret, body, seconds):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"msg_1.{seconds}.".encode() + body, hashlib.sha256).digest()
    given = f"v1,AAAA v1,{base64.b64encode(signed).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": str(seconds), "webhook-signature": given}


def slack(secret, body, seconds):
    signed = digest(secret, f"v0:{seconds}:".encode() + body).hexdigest()
    return {"X-Slack-Request-Timestamp": str(seconds), "X-Slack-Signature": f"v0={signed}"}


def long(secret, body, seconds):
    return {"X-Sign": digest(secret, body, hashlib.sha512).hexdigest()}


def token(secret, body, seconds):
    return {"X-Sign": secret}


def jwt(secret, body, seconds):
    def packed(raw):
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    claims = {"iat": seconds, "request_body_sha256": hashlib.sha256(body).hexdigest()}
    signed = ".".join(packed(json.dumps(part).encode()) for part in ({"alg": "RS256"}, claims))
    key = KEY if secret == pem(KEY) else OTHER
    return {"X-Sign": f"Bearer {signed}.{packed(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"}


def pem(key):
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


FAMILIES = {
    "hub_sha256": (hub, {"prefix": "v1=", "separator": ","}, "secret", "other"),
    "hmac_base64": (base, {}, "secret", "other"),
    "t_v1": (timed, {}, "secret", "other"),
    "standard_webhooks": (standard, {}, "whsec_c2VjcmV0LXNlY3JldA==", "whsec_b3RoZXItb3RoZXI="),
    "slack_v0": (slack, {}, "secret", "other"),
    "sha512": (long, {}, "secret", "other"),
    "rsa_jwt": (jwt, {"prefix": "Bearer "}, pem(KEY), pem(OTHER)),
    "shared_token": (token, {}, "secret", "other"),
}


@pytest.fixture(params=FAMILIES)
def family(request, tmp_path):
    sign, more, secret, other = FAMILIES[request.param]
    named = {} if request.param in ("standard_webhooks", "slack_v0") else {"header": "X-Sign"}
    made = vendor.integration(
        tmp_path,
        secrets={"key": {"title": "Key"}, "webhook_secret": {"title": "Secret", "optional": True}},
        webhook={
            "family": request.param,
            **named,
            **more,
            "id": "id",
            "time": "at",
            "refresh": [{"when": "kind == 'service.updated'", "stream": "services", "id": "service.id"}],
        },
    )

    def hear(body=BODY, *, signed=None, key=secret, now=NOW, change=None):
        headers = sign(key, body if signed is None else signed, SECONDS)
        headers = {name: change(value) for name, value in headers.items()} if change else headers
        return hearing.hear(made, {}, {"webhook_secret": secret}, headers=headers, body=body, now=now)

    return request.param, hear, other


def test_a_message_that_is_signed_says_what_to_read_again(family):
    name, hear, _ = family
    heard = hear()
    assert heard.refresh == {"services": ("S1",)}
    assert heard.delivery_id == ("msg_1" if name == "standard_webhooks" else "d1")


def test_a_bad_signature_is_refused(family):
    _, hear, _ = family
    with pytest.raises(Refused):
        hear(change=lambda value: value[:-3] + ("abc" if value[-3:] != "abc" else "def"))


def test_a_message_signed_with_another_secret_is_refused(family):
    _, hear, other = family
    with pytest.raises(Refused):
        hear(key=other)


def test_a_message_that_is_sent_again_later_is_refused(family):
    _, hear, _ = family
    with pytest.raises(Refused):
        hear(now=NOW + timedelta(minutes=6))


def test_a_body_that_was_tampered_with_is_refused_where_the_signature_covers_it(family):
    name, hear, _ = family
    if name == "shared_token":
        assert hear(BODY.replace(b"S1", b"S2")).refresh == {"services": ("S2",)}, "it says nothing about the body"
        return
    with pytest.raises(Refused):
        hear(BODY.replace(b"S1", b"S2"), signed=BODY)


def test_a_message_without_a_signature_is_refused(family):
    _, hear, _ = family
    with pytest.raises(Refused):
        hear(change=lambda _: "")


def test_without_a_secret_nothing_is_heard(tmp_path):
    made = vendor.integration(
        tmp_path,
        secrets={"key": {"title": "Key"}, "hook": {"title": "Secret", "optional": True}},
        webhook={"family": "shared_token", "header": "X-Sign", "secret": "hook"},
    )
    with pytest.raises(Refused):
        hearing.hear(made, {}, {}, headers={"X-Sign": ""}, body=BODY, now=NOW)
