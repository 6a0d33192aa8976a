"""Results name their rule, version and causes without a constraint in the database; see the model."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class Loosened(migrations.AlterField):
    """Drops a constraint where that is one statement; SQLite would copy the whole table, and gains nothing."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def loosened(name: str, to: str, *, null: bool = False) -> Loosened:
    """A field that names a row written before it."""
    field = models.ForeignKey(
        to=f"results.{to}",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        null=null,
    )
    return Loosened("resultinterval", name, field)


class Migration(migrations.Migration):

    dependencies = [("results", "0004_exemptions")]

    operations = [
        loosened("rule", "rule"),
        loosened("version", "ruleversion"),
        loosened("cause", "cause"),
        loosened("ended_by", "cause", null=True),
    ]
