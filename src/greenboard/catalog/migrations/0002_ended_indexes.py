"""What ended last is asked for by every page: it tells whether the catalog has changed."""

from django.db import migrations, models
from django.db.models import Q

from greenboard.catalog.concurrently import AddIndexConcurrently

ENDED = ~Q(valid_to__isnull=True)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalog", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            "entityversion", models.Index(fields=["valid_to"], name="catalog_version_end", condition=ENDED)
        ),
        AddIndexConcurrently(
            "relationinterval", models.Index(fields=["valid_to"], name="catalog_relation_end", condition=ENDED)
        ),
    ]
