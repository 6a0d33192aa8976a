"""Making accounts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from greenboard.access import audit
from greenboard.access.models import Person

ADMINISTRATOR = "admin"


@dataclass(frozen=True)
class FirstAccount:
    """The administrator's account of a new installation, and the file that holds its first password."""

    name: str
    password_file: Path


def ensure_administrator(data_dir: Path, chosen: str = "") -> FirstAccount | None:
    """Create the administrator when nobody can sign in yet.

    The password is the chosen one. Without one it is random, and written to a file that only its
    owner can read. It is never logged.
    Returns None when there already is an account and its first password file is gone.
    """
    path = data_dir / "first-password.txt"
    if not Person.objects.exists():
        password = chosen or secrets.token_urlsafe(15)
        if not chosen:
            path.touch(mode=0o600, exist_ok=True)
            path.write_text(password + "\n", encoding="ascii")
        with transaction.atomic():
            Person.objects.create_superuser(ADMINISTRATOR, password=password)
            audit.note("account.made", f"account:{ADMINISTRATOR}", after={"administrator": True})
    return FirstAccount(ADMINISTRATOR, path) if path.exists() else None
