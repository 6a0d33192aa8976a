"""How long one edited rule takes over many entities: compiling, evaluating, ranking, comparing with what is in force.

Entities are made of the facts of the rules' own examples, mixed at random. `preview_ms` is the median of edits of every
rule of the scorecard, `slowest_ms` that of the slowest rule; `cpu_ms` is the median of the time on the processor, which
tells them from the waiting of a busy machine.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from datetime import UTC, datetime

import numpy as np

from greenboard.catalog.types import COMPONENT_KINDS, Entity
from greenboard.core.refs import Ref
from greenboard.facts.vocabulary import Vocabulary, load
from greenboard.results.ground import Ground
from greenboard.results.preview import preview
from greenboard.rules.columns import Frame
from greenboard.scorecards import definition, draft, examples
from greenboard.scorecards.types import Rule, Scorecard

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def company(card: Scorecard, words: Vocabulary, count: int) -> Ground:
    """Entities that have the facts of random examples of every second rule or so."""
    chance = random.Random(1)
    known = [[examples.facts(one, words) for one in rule.examples] for rule in card.rules]
    kinds = sorted(COMPONENT_KINDS)
    entities, rows = [], []
    for number in range(count):
        tier = chance.choice([None, 0, 1, 2, 3, 4])
        entities.append(Entity(Ref(chance.choice(kinds), "default", f"e{number}"), tier=tier, lifecycle="production"))
        row = {}
        for several in chance.sample(known, k=len(known) * 5 // 6):
            row |= chance.choice(several)
        rows.append(row)
    return Ground(np.arange(count), tuple(entities), Frame.build(words, rows, NOW, card.types))


def edit(card: Scorecard, rule: Rule, words: Vocabulary, ground: Ground) -> tuple[float, float]:
    """The milliseconds that an edit of a rule takes, on the wall and on the processor; its text is always new."""
    parts = {"expression": f"({rule.program.source}) && {random.random()} < 2.0"}
    wall, cpu = time.perf_counter(), time.process_time()
    made = draft.compiled(card, draft.complete(card, parts, rule.id), words)
    found = preview(card, made, ground)
    found.counts(found.rules[0].after)
    len(found.changed(found.rules[0])), len(found.moved)
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--entities", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    words = load()
    card = definition.shipped(words)[0]
    ground = company(card, words, given.entities)
    taken: dict[str, float] = {}
    cpu: list[float] = []
    for rule in card.rules:
        edit(card, rule, words, ground)  # the columns that it reads are built once
        measured = [edit(card, rule, words, ground) for _ in range(given.rounds)]
        taken[rule.id] = statistics.median(one[0] for one in measured)
        cpu.append(statistics.median(one[1] for one in measured))
    slowest = max(taken, key=taken.__getitem__)
    told = {
        "entities": given.entities,
        "rules": len(card.rules),
        "preview_ms": round(statistics.median(taken.values()), 2),
        "slowest_ms": round(taken[slowest], 2),
        "slowest": slowest,
        "cpu_ms": round(statistics.median(cpu), 2),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
