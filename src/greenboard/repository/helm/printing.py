"""How Go prints, compares and judges values (fmt and text/template), on plain Python data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import yaml

Value = Any
"""None, bool, int, float, str, list or dict with str keys; a Method where a chart may call one."""

_VERB = re.compile(r"%(?P<flags>[-+# 0]*)(?P<width>\d+)?(?:\.(?P<precision>\d+))?(?P<verb>[a-zA-Z%])")


class Method:
    """A function that stands in data (`.Files.Get`), called with the arguments of its command."""

    def __init__(self, call: Callable[..., Value]) -> None:
        self.call = call


def truth(value: Value) -> bool:
    """Whether a value counts as true: not when it is zero, empty or nil."""
    return True if isinstance(value, Method) else bool(value)


def show(value: Value) -> str:
    """A value as an action prints it. Helm shows nil as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, list):
        return "[" + " ".join(show(item) for item in value) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{show(value[key])}" for key in sorted(value, key=str)) + "]"
    return str(value)


def _float(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[str(value)]
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return re.sub(r"e([+-])(\d)$", r"e\g<1>0\2", repr(value))


def quote(value: Value) -> str:
    """A value in double quotes, escaped as Go does."""
    escaped = show(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r") + '"'


def printf(form: str, values: Sequence[Value]) -> str:
    """Go's Sprintf for the verbs that charts use.

    Raises:
        ValueError: a verb that is not known here.

    """
    rest = list(values)

    def put(found: re.Match[str]) -> str:
        verb = found["verb"]
        if verb == "%":
            return "%"
        if not rest:
            return f"%!{verb}(MISSING)"
        text = _verb(verb, rest.pop(0), found["precision"], found["flags"])
        width = min(int(found["width"] or 0), 10_000)
        if "-" in found["flags"]:
            return text.ljust(width)
        return text.rjust(width, "0" if "0" in found["flags"] and verb in "dfx" else " ")

    return _VERB.sub(put, form)


def _verb(verb: str, value: Value, precision: str | None, flags: str) -> str:
    if verb in "vs":
        text = show(value) if value is not None else ("<nil>" if verb == "v" else "%!s(<nil>)")
        return text[: int(precision)] if precision and verb == "s" else text
    if verb == "q":
        return quote(value)
    if verb == "t" and isinstance(value, bool):
        return show(value)
    if verb == "T":
        return type_name(value)
    if verb in "dxXoc" and isinstance(value, int | float):
        whole = int(value)
        return {
            "d": str(whole),
            "x": f"{whole:x}",
            "X": f"{whole:X}",
            "o": f"{whole:o}",
            "c": chr(max(whole, 0) % 0x110000),
        }[verb]
    if verb in "feg" and isinstance(value, int | float):
        return f"{float(value):.{min(int(precision or 6), 50)}{verb}}" if verb != "g" else _float(float(value))
    if verb == "x" and isinstance(value, str):
        return value.encode().hex()
    if verb in "dfegt":
        return f"%!{verb}({type_name(value)}={show(value)})"
    raise ValueError(f"the verb %{flags}{verb} is not read")


def kind_name(value: Value) -> str:
    """The kind of a value in Go's words, as `kindOf` gives it."""
    if value is None:
        return "invalid"
    for python, name in (
        (bool, "bool"),
        (int, "int64"),
        (float, "float64"),
        (str, "string"),
        (list, "slice"),
        (dict, "map"),
    ):
        if isinstance(value, python):
            return name
    return "func"


def type_name(value: Value) -> str:
    """The type of a value in Go's words, as `typeOf` gives it."""
    names = {"slice": "[]interface {}", "map": "map[string]interface {}", "invalid": "<nil>"}
    return names.get(kind_name(value), kind_name(value))


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes without anchors, as Go does."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def to_yaml(value: Value) -> str:
    """A value as YAML with sorted keys, without the last newline."""
    if isinstance(value, Method):
        raise TypeError("a function cannot be written as YAML")
    text = yaml.dump(value, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, width=1_000_000)
    return str(text).removesuffix("\n...\n").removesuffix("\n")


def plain(value: Value) -> Value:
    """YAML data as Helm sees it: keys are texts, and dates are the texts they were written as."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else show(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
