"""The roles that ship, as rows, so that grants can name them as they name custom ones."""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction

from greenboard.access.models import Grant, Role
from greenboard.access.permissions import SHIPPED, VIEWER
from greenboard.core import clock


def ensure(using: str = "default", **_: Any) -> None:
    """Write the shipped roles as this version has them; called after each migration.

    With the role of viewers comes the grant that lets everyone who is signed in see everything. It
    is made that one time: who revokes it, revokes it for good.
    """
    if Role._meta.db_table not in connections[using].introspection.table_names():
        return  # migrated back to before there were roles
    with transaction.atomic(using=using):
        for shipped in SHIPPED:
            said = {
                "title": shipped.title,
                "permissions": sorted(permission.value for permission in shipped.permissions),
                "shipped": True,
            }
            role, made = Role.objects.using(using).update_or_create(name=shipped.name, defaults=said)
            if made and shipped is VIEWER:
                first = Grant(role=role, everyone=True, created_at=clock.now(), created_by="greenboard")
                first.save(using=using)
