"""Other rule engines on the same facts and rules: what each makes of them, and how fast. Only evaluating is timed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks import conditions
from tests.rules.oracle import as_data, oracle

from greenboard.facts.vocabulary import Vocabulary
from greenboard.rules import schema
from greenboard.rules.columns import Row
from greenboard.rules.evaluate import FAIL, NO_DATA, PASS
from greenboard.rules.language import Program
from greenboard.rules.vectors import Array

PEERS = Path(__file__).with_name("peers")


@dataclass(frozen=True)
class Rate:
    """What one engine did: `same` is the share of decided outcomes in which it agrees with ours."""

    rules: int
    entities: int
    per_second: float
    same: float

    def told(self) -> dict[str, float]:
        """As JSON."""
        return {
            "rules": self.rules,
            "entities": self.entities,
            "evaluations_per_second": round(self.per_second),
            "agree": round(self.same, 4),
        }


def json_rules_engine(programs: Sequence[Program], rows: Sequence[Row], ours: Array, now: datetime) -> Rate | None:
    """The engine of Backstage Tech Insights, on the rules that it can express. None, and a word, without node."""
    if not (shutil.which("node") and shutil.which("npm")):
        print("json-rules-engine left out: there is no node or npm here", file=sys.stderr)
        return None
    if not _installed():
        return None
    said: dict[int, conditions.Condition] = {}
    for number, program in enumerate(programs):
        try:
            said[number] = conditions.rule(program.tree, now)
        except conditions.CannotSay:
            continue
    given = {"facts": [conditions.facts(row) for row in rows], "rules": list(said.values())}
    done = subprocess.run(
        ["node", "rules.mjs"], cwd=PEERS, input=json.dumps(given), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    theirs = np.array([[int(sign) for sign in row] for row in found["verdicts"]]).T
    same = _agreement(theirs, ours[list(said), : len(rows)])
    return Rate(len(said), len(rows), found["evaluations"] / found["seconds"], same)


def _installed() -> bool:
    """Install what the lock file says; nothing else is ever fetched."""
    if (PEERS / "node_modules" / ".package-lock.json").exists():
        return True
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=PEERS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"json-rules-engine left out: npm ci in {PEERS.name} failed: {done.stderr.strip()}", file=sys.stderr)
    return done.returncode == 0


def cel_python(programs: Sequence[Program], rows: Sequence[Row], ours: Array, now: datetime) -> Rate | None:
    """CEL in Python; None where it is not installed."""
    try:
        import celpy
    except ImportError:
        print("cel-python left out: it is not installed", file=sys.stderr)
        return None
    environment = celpy.Environment()
    runners = [environment.program(environment.compile(program.source)) for program in programs]
    given = [{name: _as_celpy(celpy, value) for name, value in row.items()} for row in rows]
    for facts in given:
        facts["now"] = celpy.celtypes.TimestampType(now)
    theirs = np.full((len(runners), len(rows)), NO_DATA)
    started = time.perf_counter()
    for row, facts in enumerate(given):
        for number, runner in enumerate(runners):
            try:
                theirs[number, row] = PASS if runner.evaluate(facts) else FAIL
            except (celpy.CELEvalError, TypeError, KeyError, ValueError):  # a missing field, mostly
                continue
    seconds = time.perf_counter() - started
    return Rate(len(runners), len(rows), theirs.size / seconds, _agreement(theirs, ours[:, : len(rows)]))


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


def cel_cpp(programs: Sequence[Program], rows: Sequence[Row], ours: Array, *, now: datetime, words: Vocabulary) -> Rate:
    """The official C++ runtime; an error, such as a missing field, is no verdict."""
    runtime, compiler = oracle(words), schema.environment(schema.Schema(words, {}))
    expressions = [runtime.deserialize(compiler.compile(program.source).serialize()) for program in programs]
    activations = [runtime.Activation({**as_data(row), "now": now}) for row in rows]
    theirs = np.full((len(expressions), len(rows)), NO_DATA)
    started = time.perf_counter()
    for row, activation in enumerate(activations):
        for number, expression in enumerate(expressions):
            try:
                theirs[number, row] = PASS if expression.eval(activation).value() is True else FAIL
            except (RuntimeError, ValueError, TypeError):
                continue
    seconds = time.perf_counter() - started
    return Rate(len(expressions), len(rows), theirs.size / seconds, _agreement(theirs, ours[:, : len(rows)]))


def _agreement(theirs: Array, ours: Array) -> float:
    decided = ours <= PASS
    return float(np.mean((theirs == ours)[decided]))
