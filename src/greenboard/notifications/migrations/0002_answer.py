"""What a notice asks is named beside its key, so that cases of one key can each be answered."""

from django.db import migrations, models
from django.db.models import F


def name(apps, schema_editor):
    """What waits to be spread or written goes on being answered."""
    rows = apps.get_model("notifications", "Notice").objects.filter(key__startswith="answer:")
    rows.update(answer=F("key"))


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddField("notice", "answer", models.CharField(blank=True, db_default="", max_length=200)),
        migrations.RunPython(name, migrations.RunPython.noop),
    ]
