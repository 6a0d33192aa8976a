"""A token that may provision, and a client that sends it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from greenboard.access import tokens
from greenboard.access.limits import Buckets
from greenboard.access.models import Grant, Person, Role, Service
from greenboard.access.permissions import Permission
from greenboard.access.tokens import Wish
from greenboard.core import clock
from greenboard.scim import guard


def bearer(*permissions: str) -> str:
    """The text of a token of a service account that holds these permissions, and nothing else."""
    now = clock.now()
    boss, _ = Person.objects.get_or_create(username="boss", is_superuser=True)
    service = Service.objects.create(name=f"idp-{Service.objects.count()}", created_at=now)
    role, _ = Role.objects.get_or_create(name="+".join(permissions), defaults={"permissions": list(permissions)})
    Grant.objects.create(role=role, service=service, created_at=now)
    return tokens.make(service, Wish("idp", [Permission(one) for one in permissions]), boss)[1]


@dataclass
class Scim:
    """Speaks SCIM."""

    token: str
    client: Client

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer, with its body as `said`."""
        sent = {"Authorization": f"Bearer {self.token}", **{key.replace("_", "-"): one for key, one in headers.items()}}
        text = json.dumps(body) if body is not None else ""
        answer = self.client.generic(method, f"/scim/v2{path}", text, "application/scim+json", headers=sent)
        answer.said = json.loads(answer.content) if answer.content else None  # type: ignore[attr-defined]
        return answer


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of different tests have the same number; their rate has tests of its own."""
    monkeypatch.setattr(guard, "_buckets", Buckets(0))


@pytest.fixture
def scim(client: Client, db: None) -> Scim:
    return Scim(bearer("people.provision"), client)
