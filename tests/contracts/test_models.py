"""Foreign keys point down the stack, as imports do: a name in a string would hide one that does not."""

from __future__ import annotations

import pytest
from django.apps import apps

STACK = [
    "core",
    "durable",
    "outbound",
    "access",
    "identity",
    "plugins",
    "catalog",
    "facts",
    "connections",
    "rules",
    "repository",
    "integrations",
    "collection",
    "attestations",
    "scorecards",
    "exemptions",
    "results",
    "campaigns",
    "reviews",
    "notifications",
    "reports",
    "scaffolds",
    "workflows",
    "hooks",
    "web",
    "api",
    "cli",
    "project",
]


def test_foreign_keys_point_down_the_stack() -> None:
    upward = [
        f"{model.__module__}.{model.__name__}.{field.name} -> {field.related_model.__module__}"
        for model in apps.get_models()
        if model.__module__.startswith("greenboard.")
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model.__module__.startswith("greenboard.")
        if STACK.index(field.related_model.__module__.split(".")[1]) > STACK.index(model.__module__.split(".")[1])
    ]
    assert upward == []


@pytest.mark.django_db
def test_no_model_lacks_a_migration() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
