"""Sessions in the audit log: begun, ended, refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from greenboard.access import audit
from greenboard.access.models import Person


def follow() -> None:
    """Note from now on what Django tells of sessions."""
    user_logged_in.connect(_begun, dispatch_uid="audit-begun")
    user_logged_out.connect(_ended, dispatch_uid="audit-ended")
    user_login_failed.connect(_refused, dispatch_uid="audit-refused")


def _begun(user: Person, **_: Any) -> None:
    audit.note("session.begun", f"account:{user.get_username()}")


def _ended(user: Person | None, **_: Any) -> None:
    if user is not None:
        audit.note("session.ended", f"account:{user.get_username()}")


def _refused(credentials: Mapping[str, Any], **_: Any) -> None:
    """The name is whatever somebody typed; the password is not among what Django tells."""
    audit.note("session.refused", f"account:{credentials.get('username', '')}")
