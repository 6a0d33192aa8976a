"""How long it takes to know what is around entities, and to evaluate rules about related ones.

    python benchmarks/relations.py [--entities N] [--relations N]

`around_ms` is from relations between rows to arrays, `rule_ms` a rule over every dependency of every
entity, `hub_ms` a rule over all dependents of one entity that everything depends on. Medians of five, of
the time of the processor; the last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from greenboard.catalog.types import Entity, RelationKind
from greenboard.core.refs import Ref
from greenboard.facts import vocabulary
from greenboard.results.around import Numbered, build
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import evaluate
from greenboard.rules.language import compile as compile_rule

NOW = datetime(2026, 6, 1, tzinfo=UTC)
AS_STRICT = (
    'dependencies().all(d, d.slo.exists(s, s.sli == "availability" && '
    'slo.exists(m, m.sli == "availability" && s.target_pct >= m.target_pct)))'
)


def catalog(count: int, relations: int) -> tuple[list[Entity | None], list[Ref], list[Numbered]]:
    """Services in systems of teams, most owned through their system; the last one is what all depend on."""
    rng = random.Random(1)
    systems, teams = max(count // 50, 1), max(count // 100, 1)
    services = count - systems - teams
    kinds = ["service"] * services + ["system"] * systems + ["team"] * teams
    refs = [Ref(kind, "default", f"{kind}-{index}") for index, kind in enumerate(kinds)]
    found: list[Numbered] = [(RelationKind.PART_OF, row, services + rng.randrange(systems)) for row in range(services)]
    found += [(RelationKind.OWNS, services + systems + rng.randrange(teams), services + row) for row in range(systems)]
    found += [(RelationKind.DEPENDS_ON, row, services - 1) for row in range(services - 1)]
    while len(found) < relations:
        found.append((RelationKind.DEPENDS_ON, rng.randrange(services), rng.randrange(services)))
    return [Entity(ref, dependencies_declared=True) for ref in refs], refs, found


def _milliseconds(work: Callable[[], object]) -> float:
    took = []
    for _ in range(5):
        started = time.process_time()
        work()
        took.append((time.process_time() - started) * 1000)
    return round(statistics.median(took), 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--relations", type=int, default=40_000)
    options = parser.parse_args()
    entities, refs, relations = catalog(options.entities, options.relations)
    around = build(entities, refs, relations, complete=True)
    rng = random.Random(2)
    words = vocabulary.load()
    rows = [
        {"slo": ({"name": "up", "sli": "availability", "target_pct": rng.choice([99.0, 99.9])},), "entity": {"tier": 1}}
        for _ in entities
    ]
    strict = compile_rule(AS_STRICT, words)
    hub = compile_rule("dependents().all(d, d.entity.tier <= 2)", words)
    frame = Frame.build(words, rows, NOW, {"slo", "entity"}, around=around)
    figures = {
        "around_ms": _milliseconds(lambda: build(entities, refs, relations, complete=True)),
        "rule_ms": _milliseconds(lambda: evaluate(strict, frame)),
        "hub_ms": _milliseconds(lambda: evaluate(hub, frame)),
    }
    counts = {"entities": options.entities, "relations": len(relations)}
    print(json.dumps({"benchmark": "relations", **counts, **figures}))


if __name__ == "__main__":
    main()
