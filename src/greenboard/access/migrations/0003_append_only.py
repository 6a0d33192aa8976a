from django.db import migrations

from greenboard.access import append_only


class Migration(migrations.Migration):

    dependencies = [("access", "0002_roles_tokens_audit")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: append_only.create(editor.connection),
            lambda apps, editor: append_only.drop(editor.connection),
        )
    ]
