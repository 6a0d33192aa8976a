"""Random expressions on random facts with holes, for holding our evaluator against the official runtime."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from greenboard.facts.vocabulary import FactType, FieldDef, FieldType, Vocabulary
from greenboard.rules.around import Around, Levels, Links
from greenboard.rules.vectors import MISSING, OK

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
INTS = [-2, -1, 0, 1, 2, 3, 7, 100, 2**31, 2**53 + 1, -(2**53) - 1, 2**62, 2**63 - 1, -(2**63)]
DOUBLES = [-1.5, -1.0, 0.0, 0.5, 1.0, 2.0, 2.5, 99.9, 100.0, 1e10, 9007199254740992.0, 9.3e18, 1e300]
STRINGS = [
    "",
    "a",
    "b",
    "ab",
    "Abc",
    "a b",
    "z",
    "ÿé",
    "日本",
    "1",
    "-7",
    "2.5",
    "true",
    "1.2.3",
    "2.0.0-rc.1",
    "x,y",
    "1h",
]
_MOMENTS = [
    NOW,
    NOW - timedelta(days=1),
    NOW + timedelta(hours=5, microseconds=7),
    datetime(1969, 12, 31, 23, 59, 59, 500_000, UTC),
    datetime(9999, 1, 1, tzinfo=UTC),
    datetime(1, 2, 3, tzinfo=UTC),
    datetime(2024, 2, 29, 1, 2, 3, 45, UTC),
]
# Not beyond 292 years: there the runtime saturates instead of failing, and we fail.
_SPANS = [
    timedelta(0),
    timedelta(days=1),
    timedelta(hours=-3, microseconds=5),
    timedelta(seconds=90),
    timedelta(days=400),
    timedelta(days=100_000),
    timedelta(days=-100_000, microseconds=1),
]


def vocabulary() -> Vocabulary:
    """Two single fact types and two with several items, with fields of every type."""
    fields = {name: FieldDef(type=kind, doc="") for name, kind in _FIELDS.items()}
    types = {
        name: FactType(
            name=name,
            title=name,
            doc="",
            about="component",
            many="s" if several else None,
            supplied_by=("connection",),
            fields=fields,
        )
        for name, several in (("one", False), ("two", False), ("some", True), ("few", True))
    }
    keep = {
        name: FieldDef(type=kind, doc="")
        for name, kind in (("item", FieldType.STRING), ("expires_at", FieldType.TIMESTAMP))
    }
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
            for item in ("A.1", "B.2")
            if rng.random() < 0.6
        )
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
            return rng.choice(INTS[:8] if common else INTS)
        case FieldType.FLOAT:
            return rng.choice(DOUBLES[:9] if common else DOUBLES)
        case FieldType.STRING:
            return rng.choice(STRINGS)
        case FieldType.TIMESTAMP:
            return rng.choice(_MOMENTS)
    return rng.choice(_SPANS)


CARDS = {"first": ("bronze", "silver"), "other": ("low",)}
TEAMS = ("red", "blue", "green")
_LISTS = ("dependencies", "dependents", "parts")


def random_around(rng: random.Random, count: int, holes: float) -> Around:
    """Relations among so many rows, their levels and teams; each may be unknown with the given chance."""
    links = {name: _links(rng, count, holes, [0, 1, 1, 2, 3]) for name in _LISTS if rng.random() >= holes / 2}
    links["repository"] = _links(rng, count, holes, [0, 1, 1, 1])
    levels = {
        card: Levels(
            names, np.array([rng.randint(-1 if rng.random() < holes else 0, len(names)) for _ in range(count)])
        )
        for card, names in CARDS.items()
        if rng.random() >= holes / 2
    }
    teams = [None if rng.random() < holes else tuple(rng.sample(TEAMS, rng.randint(0, 2))) for _ in range(count)]
    return Around(links, levels, teams)


def _links(rng: random.Random, count: int, holes: float, lengths: list[int]) -> Links:
    known = np.array([rng.random() >= holes for _ in range(count)])
    counts = np.array([rng.choice(lengths) for _ in range(count)])
    starts = np.cumsum(counts) - counts
    targets = np.array([rng.randrange(count) for _ in range(int(counts.sum()))], dtype=np.int64)
    return Links(starts, counts, targets, None if known.all() else np.where(known, np.uint8(OK), np.uint8(MISSING)))


class Maker:
    """Makes random expressions that the checker accepts, mostly; with `related`, also of what is around an entity."""

    def __init__(self, rng: random.Random, *, related: bool = False) -> None:
        self.rng = rng
        self.related = related
        self.deepest = 3 if related else 2
        self.scope: list[tuple[str, str]] = []
        self.nesting = 0

    def make(self, kind: str, depth: int) -> str:
        """An expression of a type: bool, int, double, string, timestamp, duration or list<...>."""
        if depth <= 0:
            return self.leaf(kind)
        makers: dict[str, list[Callable[[int], str]]] = {
            "bool": [
                self._logic,
                self._logic,
                self._logic,
                self._compare,
                self._compare,
                self._compare,
                self._fold,
                self._fold,
                self._text_test,
                self._in,
                self._has,
                self._lists_equal,
            ],
            "int": [self._int_math, self._size, self._int_of, self._int_math],
            "double": [self._double_math, self._double_of],
            "string": [self._text_of],
            "timestamp": [self._moment],
            "duration": [self._span],
        }
        if kind.startswith("list<"):
            return self._list(kind[5:-1], depth)
        if self.related and kind == "bool" and self.rng.random() < 0.25:
            return self._around(depth)
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
        if (choice < 0.75 and kind != "bool") or (choice < 0.95 and kind == "bool"):
            return f"{self.struct(0)}.{self.field(kind)}"
        given = {"int": "param.limit", "double": "param.share", "string": "param.word", "timestamp": "now"}
        return given[kind] if kind in given and choice < 0.82 else self.literal(kind)

    def literal(self, kind: str) -> str:
        rng = self.rng
        match kind:
            case "bool":
                return rng.choice(["true", "false"])
            case "int":
                return str(rng.choice(INTS[:12]))
            case "double":
                return repr(rng.choice(DOUBLES))
            case "string":
                return json.dumps(rng.choice(STRINGS), ensure_ascii=False)
            case "timestamp":
                return f'timestamp("{rng.choice(_MOMENTS).isoformat()}")'
            case "duration":
                return rng.choice(['duration("90s")', "days(1)", "hours(-3)", 'duration("1h30m")', "days(100)"])
        element = kind[5:-1]
        return f"[{', '.join(self.literal(element) for _ in range(rng.randint(1, 3)))}]"

    def field(self, kind: str) -> str:
        names = {"float": "double"}
        return self.rng.choice(
            [
                name
                for name, stated in _FIELDS.items()
                if stated.value.replace("float", "double") == names.get(kind, kind)
            ]
        )

    def struct(self, depth: int) -> str:
        items = [name for name, stated in self.scope if stated == "struct"]
        if items and self.rng.random() < 0.7:
            return self.rng.choice(items)
        of = self._of(depth)
        if depth > 0 and self.rng.random() < 0.2:
            return f"{of}{self.rng.choice(['some', 'few'])}[{self.make('int', 0)}]"
        return of + self.rng.choice(["one", "two"])

    def _of(self, depth: int) -> str:
        """Whose facts are read: `x0.` of a related entity, or nothing for those of the entity itself."""
        return f"{self._entity(depth)}." if self.related and self.rng.random() < 0.6 else ""

    def _entity(self, depth: int) -> str:
        known = [name for name, stated in self.scope if stated == "related"]
        if known and self.rng.random() < 0.85:
            return self.rng.choice(known)
        if depth > 0 and self.rng.random() < 0.3:
            return f"{self.rng.choice(_LISTS)}()[{self.literal('int')}]"
        return "repository()"

    def _around(self, depth: int) -> str:
        """A comprehension over related entities, or what is asked of an entity and no fact says."""
        choice = self.rng.random()
        if choice < 0.45 and self.nesting < self.deepest:
            fold = self.rng.choice(["all", "exists", "exists_one"])
            over = self._entities(depth)
            return self._within("related", lambda name: f"{over}.{fold}({name}, {self.make('bool', depth - 1)})")
        of = self._of(0)
        card = self.rng.choice([*CARDS, "nowhere"])
        if choice < 0.6:
            return f'{of}level("{card}") {self.rng.choice(["==", "!=", "<"])} {self._level_name()}'
        if choice < 0.75:
            return f'{of}reached("{card}", {self.rng.choice(["low", "bronze", "silver"])!r})'.replace("'", '"')
        if choice < 0.9:
            return f'{of}in_team("{self.rng.choice(TEAMS)}")'
        return f"has({self._entity(depth)}.{self.rng.choice(['one', 'two', 'some', 'few'])})"

    def _level_name(self) -> str:
        return self.rng.choice(['"bronze"', '"silver"', '"low"', '""'])

    def _entities(self, depth: int) -> str:
        over = f"{self.rng.choice(_LISTS)}()"
        if depth > 1 and self.nesting < self.deepest and self.rng.random() < 0.25:
            return self._within("related", lambda name: f"{over}.filter({name}, {self.make('bool', depth - 2)})")
        return over

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
        if self.nesting >= self.deepest:
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
        if self.related and self.rng.random() < 0.3:
            return self._entities(depth), "related"
        if self.rng.random() < 0.6:
            over = self._of(depth) + self.rng.choice(["some", "few"])
            if depth > 1 and self.nesting < self.deepest and self.rng.random() < 0.25:
                over = self._within("struct", lambda name: f"{over}.filter({name}, {self.make('bool', depth - 2)})")
            return over, "struct"
        element = self.rng.choice(["string", "int", "double", "timestamp"])
        return self._list(element, depth - 1), element

    def _list(self, element: str, depth: int) -> str:
        choice = self.rng.random()
        if depth > 0 and self.nesting < self.deepest and choice < 0.3:
            over, inner = self._range(depth - 1)
            return self._within(inner, lambda name: f"{over}.map({name}, {self.make(element, depth - 1)})")
        if depth > 0 and self.nesting < self.deepest and choice < 0.4 and element != "bool":
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
        argument = (
            self.rng.choice(['"a"', '"^a.*"', '"[a-c]+$"']) if name == "matches" else self.make("string", depth - 1)
        )
        return f"{text}.{name}({argument})"

    def _int_math(self, depth: int) -> str:
        sign = self.rng.choice(["+", "-", "*", "/", "%"])
        return f"({self.make('int', depth - 1)} {sign} {self.make('int', depth - 1)})"

    def _size(self, depth: int) -> str:
        kind = self.rng.choice(["string", "list", "some"])
        if kind == "some":
            if self.related and self.rng.random() < 0.3:
                return f"size({self._entities(depth)})"
            return f"size({self._of(depth)}{self.rng.choice(['some', 'few'])})"
        if kind == "string":
            return f"size({self.make('string', depth - 1)})"
        return f"size({self._list(self.rng.choice(['int', 'string', 'double', 'timestamp']), depth - 1)})"

    def _int_of(self, depth: int) -> str:
        name = self.rng.choice(
            ["int_d", "int_s", "int_t", "part", "length", "index", "semver", "negate", "at", "sum", "last"]
        )
        below = depth - 1
        match name:
            case "int_d":
                return f"int({self.make('double', below)})"
            case "int_s":
                return f"int({self.make('string', below)})"
            case "int_t":
                return f"int({self.make('timestamp', below)})"
            case "part":
                part = self.rng.choice(
                    [
                        "FullYear",
                        "Month",
                        "Date",
                        "DayOfMonth",
                        "DayOfWeek",
                        "DayOfYear",
                        "Hours",
                        "Minutes",
                        "Seconds",
                        "Milliseconds",
                    ]
                )
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
            share = self.rng.choice(["0.5", "0.9", "2.0"])
            return f"quantile({self._list(self.rng.choice(['int', 'double']), depth - 1)}, {share})"
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
