"""`python -m tests.browser.forged`: an account, a team, and a connection to the forge at FORGE with its scaffolds."""

import os
from pathlib import Path

from tests.browser.company import NAME, PASSWORD


def write():
    from greenboard.project import running
    from greenboard.project.environment import Environment

    running.prepare(Path(Environment.read().data_dir), sample=False)
    from tests.scaffolds.forge import TOKEN

    from greenboard.access.models import Person
    from greenboard.catalog import store as catalog
    from greenboard.catalog.types import Declared, Entity
    from greenboard.connections import service
    from greenboard.connections.service import Told, Wish
    from greenboard.core import clock
    from greenboard.core.refs import Ref
    from greenboard.scaffolds import sources

    Person.objects.create_superuser(NAME, password=PASSWORD)
    catalog.save(Declared((Entity(Ref("team", "default", "shop")),)), clock.now(), cause="test")
    url = os.environ["FORGE"]
    told = Told({"org": "acme", "url": f"{url}/api/v3"}, {"token": TOKEN})
    service.make(Wish("github", "github", told, every=None), clock.now())
    row = sources.put(sources.Wish("acme", f"{url}/acme/scaffolds.git", connection="github"), NAME, clock.now())
    sources.look(row.pk, clock.now())


if __name__ == "__main__":
    write()
