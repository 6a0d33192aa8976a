"""Exemptions in the descriptor of a repository: the author of the commit asks, its reviewers decide."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.attestations.test_code import HEAD, NOW, Repository

from greenboard.access.models import Grant, Person, Role
from greenboard.exemptions.models import Exemption, Refusal

pytestmark = pytest.mark.django_db
WISH = """\
exemptions:
  - rule: cod-1-coverage
    category: mitigated
    reason: The tests are being rewritten
    control: A canary
    until: 2099-12-31
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "shop")
    found.commit({"greenboard.yaml": HEAD}, at=NOW - timedelta(days=9))
    return found


def account(name: str, role: str) -> None:
    person = Person.objects.create_user(name, email=f"{name}@example.com", password="x")
    Grant.objects.create(role=Role.objects.get(name=role), person=person, created_at=NOW)


def test_the_author_asks_once_and_a_reviewer_who_may_decides(repository: Repository) -> None:
    account("ada", "member"), account("bob", "maintainer")
    message = "Be exempt\n\nReviewed-by: Ada <ada@example.com>\nReviewed-by: Bob <bob@example.com>"
    repository.commit({"greenboard.yaml": HEAD + WISH}, message=message)
    repository.taken()
    repository.taken(NOW + timedelta(hours=1))
    row = Exemption.objects.get()
    assert (row.requested_by, row.decided_by, row.state, row.category) == ("ada", "bob", "approved", "mitigated")
    assert row.source.startswith("greenboard.yaml at ")


def test_without_a_reviewer_it_waits_and_is_taken_back_with_its_lines(repository: Repository) -> None:
    account("ada", "member")
    repository.commit({"greenboard.yaml": HEAD + WISH})
    repository.taken()
    assert Exemption.objects.get().state == "requested"
    repository.commit({"greenboard.yaml": HEAD})
    repository.taken(NOW + timedelta(hours=1))
    assert Exemption.objects.get().state == "withdrawn"


def test_who_may_not_ask_in_pages_may_not_by_a_commit_and_the_reason_is_kept_until_it_is_mended(
    repository: Repository,
) -> None:
    repository.commit({"greenboard.yaml": HEAD + WISH})
    repository.taken()
    assert [one.reason.partition(".")[0] for one in Refusal.objects.all()] == ["ada@example"]
    account("ada", "viewer")
    repository.taken(NOW + timedelta(hours=1))
    assert [one.reason for one in Refusal.objects.all()] == [
        "The author of the commit may not ask for exemptions of it."
    ]
    Grant.objects.filter(person__username="ada").update(role=Role.objects.get(name="member"))
    repository.taken(NOW + timedelta(hours=2))
    assert (Refusal.objects.count(), Exemption.objects.count()) == (0, 1)
