"""What people do to tickets is read back, and rules are enforced on a later day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [
        migrations.AddField("campaign", "enforcing", models.JSONField(null=True)),
        migrations.AddField("campaign", "enforce_at", models.DateTimeField(null=True)),
        migrations.AddField("ticket", "assignee", models.CharField(blank=True, db_default="", max_length=200)),
        migrations.AddField("ticket", "looked_at", models.DateTimeField(null=True)),
    ]
