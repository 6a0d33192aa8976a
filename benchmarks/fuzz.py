"""Hold our evaluator against the official C++ runtime: random expressions on random facts with holes.

    python benchmarks/fuzz.py [--expressions N] [--rows N] [--seed N] [--related SHARE]

Both get the same checked expression. A missing field is an error to the runtime and an unknown to
us; everything else must be equal. The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.rules.oracle import activation, around_as_data, oracle, prepared
from tests.rules.random_more import Maker
from tests.rules.random_rules import (
    DOUBLES,
    INTS,
    NOW,
    PARAMETERS,
    STRINGS,
    random_around,
    random_row,
    vocabulary,
)

from greenboard.rules import columns, refuse, schema
from greenboard.rules.evaluate import evaluate
from greenboard.rules.language import compile as compile_rule


def run(expressions: int, rows: int, seed: int, related: float = 0.4) -> dict[str, Any]:
    """Compare many expressions on many rows; the differences come back in words.

    `related` is the share of expressions that may also read what is around the entity.
    """
    rng = random.Random(seed)
    words = vocabulary()
    runtime = oracle(words)
    compiler = schema.environment(schema.Schema(words, PARAMETERS))
    counts: Counter[str] = Counter()
    differences: list[str] = []
    while counts["expressions"] < expressions:
        holes = rng.choice([0.0, 0.02, 0.05, 0.2])
        facts = [random_row(rng, holes) for _ in range(rows)]
        given = {"limit": rng.choice(INTS[:8]), "share": rng.choice(DOUBLES[:9]), "word": rng.choice(STRINGS)}
        around = random_around(rng, rows, holes)
        beside = around_as_data(facts, around)
        activations = [
            runtime.Activation(activation(row, given, data)) for row, data in zip(facts, beside, strict=True)
        ]
        frame = columns.Frame.build(words, facts, NOW, around=around)
        for _ in range(min(20, expressions - counts["expressions"])):
            text = Maker(rng, related=rng.random() < related).make("bool", rng.choice([2, 3, 3, 4]))
            counts["expressions"] += 1
            try:
                program = compile_rule(text, words, parameters=PARAMETERS)
            except refuse.RuleError as refusal:
                counts["refused"] += 1
                counts[f"refused: {refusal.what[:40]}"] += 1
                continue
            expression = prepared(text, compiler, runtime)
            verdicts = evaluate(program, frame, {name: [value] * rows for name, value in given.items()})
            theirs = [_verdict(expression, one) for one in activations]
            counts["evaluations"] += rows
            counts["related"] += rows if program.related or program.levels or program.reads_team else 0
            counts["unknown"] += theirs.count(2)
            for ours, other, row in zip(verdicts.tolist(), theirs, facts, strict=True):
                if min(ours, 2) != other:
                    counts["wrong"] += 1
                    differences.append(f"{text}\n   ours {ours}, theirs {other} on {str(row)[:2000]}")
    return _summary(counts, differences)


def _verdict(expression: Any, facts: Any) -> int:
    """The runtime's verdict; whatever is no bool is 2."""
    try:
        found = expression.eval(facts).value()
    except (RuntimeError, ValueError, TypeError, OverflowError):
        return 2
    return int(found) if isinstance(found, bool) else 2


def _summary(counts: Counter[str], differences: list[str]) -> dict[str, Any]:
    return {
        "expressions": counts["expressions"],
        "cases": counts["evaluations"],
        "passed": counts["evaluations"] - counts["wrong"],
        "refused": counts["refused"],
        "unknown": counts["unknown"],
        "related": counts["related"],
        "wrong": counts["wrong"],
        "differences": differences[:20],
        "refusals": {name: count for name, count in counts.items() if name.startswith("refused: ")},
    }


def main() -> int:
    """Run, print the differences, and the counts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expressions", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--related", type=float, default=0.4, help="share of expressions that read what is around")
    options = parser.parse_args()
    started = time.perf_counter()
    result = run(options.expressions, options.rows, options.seed, options.related)
    for difference in result.pop("differences"):
        print(difference)
    for reason, count in sorted(result.pop("refusals").items(), key=lambda pair: -pair[1])[:20]:
        print(count, reason)
    seconds = round(time.perf_counter() - started, 1)
    print(json.dumps({"benchmark": "fuzz", **result, "seconds": seconds}))
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
