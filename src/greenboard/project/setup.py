"""Making Django ready inside commands, and the database ready for Django."""

from __future__ import annotations

import os


def django() -> None:
    """Load Django once; later calls do nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenboard.project.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def migrate() -> None:
    """Bring the database to the current schema."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
