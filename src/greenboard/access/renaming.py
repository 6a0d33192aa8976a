"""Renaming what grants, memberships and tokens name. The catalog calls it in the transaction of its own renaming."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Model

from greenboard.access.models import Grant, Membership, Token
from greenboard.core.refs import Ref

_NAMED: tuple[tuple[type[Model], str], ...] = (
    (Grant, "team"),
    (Grant, "scope"),
    (Membership, "team"),
    (Token, "scope"),
)


def follow(old: Ref, new: Ref) -> None:
    """Name an entity by its new reference wherever access is granted to it or within it."""
    for model, column in _NAMED:
        for row in model._default_manager.filter(**{column: str(old)}):
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(**{column: str(new)})
            except IntegrityError:  # the same was granted for the new name before anything had it
                row.delete()
