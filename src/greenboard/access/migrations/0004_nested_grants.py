from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("access", "0003_append_only")]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="nested",
            field=models.BooleanField(db_default=False, default=False),
        )
    ]
