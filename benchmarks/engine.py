"""Measure the rule engine, and others beside it: 100 rules (60 over single values, 40 over lists) on many entities.

    python benchmarks/engine.py [--entities N] [--repeat N] [--peers N]

Facts are made at random from the vocabulary, with holes. Columns are built before the clock starts, as
they are kept between runs; what building takes is told apart. `--peers` is how many entities cel-python
evaluates, the slowest engine beside us; the others get fifty times as many; 0 leaves all of them out.
They run in this process, or beside it, on the same facts and rules, and only evaluating is timed.
The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import backtest as past
from benchmarks import others
from benchmarks.made import NOW, random_rows, rules, size_of

from greenboard.facts import vocabulary
from greenboard.facts.vocabulary import Vocabulary
from greenboard.rules import tables
from greenboard.rules.columns import Frame, Row, Strings
from greenboard.rules.evaluate import ERROR, FAIL, NO_DATA, PASS, evaluate, quietly
from greenboard.rules.language import Program
from greenboard.rules.language import compile as compile_rule
from greenboard.rules.vectors import Array

CHUNK = 2_000
"""Entities whose facts are in memory as Python values at once."""

KEPT = 1_000
"""Entities whose facts are kept for the other engines."""


def median(work: Callable[[], object], repeat: int) -> float:
    """The median time of several runs, in seconds."""
    taken = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def built(rng: random.Random, words: Vocabulary, entities: int) -> tuple[Frame, list[Row], float]:
    """A frame of many entities, the facts of the first of them, and how long building the columns took."""
    strings, kept, taken = Strings(), list[Row](), 0.0

    def chunks() -> Iterator[Frame]:
        nonlocal taken
        for first in range(0, entities, CHUNK):
            rows = random_rows(rng, words, min(CHUNK, entities - first))
            kept.extend(rows[: KEPT - len(kept)])
            started = time.perf_counter()
            yield tables.ready(Frame.build(words, rows, NOW, strings=strings))
            taken += time.perf_counter() - started

    return tables.joined(chunks()), kept, taken


def changed_entity(frame: Frame, programs: list[Program], facts: Row) -> dict[str, float]:
    """What one changed fact of one entity takes in milliseconds: its columns, and then rules for that entity.

    `changed_entity_ms` has its verdicts right again as continuous evaluation does, by the rules that read the
    fact; it is that of the fact type for which this takes longest. `every_rule_ms` evaluates all rules, as if
    nobody knew what they read. One change follows the other, on the columns that the one before left.
    """
    row = len(frame) // 2
    rows = np.array([row])
    current = frame

    def taken(name: str, several: list[Program]) -> float:
        def changed() -> None:
            nonlocal current
            current = tables.patched(current, {row: {name: facts[name]}}, types={name})
            with quietly():
                for program in several:
                    evaluate(program, current, rows=rows)

        return round(median(changed, 25) * 1000, 2)

    reading = {name: [program for program in programs if name in program.types] for name in facts}
    most = max(reading, key=lambda name: len(reading[name]))
    return {
        "changed_entity_ms": max(taken(name, several) for name, several in reading.items()),
        "changed_entity_every_rule_ms": taken(most, programs),
        "rules_that_read_it": len(reading[most]),
    }


def beside(programs: list[Program], rows: list[Row], verdicts: Array, words: Vocabulary, peers: int) -> dict[str, Any]:
    """The other engines, by name; None where one is not here."""
    many = rows[: 50 * peers]
    found = {
        "json_rules_engine": others.json_rules_engine(programs, many, verdicts, NOW),
        "cel_python": others.cel_python(programs, rows[:peers], verdicts, NOW),
        "cel_cpp": others.cel_cpp(programs, many, verdicts, now=NOW, words=words),
    }
    return {name: rate and rate.told() for name, rate in found.items()}


def measure(entities: int, repeat: int, peers: int) -> dict[str, Any]:
    """All figures."""
    rng, words = random.Random(7), vocabulary.load()
    frame, rows, building = built(rng, words, entities)
    sources = rules(random.Random(11), words)  # the same however many entities there are
    programs = [compile_rule(source, words) for source in sources]
    compiled = median(lambda: [compile_rule(source, words) for source in sources], 3)
    started = time.perf_counter()
    verdicts = np.stack([evaluate(program, frame) for program in programs])
    first = time.perf_counter() - started
    seconds = median(lambda: [evaluate(program, frame) for program in programs], repeat)
    edited = [median(lambda source=source: evaluate(compile_rule(source, words), frame), 3) for source in sources]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    alone = changed_entity(frame, programs, rows[0])
    rate = entities * len(programs) / seconds
    theirs = beside(programs, rows, verdicts, words, peers) if peers else {}
    shares = {name: round(float(np.mean(verdicts == code)), 3) for name, code in
              (("pass", PASS), ("fail", FAIL), ("no_data", NO_DATA), ("error", ERROR))}  # fmt: skip
    return {
        "entities": entities,
        "rules": len(programs),
        "evaluations_per_second": round(rate),
        **{f"ratio_{name}": _ratio(rate, theirs.get(name)) for name in ("json_rules_engine", "cel_python", "cel_cpp")},
        "peak_mib": round(peak),
        "preview_ms": round(statistics.median(edited) * 1000, 2),
        "preview_worst_ms": round(max(edited) * 1000, 2),
        "backtest_ms": past.engine(min(entities, 10_000), 90, 3)["backtest_ms"],
        **alone,
        "all_rules_ms": round(seconds * 1000, 1),
        "first_run_ms": round(first * 1000, 1),
        "columns_s": round(building, 2),
        "compile_ms_per_rule": round(compiled * 10, 3),
        "bytes_per_entity": size_of(rows),
        "outcomes": shares,
        "others": theirs,
    }


def _ratio(ours: float, theirs: dict[str, float] | None) -> int | None:
    return None if theirs is None else round(ours / theirs["evaluations_per_second"])


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--peers", type=int, default=20)
    options = parser.parse_args()
    print(json.dumps({"benchmark": "engine", **measure(options.entities, options.repeat, options.peers)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
