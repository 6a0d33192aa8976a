from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('worker', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('beat_at', models.DateTimeField()),
                ('turns', models.BigIntegerField(default=0)),
                ('seconds', models.FloatField(default=0)),
                ('marks', models.BigIntegerField(default=0)),
                ('results_changed', models.BigIntegerField(default=0)),
                ('levels_changed', models.BigIntegerField(default=0)),
                ('refusals', models.BigIntegerField(default=0)),
                ('spread', models.JSONField(default=list)),
            ],
        ),
    ]
