"""Seconds to save and read a catalog of 10,000 entities on SQLite. Prints one JSON object."""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

ENTITIES = 10_000
START = datetime(2026, 9, 1, tzinfo=UTC)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GREENBOARD_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "greenboard.project.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        print(json.dumps(measure()))


def measure() -> dict[str, float]:
    from greenboard.catalog import store
    from greenboard.catalog.types import Declared
    from greenboard.facts.described import describe

    declared = company(random.Random(1))
    changed = replace(declared, entities=tuple(replace(each, tier=4) for each in declared.entities))
    subject = declared.entities[-1]
    one = Declared(
        (replace(subject, tier=0),), tuple(each for each in declared.relations if each.declarer == subject.ref)
    )

    def day(number: float) -> datetime:
        return START + timedelta(days=number)

    steps: dict[str, Callable[[], object]] = {
        "first_save_seconds": lambda: store.save(declared, day(0), cause="first"),
        "same_again_seconds": lambda: store.save(declared, day(1), cause="again"),
        "all_changed_seconds": lambda: store.save(changed, day(2), cause="change"),
        "one_changed_seconds": lambda: store.save(one, day(3), cause="change"),
        "read_all_seconds": store.entities,
        "read_all_as_of_seconds": lambda: store.entities(day(1.5)),
        "find_one_seconds": lambda: store.find(subject.ref),
        "search_seconds": lambda: store.search("service-12 things", tags=["go"]),
        "describe_seconds": lambda: describe(declared, day(3), complete=True),
    }
    taken: dict[str, float] = {"entities": len(declared.entities), "relations": len(declared.relations)}
    for name, step in steps.items():
        began = time.perf_counter()
        step()
        taken[name] = round(time.perf_counter() - began, 3)
    return taken


def company(chance: random.Random):  # type: ignore[no-untyped-def]  # types are imported once Django is set up
    from greenboard.catalog.types import Declared, Entity, Link, Relation, RelationKind
    from greenboard.core.refs import Ref

    teams = [Ref("team", "default", f"team-{number}") for number in range(200)]
    systems = [Ref("system", "default", f"system-{number}") for number in range(300)]
    services = [Ref("service", "default", f"service-{number}") for number in range(ENTITIES - 500)]
    link = (Link("https://example.com/runbook", "When it burns", "runbook"),)
    entities = [
        *(Entity(ref) for ref in (*teams, *systems)),
        *(Entity(ref, description="does things", tier=1, tags=("go", "web"), links=link) for ref in services),
    ]
    relations = [Relation(RelationKind.OWNS, chance.choice(teams), ref) for ref in (*systems, *services)]
    relations += [Relation(RelationKind.PART_OF, ref, chance.choice(systems)) for ref in services]
    for ref in services:
        needed = (other for other in chance.sample(services, 2) if other != ref)
        relations += [Relation(RelationKind.DEPENDS_ON, ref, other) for other in needed]
    return Declared(tuple(entities), tuple(relations))


if __name__ == "__main__":
    main()
