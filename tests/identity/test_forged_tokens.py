"""Tokens of an OpenID provider that say the wrong thing, or that somebody else signed."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from greenboard.access.models import Person
from greenboard.identity.configuration import Identity

pytestmark = pytest.mark.django_db


class Evil(BaseHTTPRequestHandler):
    """A provider that answers with whatever it was told to."""

    token = ""
    userinfo: dict[str, object] = {}
    keys: dict[str, object] = {}

    def log_message(self, *_):
        """Say nothing."""

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def do_GET(self):
        issuer = f"http://{self.headers['Host']}"
        if self.path.endswith("/openid-configuration"):
            ends = {"authorization": "auth", "token": "token", "userinfo": "userinfo"}
            told = {f"{name}_endpoint": f"{issuer}/{path}" for name, path in ends.items()}
            self.answer({"issuer": issuer, "jwks_uri": f"{issuer}/keys", **told})
        elif self.path == "/keys":
            self.answer(type(self).keys)
        else:
            self.answer(type(self).userinfo)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer({"access_token": "x", "token_type": "Bearer", "id_token": type(self).token})


@pytest.fixture(scope="module")
def genuine():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def issuer(settings, genuine):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(genuine.public_key()))
    Evil.keys = {"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]}
    one = {"id": "company", "title": "Company", "issuer": address, "client_id": "greenboard", "secret": "x"}
    settings.IDENTITY = Identity.model_validate({"oidc": [one]})
    yield address
    server.shutdown()
    server.server_close()


def comes_back(client, claims, key, *, algorithm="RS256", sub="ada-1"):
    """Where signing in ends, when the provider's token says this."""
    headers = {"kid": "1"}
    Evil.token = jwt.encode(claims, key, algorithm=algorithm, headers=headers)
    Evil.userinfo = {"sub": sub, "preferred_username": "ada"}
    location = client.get("/sign-in/oidc/company").headers["Location"]
    state = parse_qs(urlsplit(location).query)["state"][0]
    return client.get(f"/sign-in/oidc/company/back?code=x&state={state}").headers["Location"]


@pytest.fixture
def claims(issuer):
    now = int(time.time())
    return {"iss": issuer, "aud": "greenboard", "sub": "ada-1", "iat": now, "exp": now + 300}


def test_a_genuine_token_lets_in(client, claims, genuine):
    assert comes_back(client, claims, genuine) == "/"
    assert Person.objects.get().username == "ada"


def test_a_token_that_somebody_else_signed_is_refused(client, claims):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert comes_back(client, claims, other) == "/sign-in?refused=failed"
    assert not Person.objects.exists()


def test_a_token_without_a_signature_is_refused(client, claims):
    assert comes_back(client, claims, None, algorithm="none") == "/sign-in?refused=failed"
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"aud": "another"}, {"iss": "https://elsewhere.example"}, {"exp": 1}],
    ids=["audience", "issuer", "expired"],
)
def test_a_token_that_is_not_for_here_and_now_is_refused(client, claims, genuine, wrong):
    assert comes_back(client, {**claims, **wrong}, genuine) == "/sign-in?refused=failed"
    assert not Person.objects.exists()


def test_token_and_answer_have_to_speak_of_the_same_person(client, claims, genuine):
    assert comes_back(client, claims, genuine, sub="boss") == "/sign-in?refused=failed"
    assert not Person.objects.exists()
