"""The first administrator, and who may do what."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from greenboard.access.accounts import ensure_administrator
from greenboard.access.decide import Permission, may
from greenboard.access.models import Person

pytestmark = pytest.mark.django_db


def test_the_first_start_makes_an_administrator_with_a_random_password(tmp_path: Path) -> None:
    first = ensure_administrator(tmp_path)
    assert first is not None
    password = first.password_file.read_text().strip()
    assert len(password) >= 16
    assert Person.objects.get(username=first.name).check_password(password)
    assert stat.S_IMODE(first.password_file.stat().st_mode) == 0o600


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    ensure_administrator(tmp_path)
    password = (tmp_path / "first-password.txt").read_text()
    again = ensure_administrator(tmp_path)
    assert again is not None
    assert again.password_file.read_text() == password
    assert Person.objects.count() == 1


def test_a_deleted_password_file_does_not_come_back(tmp_path: Path) -> None:
    ensure_administrator(tmp_path)
    (tmp_path / "first-password.txt").unlink()
    assert ensure_administrator(tmp_path) is None


@pytest.mark.parametrize("permission", list(Permission))
def test_strangers_may_nothing(permission: Permission) -> None:
    assert not may(AnonymousUser(), permission)


def test_a_person_may_read_but_not_administer() -> None:
    person = Person(username="ada")
    assert may(person, Permission.READ)
    assert not may(person, Permission.OPERATE)


def test_who_was_deactivated_may_nothing() -> None:
    assert not may(Person(username="ada", is_active=False, is_superuser=True), Permission.READ)
