"""The official C++ runtime, set up so that a missing field is an error and not a zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings
from google.protobuf import any_pb2, duration_pb2, timestamp_pb2
from tests.rules.random_rules import NOW

from greenboard.facts.vocabulary import Vocabulary
from greenboard.rules import arithmetic, versions, wire
from greenboard.rules.around import RELATIONS, SINGLE, Around
from greenboard.rules.vectors import OK


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
    around = [*(f"{name}__" for name in RELATIONS), "levels__", "reacheds__", "teams__"]
    variables = dict.fromkeys([*words.types, "param", *around], cel.Type.DYN)
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


def prepared(text: str, compiler: Any, runtime: Any) -> Any:
    """The checked expression for the runtime.

    It has no `attested` and nothing that is around an entity, and gets named parts wrong: it gets what they
    stand for.
    """
    spelled = _spell_out(text) if "attested(" in text else text
    return runtime.deserialize(_around_as_variables(_without_names(compiler.compile(spelled).serialize())))


def _around_as_variables(serialised: bytes) -> bytes:
    """Relations, levels and teams become variables, and fields of related entities, that hold them."""
    checked = wire.parse(serialised)
    changed: set[int] = set()
    waiting = [checked.expr]
    while waiting:
        expr = waiting.pop()
        if expr.WhichOneof("kind") == "call_expr" and _replace(expr):
            changed.add(expr.id)
        waiting += _below(expr)
    if not changed:
        return serialised
    kept = [entry for entry in checked.reference_map if entry.key not in changed]
    del checked.reference_map[:]
    checked.reference_map.extend(kept)
    envelope = any_pb2.Any()
    envelope.ParseFromString(serialised)
    envelope.value = checked.SerializeToString()
    return bytes(envelope.SerializeToString())


def _below(expr: Any) -> list[Any]:
    """The messages of all parts of an expression, those of parts that are not there among them."""
    kind = expr.WhichOneof("kind")
    inside = getattr(expr, kind) if kind else None
    match kind:
        case "select_expr":
            return [inside.operand]
        case "call_expr":
            return [*([inside.target] if inside.HasField("target") else []), *inside.args]
        case "list_expr":
            return list(inside.elements)
        case "comprehension_expr":
            return [inside.iter_range, inside.accu_init, inside.loop_condition, inside.loop_step, inside.result]
    return []


def _replace(expr: Any) -> bool:
    """Write a call of something around an entity as a variable, or a field of the one it is called on."""
    call = type(expr.call_expr)()
    call.CopyFrom(expr.call_expr)
    named = [part.const_expr.string_value for part in call.args]
    if call.function in RELATIONS:
        expr.ident_expr.name = f"{call.function}__"
    elif call.function in ("level", "reached"):
        expr.select_expr.field = "_".join(named)
        _held(expr.select_expr.operand, call, f"{call.function}s__")
    elif call.function == "in_team":
        expr.call_expr.Clear()
        expr.call_expr.function = "@in"
        expr.call_expr.args.add().CopyFrom(call.args[0])
        _held(expr.call_expr.args.add(), call, "teams__")
    else:
        return False
    return True


def _held(made: Any, call: Any, name: str) -> None:
    if call.HasField("target"):
        made.select_expr.operand.CopyFrom(call.target)
        made.select_expr.field = name
    else:
        made.ident_expr.name = name


def around_as_data(rows: Sequence[dict[str, Any]], around: Around) -> list[dict[str, Any]]:
    """What is around each row, as variables: lists of related rows with their facts, and what is unknown left out."""
    plain = [{**as_data(row), **_standing(index, around)} for index, row in enumerate(rows)]
    return [{**_standing(index, around), **_related(index, plain, around)} for index in range(len(rows))]


def _standing(row: int, around: Around) -> dict[str, Any]:
    levels = {card: level for card, level in around.levels.items() if level.ranks[row] >= 0}
    teams = around.teams[row]
    return {
        "levels__": {card: ("", *level.names)[level.ranks[row]] for card, level in levels.items()},
        "reacheds__": {
            f"{card}_{name}": bool(level.ranks[row] >= rank)
            for card, level in levels.items()
            for rank, name in enumerate(level.names, start=1)
        },
        **({} if teams is None else {"teams__": list(teams)}),
    }


def _related(row: int, plain: Sequence[dict[str, Any]], around: Around) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, links in around.links.items():
        if links.state is None or links.state[row] == OK:
            start = links.starts[row]
            targets = [plain[target] for target in links.targets[start : start + links.lengths[row]]]
            if name != SINGLE:
                found[f"{name}__"] = targets
            elif targets:
                found[f"{name}__"] = targets[0]
    return found


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


def activation(row: dict[str, Any], given: dict[str, Any], around: dict[str, Any] | None = None) -> dict[str, Any]:
    # A variable that is not bound is an error to the runtime, just as a missing key is.
    return {**as_data(row), **(around or {}), "param": given, "now": NOW}
