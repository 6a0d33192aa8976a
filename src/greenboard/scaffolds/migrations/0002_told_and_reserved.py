"""Who was told that something lags behind, and connections that are for some only."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scaffolds", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Reserved",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("connection", models.CharField(max_length=64, unique=True)),
                ("who", models.JSONField(default=list)),
            ],
        ),
        migrations.AddField(
            model_name="making",
            name="told",
            field=models.CharField(blank=True, db_default="", default="", max_length=32),
        ),
    ]
