"""Providers for the tests: a real OpenID provider, and one of SAML that signs what it says."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client

from greenboard.identity.configuration import Identity

HERE = Path(__file__).parent
BACK = "http://testserver/sign-in/oidc/company/back"


@dataclass(frozen=True)
class Provider:
    """A running OpenID provider."""

    issuer: str

    def become(self, sub: str, **claims: object) -> None:
        """Whoever comes from now on is this."""
        requests.post(f"{self.issuer}/as", json={"sub": sub, **claims}, timeout=60).raise_for_status()

    def walk(self, client: Client, start: str = "/sign-in/oidc/company") -> str:
        """Go to the provider as a browser would, be recognized there, and say where it sends the browser back to."""
        answer = client.get(start)
        assert answer.status_code == 302, answer.content[:500]
        browser, where = requests.Session(), answer.headers["Location"]
        for _ in range(12):
            if where.startswith("http://testserver/"):
                return where.removeprefix("http://testserver")
            said = browser.get(where, allow_redirects=False, timeout=60)
            assert said.status_code in {302, 303}, said.text
            where = requests.compat.urljoin(where, said.headers["Location"])
        raise AssertionError("the provider goes in circles")


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    port = _free()
    folder = _installed()
    command = ["node", str(folder / "server.mjs"), str(port), BACK]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "ready" in process.stdout.readline()
            yield Provider(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def _installed() -> Path:
    """The provider with its locked packages, installed once for each version of the lock."""
    if not shutil.which("npm"):
        pytest.skip("needs npm: the OpenID provider of these tests is an npm package")
    digest = hashlib.sha256((HERE / "provider" / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = HERE.parents[1] / ".cache" / f"provider-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "server.mjs"):
        shutil.copy(HERE / "provider" / name, folder)
    if not (folder / "node_modules" / "oidc-provider").is_dir():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=dict(os.environ))
        if done.returncode:
            pytest.skip(f"the npm package oidc-provider cannot be had: {done.stderr.strip()[-200:]}")
    return folder


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def company(provider: Provider, settings):  # type: ignore[no-untyped-def]
    """Sign-in by the provider is configured."""

    def configure(**more: object) -> Identity:
        one = {
            "id": "company",
            "title": "Company account",
            "issuer": provider.issuer,
            "client_id": "greenboard",
            "secret": "a secret of the tests",
            "scopes": ["openid", "profile", "email", "groups"],
            "groups": [
                {"group": "team-*", "team": "team:default/*"},
                {"group": "platform-admins", "role": "administrator"},
            ],
            **more,
        }
        settings.IDENTITY = Identity.model_validate({"oidc": [one]})
        return settings.IDENTITY

    configure()
    return configure


def path_of(url: str) -> str:
    """The path of an address."""
    return urlsplit(url).path
