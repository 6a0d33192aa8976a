"""The official C++ runtime, set up so that a missing field is an error and not a zero."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings
from google.protobuf import any_pb2, duration_pb2, timestamp_pb2
from tests.rules.random_rules import NOW

from greenboard.facts.vocabulary import Vocabulary
from greenboard.rules import arithmetic, versions, wire


def oracle(words: Vocabulary) -> Any:
    """The C++ runtime with every variable untyped, so that a missing field is an error and not a zero."""
    types = {"bool": cel.Type.BOOL, "int": cel.Type.INT, "double": cel.Type.DOUBLE, "string": cel.Type.STRING,
             "duration": cel.Type.DURATION, "timestamp": cel.Type.TIMESTAMP}  # fmt: skip

    def declared(name: str, *overloads: tuple[list[Any], Any, Callable[..., Any]], method: bool = False) -> Any:
        made = [
            cel.Overload(f"{name.replace('.', '_')}_{index}", result, arguments, method, work)
            for index, (arguments, result, work) in enumerate(overloads)
        ]
        return cel.FunctionDecl(name, made)

    any_list = cel.Type.List(cel.Type.DYN)
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
        declared("sort", ([any_list], any_list, _sort), method=True),
        declared("distinct", ([any_list], any_list, _distinct), method=True),
        declared("flatten", ([any_list], any_list, lambda found: [x for part in found for x in part]), method=True),
        declared("slice", ([any_list, types["int"], types["int"]], any_list, _slice), method=True),
        declared("sets.contains", ([any_list, any_list], types["bool"], _contains)),
        declared("sets.intersects", ([any_list, any_list], types["bool"], lambda a, b: any(_in(x, b) for x in a))),
        declared("sets.equivalent", ([any_list] * 2, types["bool"], lambda a, b: _contains(a, b) and _contains(b, a))),
    ]  # fmt: skip
    variables = dict.fromkeys([*words.types, "param"], cel.Type.DYN)
    made = cel.NewEnv(
        variables={**variables, "now": cel.Type.TIMESTAMP},
        extensions=[
            ext_bindings.ExtBindings(),
            ext_math.ExtMath(),
            ext_optional.ExtOptional(),
            ext_strings.ExtStrings(),
        ],
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
    if abs(count) * seconds * 1_000_000 > arithmetic.MAX_RESULT:
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


def _sort(values: Any) -> list[Any]:
    found = list(values)
    plain = _plain(found)
    if any(value != value for value in plain):
        raise ValueError("no number")
    return [found[index] for index in sorted(range(len(found)), key=plain.__getitem__)]


def _distinct(values: Any) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if not _in(value, kept):
            kept.append(value)
    return kept


def _slice(values: Any, start: int, stop: int) -> list[Any]:
    found = list(values)
    if not 0 <= start <= stop <= len(found):
        raise ValueError("outside the list")
    return found[start:stop]


def _in(value: Any, others: Any) -> bool:
    plain = _plain([value])[0]
    return any(plain == other for other in _plain(others))


def _contains(whole: Any, part: Any) -> bool:
    return all(_in(value, whole) for value in part)


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


def unfolded(text: str, compiler: Any, serialised: bytes) -> bytes:
    """The runtime gets what words stand for that it does not have, or gets wrong: `attested`, named parts."""
    if "attested(" in text:
        serialised = bytes(compiler.compile(_spell_out(text)).serialize())
    return _without_names(serialised)


def _without_names(serialised: bytes) -> bytes:
    """The same expression with each named part (`cel.bind`, `optMap`) in the place of its name.

    The runtime keeps named parts where a list's variable was, and finds that variable there again when
    the list's comprehension ended early.
    """
    envelope = any_pb2.Any()
    envelope.ParseFromString(serialised)
    checked = wire.parse(serialised)
    _put_in_place(checked.expr, {})
    envelope.value = checked.SerializeToString()
    return envelope.SerializeToString()


def _put_in_place(expr: Any, parts: dict[str, Any]) -> None:
    match expr.WhichOneof("kind"):
        case "ident_expr" if expr.ident_expr.name in parts:
            expr.CopyFrom(parts[expr.ident_expr.name])
        case "select_expr":
            _put_in_place(expr.select_expr.operand, parts)
        case "call_expr":
            if expr.call_expr.HasField("target"):
                _put_in_place(expr.call_expr.target, parts)
            for argument in expr.call_expr.args:
                _put_in_place(argument, parts)
        case "list_expr":
            for element in expr.list_expr.elements:
                _put_in_place(element, parts)
        case "comprehension_expr":
            _put_in_comprehension(expr, parts)


def _put_in_comprehension(expr: Any, parts: dict[str, Any]) -> None:
    told = expr.comprehension_expr
    if told.iter_var == "#unused":
        _put_in_place(told.accu_init, parts)
        body = type(expr)()
        body.CopyFrom(told.result)
        _put_in_place(body, {**parts, told.accu_var: told.accu_init})
        expr.CopyFrom(body)
        return
    for part in (told.iter_range, told.accu_init):
        _put_in_place(part, parts)
    inner = {name: part for name, part in parts.items() if name not in (told.iter_var, told.accu_var)}
    for part in (told.loop_condition, told.loop_step, told.result):
        _put_in_place(part, inner)


def _spell_out(text: str) -> str:
    start = text.find("attested(")
    if start < 0:
        return text
    at, open_ = start + len("attested("), 1
    while open_:
        open_ += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    item = _spell_out(text[start + len("attested(") : at - 1])  # which may itself ask for an attestation
    body = f"attestation.exists(a__, a__.item == ({item}) && a__.expires_at > now)"
    return text[:start] + body + _spell_out(text[at:])


def activation(row: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    # A variable that is not bound is an error to the runtime, just as a missing key is.
    return {**as_data(row), "param": given, "now": NOW}
