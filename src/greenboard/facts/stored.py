"""How values of facts are written as text, and read back. Pure.

What was written under the vocabulary of today needs no check field by field that could refuse it: its
types are looked at, moments and lists are made again, and that is all. Anything unusual is left to
`Vocabulary.normalise`, which reads what it can and says what is wrong with the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]  # the stubs have no such
from json.scanner import make_scanner
from typing import Any

from greenboard.core import clock
from greenboard.facts.types import FieldValue, Value
from greenboard.facts.vocabulary import FactType, FieldDef, FieldType, Vocabulary

_Read = Callable[[Any], FieldValue]
_MOST = 2**63


class _UnusualError(Exception):
    """A value that does not look as we would have written it."""


def _default(value: object) -> Any:
    if isinstance(value, datetime):
        return clock.format_time(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no stored form")


# Made once, as `json.JSONEncoder` makes one for each call: sorted keys, no spaces, other letters as they are.
_WRITE = c_make_encoder(None, _default, encode_basestring, None, ":", ",", True, False, True)
_SCAN = make_scanner(json.JSONDecoder())  # type: ignore[arg-type]  # any decoder gives what it reads with


def encode(value: object) -> str:
    """The one way a value is written, so that equal values are equal texts."""
    return "".join(_WRITE(value, 0))


class Reader:
    """Reads stored values of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._types = {name: _Type(declared) for name, declared in vocabulary.stored.items()}

    def read(self, name: str, text: str) -> Value:
        """A stored value of a fact type.

        Raises:
            FactError: the fact type has changed so that the value no longer fits.

        """
        known = self._types.get(name)
        if known is not None:
            try:
                raw, end = _SCAN(text, 0)
                if end == len(text):
                    return known.value(raw)
            except (_UnusualError, StopIteration):
                pass
        raw = json.loads(text)
        of_here = name in self._vocabulary.defined
        return self._vocabulary.fitted(name, raw) if of_here else self._vocabulary.normalise(name, raw)


class _Type:
    """One fact type: what is taken as it is, and what has to be made of the rest, by field."""

    def __init__(self, declared: FactType) -> None:
        self.many = declared.many
        self.plain = {name: _PLAIN.get(field.type) for name, field in declared.fields.items() if not field.values}
        self.made = {name: _maker(field) for name, field in declared.fields.items()}

    def value(self, raw: Any) -> Value:
        """The value of parsed JSON, which is changed in place."""
        if self.many is None:
            return self.struct(raw)
        if type(raw) is not list:
            raise _UnusualError
        items = tuple([self.struct(item) for item in raw])
        if len({item.get(self.many) for item in items} - {None}) != len(items):
            raise _UnusualError
        return items

    def struct(self, raw: Any) -> dict[str, FieldValue]:
        if type(raw) is not dict:
            raise _UnusualError
        plain, made = self.plain, self.made
        for name, value in raw.items():
            if type(value) is not plain.get(name):
                make = made.get(name)
                if make is None:
                    raise _UnusualError
                raw[name] = make(value)
        return raw


def _maker(field: FieldDef) -> _Read:
    element = field.type.element
    one = _one(field, element or field.type)
    if element is None:
        return one

    def several(value: Any) -> FieldValue:
        if type(value) is not list:
            raise _UnusualError
        return tuple([one(part) for part in value])  # type: ignore[misc]  # elements are scalars

    return several


def _one(field: FieldDef, wanted: FieldType) -> _Read:
    if not field.values:
        return _MAKE[wanted]
    allowed = frozenset(field.values)

    def listed(value: Any) -> FieldValue:
        if type(value) is not str or value not in allowed:
            raise _UnusualError
        return value

    return listed


def _bool(value: Any) -> FieldValue:
    if type(value) is not bool:
        raise _UnusualError
    return value


def _int(value: Any) -> FieldValue:
    if type(value) is not int or not -_MOST <= value < _MOST:
        raise _UnusualError
    return value


def _float(value: Any) -> FieldValue:
    if type(value) is not float:
        raise _UnusualError
    return value


def _string(value: Any) -> FieldValue:
    if type(value) is not str:
        raise _UnusualError
    return value


def _timestamp(value: Any) -> FieldValue:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _UnusualError from None
    if moment.tzinfo is not UTC:
        raise _UnusualError
    return moment


def _duration(value: Any) -> FieldValue:
    if type(value) is not float:
        raise _UnusualError
    return timedelta(seconds=value)


_PLAIN = {FieldType.BOOL: bool, FieldType.FLOAT: float, FieldType.STRING: str}
_MAKE: Mapping[FieldType, _Read] = {
    FieldType.BOOL: _bool,
    FieldType.INT: _int,
    FieldType.FLOAT: _float,
    FieldType.STRING: _string,
    FieldType.TIMESTAMP: _timestamp,
    FieldType.DURATION: _duration,
}
