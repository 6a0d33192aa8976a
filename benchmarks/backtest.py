"""Measure backtests: rules over the history of many entities of which some change one fact type per day.

    python benchmarks/backtest.py [--entities N] [--days N] [--repeat N] [--no-store]

The engine alone holds rules against a history in memory: 5 % of the entities change one of five fact types
on each day. Then the same history of one fact type is written to an SQLite database, and it is measured what
reading it takes the first time, when nothing changed since, and when a few entities did. Times are in
milliseconds by the clock and on the processor. The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from greenboard.facts import vocabulary
from greenboard.facts.vocabulary import FieldDef, FieldType, Vocabulary
from greenboard.rules.columns import Frame
from greenboard.rules.history import History, backtest
from greenboard.rules.language import compile as compile_rule

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHANGING, HOLES = 0.05, 0.07
RULES = {
    "one value": "coverage.line_pct >= 80.0 && coverage.branch_pct >= 60.0",
    "a list": "workload.all(w, w.replicas >= 2 && w.limits_set)",
    "a list within a list": "workload.all(w, slo.exists(s, s.name != w.name))",
    "the clock": "now - coverage.measured_at <= days(30)",
    "the clock and a list": "deployment.exists(d, age(d.last_deployed_at) <= days(30) && d.automated)",
}
"""The first three are judged once for each version, the last two on each day."""
TYPES = {"coverage": 0, "workload": 2, "slo": 4, "deployment": 4, "oncall": 0}
"""Fact types with how many items an entity has at most."""


def random_value(rng: random.Random, field: FieldDef) -> Any:
    """A value for a field."""
    match field.type:
        case FieldType.BOOL:
            return rng.random() < 0.7
        case FieldType.INT:
            return rng.randint(0, 20)
        case FieldType.FLOAT:
            return round(rng.uniform(50, 100), 1)
        case FieldType.TIMESTAMP:
            return NOW - timedelta(hours=rng.randint(0, 3_000))
        case FieldType.DURATION:
            return timedelta(minutes=rng.randint(1, 50_000))
        case FieldType.STRING:
            return rng.choice(field.values or ("alpha", "beta", "gamma", "1.2.3"))
    return ()


def random_fact(rng: random.Random, words: Vocabulary, name: str) -> Any:
    """The fact of one type of an entity, with holes."""
    declared = words.types[name]
    several = []
    for number in range(rng.randint(1, max(TYPES[name], 1))):
        item = {key: random_value(rng, field) for key, field in declared.fields.items() if rng.random() >= HOLES}
        several.append(item | ({declared.many: f"{name}/{number}"} if declared.many else {}))
    return tuple(several) if declared.many else several[0]


def history(entities: int, days: int, seed: int = 7) -> History:
    """Entities of which a share changes one fact type on each day."""
    rng, words = random.Random(seed), vocabulary.load()
    moments = [NOW - timedelta(days=back) for back in range(days - 1, -1, -1)]
    current: list[dict[str, Any]] = [{name: random_fact(rng, words, name) for name in TYPES} for _ in range(entities)]
    since = [0] * entities
    rows, spans = [], []
    for day in range(1, days + 1):
        changed = rng.sample(range(entities), round(CHANGING * entities)) if day < days else range(entities)
        for entity in changed:
            rows.append(current[entity])
            spans.append((entity, since[entity], day))
            name = rng.choice(list(TYPES))
            current[entity] = {**current[entity], name: random_fact(rng, words, name)}
            since[entity] = day
    order = sorted(range(len(spans)), key=spans.__getitem__)  # by entity and time, as they come from the store
    numbers = np.array([spans[row] for row in order], dtype=np.int32)
    frame = Frame.build(words, [rows[row] for row in order], NOW)
    return History(frame, moments, entities, numbers[:, 0], numbers[:, 1], numbers[:, 2])


def median(work: Callable[[], object], repeat: int) -> tuple[float, float]:
    """The median times of several runs in milliseconds: by the clock, and on the processor."""
    clock, processor = [], []
    for _ in range(repeat):
        started = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - started[0])
        processor.append(time.process_time() - started[1])
    return round(statistics.median(clock) * 1000, 1), round(statistics.median(processor) * 1000, 1)


def engine(entities: int, days: int, repeat: int) -> dict[str, Any]:
    """Milliseconds of each rule over all days, its columns being there; and of the slowest as `backtest_ms`."""
    past = history(entities, days)
    found: dict[str, tuple[float, float]] = {}
    for name, source in RULES.items():
        program = compile_rule(source, past.frame.vocabulary)
        backtest(program, past)
        found[name] = median(lambda program=program: backtest(program, past), repeat)
    slowest = max(found.values())
    return {"versions": len(past), **found, "backtest_ms": slowest[0], "backtest_cpu_ms": slowest[1]}


def store(entities: int, days: int, repeat: int) -> dict[str, tuple[float, float]]:
    """Milliseconds to hold a rule against the history of one fact type in an SQLite database."""
    write(entities, days)
    from greenboard.facts.store import vocabulary as words
    from greenboard.results import past
    from greenboard.scorecards.definition import find
    from greenboard.scorecards.draft import compiled, complete

    card = find("production-readiness", words())
    draft = compiled(card, complete(card, {"expression": RULES["one value"]}), words())

    compile_rule("true", words())  # what starting the process costs is no part of it

    def look() -> None:
        past.backtest(card, draft, days, NOW)

    def change() -> None:
        touch(random.Random(time.perf_counter_ns()), entities)
        look()

    figures = {}
    for name, work, times in (("first", look, 1), ("same", look, repeat), ("changed", change, repeat)):
        figures[f"{name}_ms"] = median(work, times)
    return figures


def write(entities: int, days: int) -> None:
    """A catalog of services, and the intervals of their coverage: each changed about every 20 days."""
    from greenboard.catalog.models import Entity, EntityVersion
    from greenboard.facts.models import FactInterval

    rng, words = random.Random(3), vocabulary.load()
    began = NOW - timedelta(days=days + 30)
    made = Entity.objects.bulk_create(
        [Entity(kind="service", namespace="default", name=f"service-{number}") for number in range(entities)],
        batch_size=500,
    )
    EntityVersion.objects.bulk_create(
        [
            EntityVersion(entity=each, kind="service", namespace="default", name=each.name, tier=2, valid_from=began)
            for each in made
        ],
        batch_size=500,
    )
    rows = []
    for each in made:
        turns = sorted(rng.uniform(0, days) for _ in range(round(days * CHANGING)))
        starts = [began, *(NOW - timedelta(days=days - turn) for turn in turns)]
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            rows.append(interval(rng, words, each.pk, start, end))
    FactInterval.objects.bulk_create(rows, batch_size=500)


def interval(rng: random.Random, words: Vocabulary, entity: int, start: datetime, end: datetime | None) -> Any:
    """One stored fact."""
    from greenboard.facts.models import FactInterval
    from greenboard.facts.store import encode

    value = encode(vocabulary.encode(random_fact(rng, words, "coverage")))
    seen = end or NOW
    times = {"observed_at": seen, "seen_at": seen, "valid_from": start, "valid_to": end}
    said = {"type": "coverage", "source_kind": "connection", "source": "Codecov", "value": value, "digest": b""}
    return FactInterval(entity_id=entity, **said, **times)


def touch(rng: random.Random, entities: int) -> None:
    """Ten entities change."""
    from greenboard.facts.models import FactInterval

    at, words = NOW - timedelta(seconds=rng.randint(1, 3_000)), vocabulary.load()
    rows = FactInterval.objects.filter(entity_id__in=rng.sample(range(1, entities + 1), 10), valid_to__isnull=True)
    for row in rows.filter(valid_from__lt=at):
        FactInterval.objects.filter(pk=row.pk).update(valid_to=at)
        interval(rng, words, row.entity_id, at, None).save()


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--no-store", action="store_true")
    options = parser.parse_args()
    figures: dict[str, Any] = {"entities": options.entities, "days": options.days}
    figures["engine"] = engine(options.entities, options.days, options.repeat)
    figures |= {name: figures["engine"].pop(name) for name in ("backtest_ms", "backtest_cpu_ms")}
    if not options.no_store:
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= {"GREENBOARD_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "greenboard.project.settings"}
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            figures["store"] = store(options.entities, options.days, options.repeat)
    print(json.dumps({"benchmark": "backtest", **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
