"""`python -m tests.browser.company`: write the company and an account into GREENBOARD_DATA_DIR.

It runs in a process of its own, as the server does, so that no other test meets what it writes.
"""

import importlib
from pathlib import Path

NAME, PASSWORD = "ada", "a long password"
ADMINISTRATOR = "grace"
OTHER = "lin"
"""Whose account tests change."""


def write():
    from greenboard.project import running
    from greenboard.project.environment import Environment

    running.prepare(Path(Environment.read().data_dir), sample=False)
    from greenboard.access.models import Person

    Person.objects.create_user(NAME, password=PASSWORD)
    Person.objects.create_user(OTHER, password=PASSWORD)
    Person.objects.create_superuser(ADMINISTRATOR, password=PASSWORD)
    importlib.import_module("tests.web.world").build()


if __name__ == "__main__":
    write()
