"""Conversions between types: `int()`, `double()`, `string()`, `bool()`, `timestamp()`, `duration()`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from greenboard.rules import tree
from greenboard.rules.arithmetic import FIRST_MOMENT, LAST_MOMENT, MAX_SPAN
from greenboard.rules.step import Step
from greenboard.rules.texts import per_text
from greenboard.rules.tree import Kind
from greenboard.rules.vectors import Value, Vec, failing

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_SPAN_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|ms|s|m|h)", re.ASCII)
_NANOS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


def moment(text: str) -> int | None:
    """An RFC 3339 timestamp in microseconds; None when it is none, or finer than a microsecond."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        return None
    fraction = (found[7] or "").ljust(9, "0")
    if fraction[6:] != "000":
        return None
    try:
        year, month, day, hour, past = (int(found[index]) for index in range(1, 6))
        minute = datetime(year, month, day, hour, past, tzinfo=UTC)
    except ValueError:
        return None
    seconds = int(found[6])
    if seconds > 60 or (seconds == 60 and int(fraction)):
        return None
    since = minute - _EPOCH
    whole = (since.days * 86_400 + since.seconds + seconds) * 1_000_000 + int(fraction[:6])
    if found[8]:
        if int(found[9]) > 23 or int(found[10]) > 59:
            return None
        shift = (int(found[9]) * 60 + int(found[10])) * 60_000_000
        whole += -shift if found[8] == "+" else shift
    return whole if FIRST_MOMENT <= whole <= LAST_MOMENT else None


def span(text: str) -> int | None:
    """A length of time such as `90m` or `1h30m` in microseconds; None as for `moment`."""
    body = text.lstrip("+-")
    if len(text) - len(body) > 1:
        return None
    if body == "0":
        return 0
    parts = _SPAN_PART.findall(body)
    if not parts or "".join(number + unit for number, unit in parts) != body:
        return None
    nanos = 0
    for number, unit in parts:
        whole, _, fraction = number.partition(".")
        scaled = int((whole or "0") + fraction) * _NANOS[unit]
        if scaled % 10 ** len(fraction):
            return None
        nanos += scaled // 10 ** len(fraction)
    if nanos % 1000 or nanos // 1000 > MAX_SPAN:
        return None
    return -(nanos // 1000) if text.startswith("-") else nanos // 1000


_BLANKS = " \t\n\v\f\r"


def _whole(text: str) -> int | None:
    if not re.fullmatch(r"[+-]?\d{1,40}", text.strip(_BLANKS), re.ASCII):
        return None
    value = int(text)
    return value if -(2**63) <= value < 2**63 else None


def _broken(text: str) -> float | None:
    stripped = text.strip(_BLANKS)
    plain = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", stripped, re.ASCII)
    return float(stripped) if plain or stripped.lower().lstrip("+-") in ("inf", "infinity", "nan") else None


_TRUTHS = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}


def _int(step: Step) -> Value:
    given = step.vec(0)
    match given.type.kind:
        case Kind.STRING:
            return per_text(step, tree.INT, _whole)
        case Kind.DOUBLE:
            # The bounds themselves are outside: 2**63 is not an int, and CEL excludes both ends.
            failed = ~((given.data > -(2.0**63)) & (given.data < 2.0**63))
            data = np.trunc(np.where(failed, 0.0, given.data)).astype(np.int64)
            return Vec(tree.INT, data, failing(given.state, failed))
        case Kind.TIMESTAMP:
            return Vec(tree.INT, given.data // 1_000_000, given.state)
    return given


def _double(step: Step) -> Value:
    given = step.vec(0)
    if given.type.kind is Kind.STRING:
        return per_text(step, tree.DOUBLE, _broken)
    return Vec(tree.DOUBLE, given.data.astype(np.float64), given.state)


def _string(step: Step) -> Value:
    given = step.vec(0)
    match given.type.kind:
        case Kind.BOOL:
            return per_text(step, tree.STRING, lambda value: "true" if value else "false")
        case Kind.INT:
            return per_text(step, tree.STRING, str)
        case Kind.DOUBLE:
            return per_text(step, tree.STRING, _write_double)
        case Kind.TIMESTAMP:
            return per_text(step, tree.STRING, _write_moment)
        case Kind.DURATION:
            return per_text(step, tree.STRING, _write_span)
    return given


def _write_double(value: float) -> str | None:
    """The fewest digits that say the number, with an exponent outside of 0.0001 and 999999 as CEL has it.

    None for infinities and for what is no number, which implementations write differently.
    """
    if not math.isfinite(value):
        return None
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    told = "".join(map(str, digits))
    power = len(told) + exponent - 1
    minus = "-" if sign else ""
    if not -4 <= power < 6 and value != 0:
        fraction = f".{told[1:]}" if len(told) > 1 else ""
        return f"{minus}{told[0]}{fraction}e{power:+03d}"
    return f"{minus}{Decimal((0, digits, exponent)):f}"


def _write_moment(value: int) -> str:
    written = _EPOCH + timedelta(microseconds=value)
    return f"{written.strftime('%Y').zfill(4)}-{written:%m-%dT%H:%M:%S}{_fraction(written.microsecond)}Z"


def _write_span(value: int) -> str:
    seconds, micros = divmod(abs(value), 1_000_000)
    return f"{'-' if value < 0 else ''}{seconds}{_fraction(micros)}s"


def _fraction(micros: int) -> str:
    """The part of a second in three or six digits, or not at all."""
    if micros == 0:
        return ""
    return f".{micros // 1000:03d}" if micros % 1000 == 0 else f".{micros:06d}"


def _bool(step: Step) -> Value:
    return per_text(step, tree.BOOL, _TRUTHS.get) if step.vec(0).type.kind is Kind.STRING else step.vec(0)


def _timestamp(step: Step) -> Value:
    given = step.vec(0)
    match given.type.kind:
        case Kind.STRING:
            return per_text(step, tree.TIMESTAMP, moment)
        case Kind.INT:
            failed = (given.data < FIRST_MOMENT // 1_000_000) | (given.data > LAST_MOMENT // 1_000_000)
            return Vec(tree.TIMESTAMP, np.where(failed, 0, given.data) * 1_000_000, failing(given.state, failed))
    return given


def _duration(step: Step) -> Value:
    return per_text(step, tree.DURATION, span) if step.vec(0).type.kind is Kind.STRING else step.vec(0)


OPERATORS: dict[str, Callable[[Step], Value]] = {
    "int": _int,
    "double": _double,
    "string": _string,
    "bool": _bool,
    "timestamp": _timestamp,
    "duration": _duration,
}
