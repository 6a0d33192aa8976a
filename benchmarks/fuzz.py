"""Hold our evaluator against the official C++ runtime: random expressions on random facts with holes.

    python benchmarks/fuzz.py [--expressions N] [--rows N] [--seed N]

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
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings
from google.protobuf import duration_pb2, timestamp_pb2

from greenboard.facts.vocabulary import FactType, FieldDef, FieldType, Vocabulary
from greenboard.rules import arithmetic, columns, refuse, schema, versions
from greenboard.rules.evaluate import evaluate
from greenboard.rules.language import compile

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PARAMETERS = {"limit": FieldType.INT, "share": FieldType.FLOAT, "word": FieldType.STRING}

_FIELDS = {
    "b": FieldType.BOOL,
    "c": FieldType.BOOL,
    "i": FieldType.INT,
    "j": FieldType.INT,
    "d": FieldType.FLOAT,
    "e": FieldType.FLOAT,
    "s": FieldType.STRING,
    "r": FieldType.STRING,
    "t": FieldType.TIMESTAMP,
    "v": FieldType.TIMESTAMP,
    "u": FieldType.DURATION,
    "ls": FieldType.STRINGS,
    "li": FieldType.INTS,
    "ld": FieldType.FLOATS,
    "lt": FieldType.TIMESTAMPS,
}
_INTS = [-2, -1, 0, 1, 2, 3, 7, 100, 2**31, 2**53 + 1, -(2**53) - 1, 2**62, 2**63 - 1, -(2**63)]
_DOUBLES = [-1.5, -1.0, 0.0, 0.5, 1.0, 2.0, 2.5, 99.9, 100.0, 1e10, 9007199254740992.0, 9.3e18, 1e300]
_STRINGS = ["", "a", "b", "ab", "Abc", "a b", "z", "ÿé", "日本", "1", "-7", "2.5", "true", "1.2.3", "2.0.0-rc.1", "x,y", "1h"]
_MOMENTS = [NOW, NOW - timedelta(days=1), NOW + timedelta(hours=5, microseconds=7), datetime(1969, 12, 31, 23, 59, 59, 500_000, UTC),
            datetime(9999, 1, 1, tzinfo=UTC), datetime(1, 2, 3, tzinfo=UTC), datetime(2024, 2, 29, 1, 2, 3, 45, UTC)]  # fmt: skip
# Not beyond 292 years: there the runtime saturates instead of failing, and we fail.
_SPANS = [timedelta(0), timedelta(days=1), timedelta(hours=-3, microseconds=5), timedelta(seconds=90), timedelta(days=400), timedelta(days=100_000),
          timedelta(days=-100_000, microseconds=1)]  # fmt: skip


def vocabulary() -> Vocabulary:
    """Two single fact types and two with several items, with fields of every type."""
    fields = {name: FieldDef(type=kind, doc="") for name, kind in _FIELDS.items()}
    types = {
        name: FactType(
            name=name, title=name, doc="", about="component", many="s" if several else None,
            supplied_by=("connection",), fields=fields,
        )
        for name, several in (("one", False), ("two", False), ("some", True), ("few", True))
    }  # fmt: skip
    keep = {name: FieldDef(type=kind, doc="") for name, kind in (("item", FieldType.STRING), ("expires_at", FieldType.TIMESTAMP))}
    types["attestation"] = FactType(
        name="attestation", title="", doc="", about="entity", many="item", supplied_by=("attestation",), fields=keep
    )
    return Vocabulary(types)


def random_row(rng: random.Random, holes: float) -> dict[str, Any]:
    """The facts of one entity; each type and field is left out with the given chance."""
    row: dict[str, Any] = {}
    for name in ("one", "two"):
        if rng.random() >= holes:
            row[name] = _struct(rng, holes)
    for name in ("some", "few"):
        if rng.random() >= holes:
            row[name] = tuple(_struct(rng, holes) for _ in range(rng.choice([0, 1, 1, 2, 3])))
    if rng.random() >= holes:
        row["attestation"] = tuple(
            {"item": item, **({"expires_at": rng.choice(_MOMENTS)} if rng.random() >= holes else {})}
            for item in ("A.1", "B.2") if rng.random() < 0.6
        )  # fmt: skip
    return row


def _struct(rng: random.Random, holes: float) -> dict[str, Any]:
    return {name: _random_value(rng, kind) for name, kind in _FIELDS.items() if rng.random() >= holes}


def _random_value(rng: random.Random, kind: FieldType) -> Any:
    if kind.element:
        return tuple(_random_value(rng, kind.element) for _ in range(rng.choice([0, 1, 2, 3])))
    common = rng.random() < 0.75
    match kind:
        case FieldType.BOOL:
            return rng.random() < 0.5
        case FieldType.INT:
            return rng.choice(_INTS[:8] if common else _INTS)
        case FieldType.FLOAT:
            return rng.choice(_DOUBLES[:9] if common else _DOUBLES)
        case FieldType.STRING:
            return rng.choice(_STRINGS)
        case FieldType.TIMESTAMP:
            return rng.choice(_MOMENTS)
    return rng.choice(_SPANS)


class Maker:
    """Makes random expressions that the checker accepts, mostly."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.scope: list[tuple[str, str]] = []
        self.nesting = 0

    def make(self, kind: str, depth: int) -> str:
        """An expression of a type: bool, int, double, string, timestamp, duration or list<...>."""
        if depth <= 0:
            return self.leaf(kind)
        makers: dict[str, list[Callable[[int], str]]] = {
            "bool": [self._logic, self._logic, self._logic, self._compare, self._compare, self._compare, self._fold,
                     self._fold, self._text_test, self._in, self._has, self._lists_equal],
            "int": [self._int_math, self._size, self._int_of, self._int_math],
            "double": [self._double_math, self._double_of],
            "string": [self._text_of],
            "timestamp": [self._moment],
            "duration": [self._span],
        }  # fmt: skip
        if kind.startswith("list<"):
            return self._list(kind[5:-1], depth)
        if self.rng.random() < 0.12:
            return f"({self.make('bool', depth - 1)} ? {self.make(kind, depth - 1)} : {self.make(kind, depth - 1)})"
        if self.rng.random() < 0.05:
            return f"{self.struct(0)}.?{self.field(kind)}.orValue({self.make(kind, depth - 1)})"
        return self.rng.choice(makers[kind])(depth)

    def leaf(self, kind: str) -> str:
        """A literal, a field, a variable or a parameter."""
        choice = self.rng.random()
        locals_ = [name for name, stated in self.scope if stated == kind]
        if locals_ and choice < 0.4:
            return self.rng.choice(locals_)
        if choice < 0.75 and kind != "bool" or choice < 0.95 and kind == "bool":
            return f"{self.struct(0)}.{self.field(kind)}"
        given = {"int": "param.limit", "double": "param.share", "string": "param.word", "timestamp": "now"}
        return given[kind] if kind in given and choice < 0.82 else self.literal(kind)

    def literal(self, kind: str) -> str:
        rng = self.rng
        match kind:
            case "bool":
                return rng.choice(["true", "false"])
            case "int":
                return str(rng.choice(_INTS[:12]))
            case "double":
                return repr(rng.choice(_DOUBLES))
            case "string":
                return json.dumps(rng.choice(_STRINGS), ensure_ascii=False)
            case "timestamp":
                return f'timestamp("{rng.choice(_MOMENTS).isoformat()}")'
            case "duration":
                return rng.choice(['duration("90s")', "days(1)", "hours(-3)", 'duration("1h30m")', "days(100)"])
        element = kind[5:-1]
        return f"[{', '.join(self.literal(element) for _ in range(rng.randint(1, 3)))}]"

    def field(self, kind: str) -> str:
        names = {"float": "double"}
        return self.rng.choice(
            [name for name, stated in _FIELDS.items() if stated.value.replace("float", "double") == names.get(kind, kind)]
        )

    def struct(self, depth: int) -> str:
        items = [name for name, stated in self.scope if stated == "struct"]
        if items and self.rng.random() < 0.7:
            return self.rng.choice(items)
        if depth > 0 and self.rng.random() < 0.2:
            return f"{self.rng.choice(['some', 'few'])}[{self.make('int', 0)}]"
        return self.rng.choice(["one", "two"])

    def _logic(self, depth: int) -> str:
        sign = self.rng.choice(["&&", "||", "!"])
        if sign == "!":
            return f"!({self.make('bool', depth - 1)})"
        return f"({self.make('bool', depth - 1)} {sign} {self.make('bool', depth - 1)})"

    def _compare(self, depth: int) -> str:
        sign = self.rng.choice(["==", "!=", "<", "<=", ">", ">="])
        kind = self.rng.choice(["int", "double", "string", "timestamp", "duration", "bool", "mixed"])
        pair = self.rng.choice([("int", "double"), ("double", "int")]) if kind == "mixed" else (kind, kind)
        return f"{self.make(pair[0], depth - 1)} {sign} {self.make(pair[1], depth - 1)}"

    def _fold(self, depth: int) -> str:
        if self.nesting >= 2:
            return self.leaf("bool")
        fold = self.rng.choice(["all", "exists", "exists_one"])
        over, element = self._range(depth)
        return self._within(element, lambda name: f"{over}.{fold}({name}, {self.make('bool', depth - 1)})")

    def _within(self, element: str, made: Callable[[str], str]) -> str:
        name = f"x{len(self.scope)}"
        self.scope.append((name, element))
        self.nesting += 1
        text = made(name)
        self.nesting -= 1
        self.scope.pop()
        return text

    def _range(self, depth: int) -> tuple[str, str]:
        if self.rng.random() < 0.6:
            over = self.rng.choice(["some", "few"])
            if depth > 1 and self.nesting < 2 and self.rng.random() < 0.25:
                over = self._within("struct", lambda name: f"{over}.filter({name}, {self.make('bool', depth - 2)})")
            return over, "struct"
        element = self.rng.choice(["string", "int", "double", "timestamp"])
        return self._list(element, depth - 1), element

    def _list(self, element: str, depth: int) -> str:
        choice = self.rng.random()
        if depth > 0 and self.nesting < 2 and choice < 0.3:
            over, inner = self._range(depth - 1)
            return self._within(inner, lambda name: f"{over}.map({name}, {self.make(element, depth - 1)})")
        if depth > 0 and self.nesting < 2 and choice < 0.4 and element != "bool":
            over = self.leaf(f"list<{element}>")
            return self._within(element, lambda name: f"{over}.filter({name}, {self.make('bool', depth - 1)})")
        if depth > 0 and element == "string" and choice < 0.5:
            return f'{self.make("string", depth - 1)}.split(",")'
        if choice < 0.6 or element in ("bool", "duration"):
            return f"[{', '.join(self.make(element, depth - 1) for _ in range(self.rng.randint(1, 3)))}]"
        return self.leaf(f"list<{element}>")

    def _lists_equal(self, depth: int) -> str:
        element = self.rng.choice(["string", "int", "double", "timestamp"])
        return f"{self._list(element, depth - 1)} == {self._list(element, depth - 1)}"

    def _in(self, depth: int) -> str:
        element = self.rng.choice(["string", "int", "double", "timestamp"])
        return f"{self.make(element, depth - 1)} in {self._list(element, depth - 1)}"

    def _has(self, depth: int) -> str:
        if self.rng.random() < 0.2:
            item = self.rng.choice(['"A.1"', '"B.2"', self.make("string", depth - 1)])
            return f"attested({item})"
        # The runtime gives up altogether on an optional field of an element out of range, where CEL's `||` goes on.
        name = self.rng.choice(list(_FIELDS))
        if self.rng.random() < 0.3:
            return f"{self.struct(0)}.?{name}.hasValue()"
        return f"has({self.struct(depth)}.{name})"

    def _text_test(self, depth: int) -> str:
        name = self.rng.choice(["startsWith", "endsWith", "contains", "matches", "semver_in"])
        text = self.make("string", depth - 1)
        if name == "semver_in":
            wanted = self.rng.choice(['">=1.0.0"', '"^1.2"', '"<2"'])
            return f"semver_in({text}, {wanted})"
        argument = self.rng.choice(['"a"', '"^a.*"', '"[a-c]+$"']) if name == "matches" else self.make("string", depth - 1)
        return f"{text}.{name}({argument})"

    def _int_math(self, depth: int) -> str:
        sign = self.rng.choice(["+", "-", "*", "/", "%"])
        return f"({self.make('int', depth - 1)} {sign} {self.make('int', depth - 1)})"

    def _size(self, depth: int) -> str:
        kind = self.rng.choice(["string", "list", "some"])
        if kind == "some":
            return f"size({self.rng.choice(['some', 'few'])})"
        if kind == "string":
            return f"size({self.make('string', depth - 1)})"
        return f"size({self._list(self.rng.choice(['int', 'string', 'double', 'timestamp']), depth - 1)})"

    def _int_of(self, depth: int) -> str:
        name = self.rng.choice(["int_d", "int_s", "int_t", "part", "length", "index", "semver", "negate", "at", "sum", "last"])
        below = depth - 1
        match name:
            case "int_d":
                return f"int({self.make('double', below)})"
            case "int_s":
                return f"int({self.make('string', below)})"
            case "int_t":
                return f"int({self.make('timestamp', below)})"
            case "part":
                part = self.rng.choice(["FullYear", "Month", "Date", "DayOfMonth", "DayOfWeek", "DayOfYear", "Hours", "Minutes",
                                        "Seconds", "Milliseconds"])  # fmt: skip
                zone = self.rng.choice(["", "", '"Europe/Berlin"', '"-03:30"'])
                return f"{self.make('timestamp', below)}.get{part}({zone})"
            case "length":
                part = self.rng.choice(["Hours", "Minutes", "Seconds", "Milliseconds"])
                return f"{self.make('duration', below)}.get{part}()"
            case "index":
                return f"{self.make('string', below)}.indexOf({self.make('string', below)})"
            case "semver":
                return f"semver_compare({self.make('string', below)}, {self.make('string', below)})"
            case "negate":
                return f"-({self.make('int', below)})"
            case "sum":
                return f"sum({self._list('int', below)})"
            case "last":
                return f"{self.make('string', below)}.lastIndexOf({self.make('string', below)})"
        return f"{self._list('int', below)}[{self.make('int', 0)}]"

    def _double_math(self, depth: int) -> str:
        sign = self.rng.choice(["+", "-", "*", "/"])
        return f"({self.make('double', depth - 1)} {sign} {self.make('double', depth - 1)})"

    def _double_of(self, depth: int) -> str:
        choice = self.rng.choice(["int", "string", "quantile", "percent"])
        if choice == "quantile":
            return f"quantile({self._list(self.rng.choice(['int', 'double']), depth - 1)}, {self.rng.choice(['0.5', '0.9', '2.0'])})"
        if choice == "percent":
            return f"percent({self._list('bool', depth)})"
        return f"double({self.make(choice, depth - 1)})"

    def _text_of(self, depth: int) -> str:
        below = depth - 1
        text = self.make("string", below)
        return self.rng.choice(
            [
                f"({text} + {self.leaf('string')})",
                f"{text}.lowerAscii()",
                f"{text}.upperAscii()",
                f"{text}.trim()",
                f"{text}.replace({self.leaf('string')}, {self.leaf('string')})",
                f"{text}.substring({self.make('int', 0)})",
                f"{text}.charAt({self.make('int', 0)})",
                f"string({self.make(self.rng.choice(['int', 'bool', 'timestamp', 'duration']), below)})",
                f"{self._list('string', below)}[{self.make('int', 0)}]",
            ]
        )

    def _moment(self, depth: int) -> str:
        sign = self.rng.choice(["+", "-"])
        if self.rng.random() < 0.2:
            return f"timestamp({self.make('int', depth - 1)})"
        return f"({self.make('timestamp', depth - 1)} {sign} {self.make('duration', depth - 1)})"

    def _span(self, depth: int) -> str:
        below = depth - 1
        return self.rng.choice(
            [
                f"age({self.make('timestamp', below)})",
                f"({self.make('timestamp', below)} - {self.make('timestamp', below)})",
                f"({self.make('duration', below)} {self.rng.choice('+-')} {self.make('duration', below)})",
                f"days({self.make('int', below)})",
                f"duration({self.make('string', below)})",
            ]
        )


def oracle(words: Vocabulary) -> Any:
    """The C++ runtime with every variable untyped, so that a missing field is an error and not a zero."""
    types = {"bool": cel.Type.BOOL, "int": cel.Type.INT, "double": cel.Type.DOUBLE, "string": cel.Type.STRING,
             "duration": cel.Type.DURATION, "timestamp": cel.Type.TIMESTAMP}  # fmt: skip

    def declared(name: str, *overloads: tuple[list[Any], Any, Callable[..., Any]]) -> Any:
        made = [
            cel.Overload(f"{name}_{index}", result, arguments, False, work)
            for index, (arguments, result, work) in enumerate(overloads)
        ]
        return cel.FunctionDecl(name, made)

    listed = {name: cel.Type.List(kind) for name, kind in types.items()}
    functions = [
        declared("age", ([types["timestamp"]], types["duration"], _age)),
        declared("days", ([types["int"]], types["duration"], lambda count: _span(count, 86_400))),
        declared("hours", ([types["int"]], types["duration"], lambda count: _span(count, 3_600))),
        declared("semver_compare", ([types["string"]] * 2, types["int"], lambda a, b: _must(versions.compare(a, b)))),
        declared("semver_in", ([types["string"]] * 2, types["bool"], lambda a, b: _must(versions.within(a, b)))),
        declared("percent", ([listed["bool"]], types["double"], _percent)),
        declared("quantile", ([listed["double"], types["double"]], types["double"], _quantile)),
        declared("sum", ([listed["int"]], types["int"], _sum)),
    ]  # fmt: skip
    variables = {name: cel.Type.DYN for name in [*words.types, "param"]}
    made = cel.NewEnv(
        variables={**variables, "now": cel.Type.TIMESTAMP},
        extensions=[ext_optional.ExtOptional(), ext_strings.ExtStrings()],
        functions=functions,
    )
    made.compile("true")
    return made


def _must(value: Any) -> Any:
    if value is None:
        raise ValueError("not defined")
    return value


def _age(moment: datetime) -> timedelta:
    found = NOW - moment
    if abs(found) > timedelta(microseconds=arithmetic.MAX_RESULT):
        raise ValueError("out of range")
    return found


def _span(count: int, seconds: int) -> timedelta:
    if abs(count) * seconds > 315_576_000_000:
        raise ValueError("out of range")
    return timedelta(seconds=count * seconds)


def _plain(values: Any) -> list[Any]:
    return [value.value() if hasattr(value, "value") else value for value in values]


def _percent(values: Any) -> float:
    found = _plain(values)
    return 100.0 * sum(found) / len(found)


def _quantile(values: Any, share: float) -> float:
    ordered = sorted(float(value) for value in _plain(values))
    if not 0 <= share <= 1:
        raise ValueError("not a share")
    place = share * (len(ordered) - 1)
    low = int(place)
    below, above = ordered[low], ordered[low + 1 if place > low else low]
    return below + (above - below) * (place - low)


def _sum(values: Any) -> int:
    total = sum(_plain(values))
    if not -(2**63) <= total < 2**63:
        raise ValueError("out of range")
    return int(total)


def as_data(value: Any) -> Any:
    """Facts as the runtime takes them: its own timestamps and durations, lists and maps."""
    if isinstance(value, dict):
        return {name: as_data(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [as_data(part) for part in value]
    if isinstance(value, datetime):
        moment = timestamp_pb2.Timestamp()
        moment.FromDatetime(value)
        return moment
    if isinstance(value, timedelta):
        length = duration_pb2.Duration()
        length.FromTimedelta(value)
        return length
    return value


def run(expressions: int, rows: int, seed: int) -> dict[str, Any]:
    """Compare many expressions on many rows; the differences come back in words."""
    rng = random.Random(seed)
    words = vocabulary()
    runtime = oracle(words)
    compiler = schema.environment(schema.Schema(words, PARAMETERS))
    counts: Counter[str] = Counter()
    differences: list[str] = []
    while counts["expressions"] < expressions:
        holes = rng.choice([0.0, 0.02, 0.05, 0.2])
        facts = [random_row(rng, holes) for _ in range(rows)]
        given = {"limit": rng.choice(_INTS[:8]), "share": rng.choice(_DOUBLES[:9]), "word": rng.choice(_STRINGS)}
        activations = [runtime.Activation(_activation(row, given)) for row in facts]
        frame = columns.Frame.build(words, facts, NOW)
        for _ in range(min(20, expressions - counts["expressions"])):
            text = Maker(rng).make("bool", rng.choice([2, 3, 3, 4]))
            counts["expressions"] += 1
            try:
                program = compile(text, words, parameters=PARAMETERS)
            except refuse.RuleError as refusal:
                counts["refused"] += 1
                counts[f"refused: {refusal.what[:40]}"] += 1
                continue
            serialised = compiler.compile(text).serialize()
            expression = runtime.deserialize(_unfolded(text, compiler, serialised))
            verdicts = evaluate(program, frame, {name: [value] * rows for name, value in given.items()})
            _compare(text, expression, activations, verdicts, counts, differences, facts)
    return _summary(counts, differences)


def _unfolded(text: str, compiler: Any, serialised: bytes) -> bytes:
    """The runtime has no `attested`: it gets what the word stands for."""
    if "attested(" not in text:
        return serialised
    return bytes(compiler.compile(_spell_out(text)).serialize())


def _spell_out(text: str) -> str:
    start = text.find("attested(")
    if start < 0:
        return text
    at, open_ = start + len("attested("), 1
    while open_:
        open_ += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    item = text[start + len("attested(") : at - 1]
    body = f"attestation.exists(a__, a__.item == ({item}) && a__.expires_at > now)"
    return text[:start] + body + _spell_out(text[at:])


def _activation(row: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    # A variable that is not bound is an error to the runtime, just as a missing key is.
    return {**as_data(row), "param": given, "now": NOW}


def _compare(
    text: str, expression: Any, activations: list[Any], verdicts: Any, counts: Counter[str], differences: list[str], facts: list[Any]
) -> None:
    for activation, verdict, row in zip(activations, verdicts.tolist(), facts, strict=True):
        try:
            found = expression.eval(activation).value()
        except (RuntimeError, ValueError, TypeError, OverflowError):
            found = None
        theirs = int(found) if isinstance(found, bool) else 2
        ours = min(verdict, 2)
        counts["evaluations"] += 1
        counts["unknown"] += theirs == 2
        if ours != theirs:
            counts["wrong"] += 1
            if len(differences) < 20:
                differences.append(f"{text}\n   ours {verdict}, theirs {found!r} on {str(row)[:2000]}")


def _summary(counts: Counter[str], differences: list[str]) -> dict[str, Any]:
    return {
        "expressions": counts["expressions"],
        "cases": counts["evaluations"],
        "passed": counts["evaluations"] - counts["wrong"],
        "refused": counts["refused"],
        "unknown": counts["unknown"],
        "wrong": counts["wrong"],
        "differences": differences,
        "refusals": {name: count for name, count in counts.items() if name.startswith("refused: ")},
    }


def main() -> int:
    """Run, print the differences, and the counts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expressions", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.perf_counter()
    result = run(options.expressions, options.rows, options.seed)
    for difference in result.pop("differences"):
        print(difference)
    for reason, count in sorted(result.pop("refusals").items(), key=lambda pair: -pair[1])[:20]:
        print(count, reason)
    seconds = round(time.perf_counter() - started, 1)
    print(json.dumps({"benchmark": "fuzz", **result, "seconds": seconds}))
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
