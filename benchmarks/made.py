"""Facts made at random from the vocabulary, with holes, and rules over them: what the engine is measured on."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from greenboard.facts.vocabulary import FactType, FieldDef, FieldType, Vocabulary, encode
from greenboard.rules.columns import Row

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HOLES = 0.08
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


def size_of(rows: list[Row]) -> int:
    """The mean size of an entity's facts as JSON, in bytes."""
    written = [json.dumps({name: encode(value) for name, value in row.items()}) for row in rows[:200]]
    return sum(map(len, written)) // len(written)
