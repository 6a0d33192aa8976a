"""Measure the rule engine: 100 rules (60 over single values, 40 over lists) on many entities.

    python benchmarks/engine.py [--entities N] [--repeat N] [--peers N]

Facts are made at random from the vocabulary, with holes. Columns are built before the clock starts, as
they are kept between runs; what building takes is told apart. `--peers` is how many entities the slower
engine beside us evaluates; 0 leaves it out. The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from greenboard.facts import vocabulary
from greenboard.facts.vocabulary import FactType, FieldDef, FieldType, Vocabulary, encode
from greenboard.rules.columns import Frame, Row
from greenboard.rules.evaluate import ERROR, FAIL, NO_DATA, PASS, evaluate
from greenboard.rules.language import Program
from greenboard.rules.language import compile as compile_rule

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HOLES = 0.07
SINGLE = ("entity", "coverage", "oncall", "ci", "branch_policy", "readme", "history", "codeowners", "incident",
          "change_flow", "license", "uptime", "code_quality", "sbom")  # fmt: skip
SEVERAL = {"slo": 2, "workload": 1, "vulnerability": 2, "deployment": 2, "test_suite": 2, "dashboard": 2,
           "artifact": 1, "runbook": 2}  # fmt: skip
_WORDS = ("alpha", "beta", "gamma", "delta", "omega", "checkout", "search", "payments", "1.2.3", "2.0.0")


def random_value(rng: random.Random, field: FieldDef, kind: FieldType) -> Any:
    """A value for a field."""
    if kind.element:
        return tuple(random_value(rng, field, kind.element) for _ in range(rng.randint(0, 4)))
    match kind:
        case FieldType.BOOL:
            return rng.random() < 0.7
        case FieldType.INT:
            return rng.randint(0, 20)
        case FieldType.FLOAT:
            return round(rng.uniform(0, 100), 2)
        case FieldType.TIMESTAMP:
            return NOW - timedelta(hours=rng.randint(-500, 5_000))
        case FieldType.DURATION:
            return timedelta(minutes=rng.randint(1, 50_000))
    return rng.choice(field.values or _WORDS)


def random_item(rng: random.Random, declared: FactType, number: int) -> dict[str, Any]:
    """One fact, or one item of several, with holes."""
    item = {
        name: random_value(rng, field, field.type) for name, field in declared.fields.items() if rng.random() >= HOLES
    }
    if declared.many:
        item[declared.many] = f"{declared.name}/{number}"
    return item


def random_rows(rng: random.Random, words: Vocabulary, count: int) -> list[Row]:
    """The facts of many entities."""
    rows: list[Row] = []
    for _ in range(count):
        row: dict[str, Any] = {}
        for name in SINGLE:
            if rng.random() >= HOLES:
                row[name] = random_item(rng, words.types[name], 0)
        for name, usual in SEVERAL.items():
            if rng.random() >= HOLES:
                items = range(rng.randint(0, 2 * usual))
                row[name] = tuple(random_item(rng, words.types[name], number) for number in items)
        rows.append(row)
    return rows


def test_of(rng: random.Random, subject: str, name: str, field: FieldDef) -> str:
    """A test of one field."""
    path = f"{subject}.{name}"
    match field.type:
        case FieldType.BOOL:
            return rng.choice([path, f"!{path}"])
        case FieldType.INT:
            return f"{path} {rng.choice(['>=', '<', '=='])} {rng.randint(1, 15)}"
        case FieldType.FLOAT:
            return f"{path} {rng.choice(['>=', '<'])} {rng.randint(5, 95)}.0"
        case FieldType.TIMESTAMP:
            return f'now - {path} < duration("{rng.randint(24, 4_000)}h")'
        case FieldType.DURATION:
            return f'{path} <= duration("{rng.randint(1, 800)}h")'
        case FieldType.STRING:
            values = field.values or _WORDS
            some = ", ".join(f'"{value}"' for value in rng.sample(values, min(2, len(values))))
            return rng.choice([f"{path} in [{some}]", f'{path} != "{values[0]}"', f'{path} == "{values[-1]}"'])
    return f"size({path}) > {rng.randint(0, 2)}"


def random_test(rng: random.Random, words: Vocabulary, type_name: str, subject: str) -> str:
    """A test of some field of a type."""
    fields = words.types[type_name].fields
    name = rng.choice([name for name in fields if name != words.types[type_name].many])
    return test_of(rng, subject, name, fields[name])


def single_rule(rng: random.Random, words: Vocabulary) -> str:
    """A rule over one to three fields of single facts."""
    name = rng.choice(SINGLE)
    tests = [random_test(rng, words, one, one) for one in (name, name, rng.choice(SINGLE))][: rng.choice([1, 1, 2, 3])]
    return rng.choice([" && ", " || "]).join(tests)


def list_rule(rng: random.Random, words: Vocabulary) -> str:
    """A rule with one comprehension, or one within another."""
    name, other = rng.choice(list(SEVERAL)), rng.choice(list(SEVERAL))
    test = random_test(rng, words, name, "x")
    second = random_test(rng, words, name, "x")
    return rng.choice(
        [
            f"{name}.all(x, {test})",
            f"{name}.exists(x, {test} && {second})",
            f"size({name}) > 0 && {name}.all(x, {test} || {second})",
            f"size({name}.filter(x, {test})) <= {rng.randint(0, 3)}",
            f"{name}.exists_one(x, {test})",
            f"{name}.all(x, {other}.exists(y, {random_test(rng, words, other, 'y')} && {test}))",
        ]
    )


def rules(rng: random.Random, words: Vocabulary) -> list[str]:
    """60 rules over single facts and 40 over lists."""
    return [single_rule(rng, words) for _ in range(60)] + [list_rule(rng, words) for _ in range(40)]


def median(work: Callable[[], object], repeat: int) -> float:
    """The median time of several runs, in seconds."""
    taken = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def celpy_rate(sources: list[str], rows: list[Row]) -> float | None:
    """Evaluations per second of cel-python over the same rules, with what it takes to convert facts."""
    try:
        import celpy
    except ImportError:
        return None
    environment = celpy.Environment()
    programs = [environment.program(environment.compile(source)) for source in sources]
    started = time.perf_counter()
    for row in rows:
        facts = {name: _as_celpy(celpy, value) for name, value in row.items()}
        facts["now"] = celpy.celtypes.TimestampType(NOW)
        for program in programs:
            try:
                program.evaluate(facts)
            except (celpy.CELEvalError, TypeError, KeyError, ValueError):  # a missing field, mostly
                continue
    return len(programs) * len(rows) / (time.perf_counter() - started)


def changed_entity(words: Vocabulary, row: Row, programs: list[Program]) -> None:
    """What a change of one entity costs: its columns, and every rule."""
    frame = Frame.build(words, [row], NOW)
    for program in programs:
        evaluate(program, frame)


def size_of(rows: list[Row]) -> int:
    """The mean size of an entity's facts as JSON, in bytes."""
    written = [json.dumps({name: encode(value) for name, value in row.items()}) for row in rows[:200]]
    return sum(map(len, written)) // len(written)


def _as_celpy(celpy: Any, value: Any) -> Any:
    if isinstance(value, dict):
        made = {celpy.celtypes.StringType(name): _as_celpy(celpy, part) for name, part in value.items()}
        return celpy.celtypes.MapType(made)
    if isinstance(value, tuple):
        return celpy.celtypes.ListType([_as_celpy(celpy, part) for part in value])
    if isinstance(value, datetime):
        return celpy.celtypes.TimestampType(value)
    if isinstance(value, timedelta):
        return celpy.celtypes.DurationType(value)
    return celpy.json_to_cel(value)


def backtest(programs: list[Program], frame: Frame) -> float:
    """The median over rules that read the clock of evaluating each of 90 days, in seconds."""
    moments = [NOW - timedelta(days=day) for day in range(90)]
    clocked = [program for program in programs if program.reads_clock][:5]
    return statistics.median(
        [median(lambda program=program: [evaluate(program, frame.at(moment)) for moment in moments], 1)
         for program in clocked]
    )  # fmt: skip


def measure(entities: int, repeat: int, peers: int) -> dict[str, Any]:
    """All figures."""
    rng, words = random.Random(7), vocabulary.load()
    rows = random_rows(rng, words, entities)
    sources = rules(rng, words)
    programs = [compile_rule(source, words) for source in sources]
    compiled = median(lambda: [compile_rule(source, words) for source in sources], 3)
    frame = Frame.build(words, rows, NOW)
    started = time.perf_counter()
    verdicts = np.stack([evaluate(program, frame) for program in programs])
    first = time.perf_counter() - started
    seconds = median(lambda: [evaluate(program, frame) for program in programs], repeat)
    edited = [median(lambda source=source: evaluate(compile_rule(source, words), frame), 3) for source in sources]
    changed = median(lambda: changed_entity(words, rows[0], programs), 9)
    rate = entities * len(programs) / seconds
    theirs = celpy_rate(sources, rows[:peers]) if peers else None
    shares = {name: round(float(np.mean(verdicts == code)), 3) for name, code in
              (("pass", PASS), ("fail", FAIL), ("no_data", NO_DATA), ("error", ERROR))}  # fmt: skip
    return {
        "entities": entities,
        "rules": len(programs),
        "evaluations_per_second": round(rate),
        "ratio_json_rules_engine": None,
        "ratio_cel_python": round(rate / theirs) if theirs else None,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "preview_ms": round(statistics.median(edited) * 1000, 2),
        "preview_worst_ms": round(max(edited) * 1000, 2),
        "backtest_ms": round(backtest(programs, frame) * 1000, 1),
        "changed_entity_ms": round(changed * 1000, 2),
        "all_rules_ms": round(seconds * 1000, 1),
        "first_run_ms": round(first * 1000, 1),
        "compile_ms_per_rule": round(compiled * 10, 3),
        "bytes_per_entity": size_of(rows),
        "outcomes": shares,
    }


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
