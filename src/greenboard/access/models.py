"""Accounts. Teams and persons of the catalog are entities; these are the ones who sign in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class Person(AbstractUser):
    """Someone who can sign in. An own model from the start, because it cannot be exchanged later."""

    class Meta:
        db_table = "access_person"
