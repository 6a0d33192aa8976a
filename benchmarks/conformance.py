"""Hold the rule language against the test suite of the CEL specification.

    python benchmarks/conformance.py [FILE]

FILE holds the cases as JSON; by default GREENBOARD_CEL_CONFORMANCE, or a folder of notes beside the
checkout. A case passes when our value is the expected one (or both are errors), is refused when the
expression does not compile, and is wrong otherwise. The last line is a JSON object.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from greenboard.facts.vocabulary import FieldType, Vocabulary
from greenboard.rules.columns import Frame
from greenboard.rules.language import RuleError, expression
from greenboard.rules.trace import Trace

_NOTHING = Vocabulary({})
_BESIDE = Path(__file__).resolve().parents[1] / ".." / "shared" / "cel-conformance.json"
_PRIMITIVES = {1: FieldType.BOOL, 2: FieldType.INT, 4: FieldType.FLOAT, 5: FieldType.STRING}
_KINDS = {"bool", "int", "double", "string", "timestamp", "duration", "list"}


def cases_file() -> Path:
    """Where the cases are, whether or not they are there."""
    return Path(os.environ.get("GREENBOARD_CEL_CONFORMANCE") or _BESIDE).resolve()


def judge(case: dict[str, Any]) -> tuple[str, str]:
    """`passed`, `refused` or `wrong` for one case, and what was got."""
    parameters, values = _variables(case)
    source = case["expr"]
    for name in parameters:
        source = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", f"param.{name}", source)
    if case["disable_macros"] or case["bindings"].keys() - parameters.keys():
        return "refused", "needs variables outside the vocabulary"
    try:
        program = expression(source, _NOTHING, parameters=parameters)
    except RuleError as refusal:
        return "refused", refusal.what
    if case["check_only"]:
        return "passed", "checked"
    frame = Frame.build(_NOTHING, [{}], datetime(2026, 1, 1, tzinfo=UTC))
    trace = Trace(program, frame, 0, values)
    found = trace.value(program.tree, trace.root)
    failed = trace.state(program.tree, trace.root) != 0
    if case["exp"][0] == "error":
        return ("passed" if failed else "wrong"), repr(found)
    return ("wrong" if failed or not _same(case["exp"][1], found) else "passed"), "error" if failed else repr(found)


def _variables(case: dict[str, Any]) -> tuple[dict[str, FieldType], dict[str, list[Any]]]:
    kinds = {name: stated for name, stated in case["decls"] if stated[0] == "prim" and stated[1] in _PRIMITIVES}
    parameters = {name: _PRIMITIVES[stated[1]] for name, stated in kinds.items() if "." not in name}
    return parameters, {name: [_bound(case["bindings"].get(name))] for name in parameters}


def _bound(stated: list[Any] | None) -> Any:
    """The value of a variable; doubles are written as text."""
    if stated is None:
        return None
    return float(stated[1]) if stated[0] == "double" else stated[1]


def _same(expected: list[Any], found: Any) -> bool:
    kind, value = expected[0], expected[1] if len(expected) > 1 else None
    if kind == "list":
        parts = isinstance(found, tuple) and len(found) == len(value)
        return parts and all(_same(one, other) for one, other in zip(value, found, strict=True))
    if kind == "double":
        return isinstance(found, float) and (found == float(value) or (found != found and float(value) != float(value)))
    if kind == "timestamp":
        return bool(
            found == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value[0], microseconds=value[1] // 1000)
        )
    if kind == "duration":
        return bool(found == timedelta(seconds=value[0], microseconds=value[1] // 1000))
    return kind in _KINDS and type(found).__name__ == {"string": "str"}.get(kind, kind) and found == value


def run(path: Path, *, show: bool = False) -> dict[str, Any]:
    """The counts over all cases of a file, and the names of the wrong ones."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    wrong = []
    for case in json.loads(path.read_text(encoding="utf-8")):
        verdict, got = judge(case)
        counts[verdict] += 1
        if verdict == "refused":
            reasons[got[:60]] += 1
        if verdict == "wrong":
            wrong.append(case["name"])
            if show:
                print(f"{case['name']}: {case['expr']} expected {case['exp']}, got {got}")
    if show:
        for reason, count in reasons.most_common(40):
            print(f"{count:5} refused: {reason}")
    total = sum(counts.values())
    return {"cases": total, **{name: counts[name] for name in ("passed", "refused", "wrong")}, "wrong_cases": wrong}


def main() -> int:
    """Print what is wrong, and the counts."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else cases_file()
    if not path.is_file():
        print(f"skipped: no cases at {path}; set GREENBOARD_CEL_CONFORMANCE", file=sys.stderr)
        print(json.dumps({"benchmark": "conformance", "skipped": "no cases"}))
        return 0
    result = run(path, show=True)
    print(json.dumps({"benchmark": "conformance", **result}))
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
