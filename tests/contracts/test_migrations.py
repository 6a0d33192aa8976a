"""Migrations leave the version before alive, and the rule that says so can fail."""

from __future__ import annotations

import importlib

import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

rule = importlib.import_module("tools.migrations")


def test_no_migration_takes_away_what_the_version_before_uses() -> None:
    assert rule.found() == []


def problems(*operations: object, contract: str = "", app: str = "facts") -> list[str]:
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("type", models.CharField(max_length=64, null=True))]
    state.add_model(ModelState(app, "FactInterval", fields))
    migration = migrations.Migration("0009_test", app)
    migration.operations = list(operations)
    migration.contract = contract  # type: ignore[attr-defined]
    return list(rule.problems(migration, state))


INDEX = models.Index(fields=["type"], name="facts_by_test")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("factinterval", "type"),
        migrations.RenameField("factinterval", "type", "kind"),
        migrations.DeleteModel("FactInterval"),
        migrations.RenameModel("FactInterval", "Fact"),
        migrations.AlterModelTable("FactInterval", "facts"),
        migrations.AddField("factinterval", "more", models.TextField(default="")),
        migrations.AlterField("factinterval", "type", models.CharField(max_length=64, default="")),
        migrations.AlterField("factinterval", "type", models.CharField(max_length=32, null=True)),
        migrations.AlterField("factinterval", "type", models.IntegerField(null=True)),
        migrations.AddIndex("factinterval", INDEX),
        migrations.AddConstraint("factinterval", models.UniqueConstraint(fields=["type"], name="facts_once")),
        migrations.RunSQL("ALTER TABLE facts_factinterval DROP COLUMN type"),
    ],
)
def test_what_takes_something_away_is_refused_unless_it_says_why(operation: object) -> None:
    assert len(problems(operation)) == 1
    assert problems(operation, contract="0.5 no longer reads it") == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("factinterval", "more", models.TextField(null=True)),
        migrations.AddField("factinterval", "more", models.TextField(db_default="")),
        migrations.AlterField("factinterval", "type", models.CharField(max_length=128, null=True)),
        migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunSQL("UPDATE facts_factinterval SET type = 'x'"),
    ],
)
def test_what_only_adds_is_fine(operation: object) -> None:
    assert problems(operation) == []


def test_a_new_table_may_get_what_it_likes() -> None:
    made = migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))])
    assert problems(made, migrations.AddField("new", "more", models.TextField(default=""))) == []
