"""Taking in what a tool says of many services: `python benchmarks/collecting.py [SERVICES] [TYPES]`.

The runtime is left out (see `integrations.py`): events are made here, so that what is measured is matching, keeping
observations and recording facts, on SQLite in a folder of its own. Twice: the second time nothing has changed.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta

os.environ.setdefault("GREENBOARD_DATA_DIR", tempfile.mkdtemp(prefix="greenboard-bench-"))
MANY, TYPES = (int(given or usual) for given, usual in zip((*sys.argv[1:3], "", "")[:2], ("10000", "20"), strict=True))
PART = 1_000


def main() -> None:
    from pathlib import Path

    from greenboard.project import running

    running.prepare(Path(os.environ["GREENBOARD_DATA_DIR"]), sample=False)
    from greenboard.catalog import store as catalog
    from greenboard.catalog.types import Declared, Entity
    from greenboard.collection.models import Observation
    from greenboard.connections.models import Connection
    from greenboard.core import clock
    from greenboard.core.refs import Ref
    from greenboard.facts.models import FactInterval

    now = clock.now()
    names = [f"shop-{number:05}" for number in range(MANY)]
    catalog.save(Declared(tuple(Entity(Ref("service", "default", name)) for name in names)), now, cause="benchmark")
    row = Connection.objects.create(name="bench", integration="pagerduty", created_at=now, changed_at=now)
    for turn in range(2):
        look(row, names, now + timedelta(seconds=turn + 1))
        print(f"  {Observation.objects.count():,} observations, {FactInterval.objects.count():,} intervals")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def look(row: object, names: list[str], now: object) -> None:
    from greenboard.collection import placing, removing
    from greenboard.collection.intake import Intake
    from greenboard.collection.keeping import keep
    from greenboard.collection.running import PART as ENTITIES
    from greenboard.facts.store import vocabulary

    began = time.process_time()
    intake = Intake(row.pk, now, vocabulary())  # type: ignore[attr-defined,arg-type]
    part = []
    for event in events(names, now):
        part.append(event)
        if len(part) == PART:
            intake.take(part)
            part = []
    intake.take(part)
    taken = time.process_time()
    placing.place(row)  # type: ignore[arg-type]
    removing.remove(row, now, dict.fromkeys(vocabulary().types, True), removing.limit())  # type: ignore[arg-type]
    matched = time.process_time()
    entities = placing.entities(row)  # type: ignore[arg-type]
    for start in range(0, len(entities), ENTITIES):
        keep(row, entities[start : start + ENTITIES], {})  # type: ignore[arg-type]
    ended = time.process_time()
    count = MANY * TYPES
    print(
        f"{count:,} facts: taken in {taken - began:.1f} s, matched {matched - taken:.1f} s, recorded "
        f"{ended - matched:.1f} s: {count / (ended - began):,.0f} a second of processor time"
    )


def events(names: list[str], now: object) -> Iterator[object]:
    from greenboard.connections.types import Found, Match, Subject
    from greenboard.facts.store import vocabulary

    words = vocabulary()
    told = [one for one in words.types.values() if one.about == "component" and not one.open][:TYPES]
    values = {}
    for one in told:
        struct = {name: field.example for name, field in one.fields.items() if field.example is not None}
        values[one.name] = words.normalise(one.name, struct if one.many is None else [struct])
    for name in names:
        subject = Subject("services", name, ("service",), name, f"https://tool.example/{name}", (Match("name", name),))
        for kind, value in values.items():
            yield Found(kind, subject, value, subject.link, now)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
