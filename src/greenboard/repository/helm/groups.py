"""Functions of templates on lists and maps (Sprig's names)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from greenboard.repository.helm.printing import Value, show, truth

_MOST = 10_000


def _list(value: Value) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _map(value: Value) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a map")
    return value


def _count(value: Value) -> int:
    if not isinstance(value, int | float) or abs(value) > _MOST:
        raise ValueError("not a number, or more than are counted to")
    return int(value)


def _dict(*items: Value) -> dict[str, Any]:
    keys = [show(key) for key in items[::2]]
    values = list(items[1::2]) + [""] * (len(items) % 2)
    return dict(zip(keys, values, strict=True))


def _set(into: Value, key: Value, value: Value) -> dict[str, Any]:
    _map(into)[show(key)] = value
    return _map(into)


def _unset(into: Value, key: Value) -> dict[str, Any]:
    _map(into).pop(show(key), None)
    return _map(into)


def _merge(into: Value, *others: Value) -> dict[str, Any]:
    """What is set already stays; empty values give way, as in the library that Sprig uses."""
    target = _map(into)
    for other in others:
        for key, value in _map(other).items():
            if isinstance(target.get(key), dict) and isinstance(value, dict):
                _merge(target[key], value)
            elif not truth(target.get(key)):
                target[key] = copy.deepcopy(value)
    return target


def _overwrite(into: Value, *others: Value) -> dict[str, Any]:
    target = _map(into)
    for other in others:
        for key, value in _map(other).items():
            if isinstance(target.get(key), dict) and isinstance(value, dict):
                _overwrite(target[key], value)
            elif truth(value) or key not in target:
                target[key] = copy.deepcopy(value)
    return target


def _dig(*arguments: Value) -> Value:
    *names, default, data = arguments
    for name in names:
        if not isinstance(data, dict) or name not in data:
            return default
        data = data[name]
    return data


def _uniq(items: Value) -> list[Any]:
    kept: list[Any] = []
    for item in _list(items):
        if item not in kept:
            kept.append(item)
    return kept


def _slice(items: Value, start: Value = 0, end: Value = None) -> Value:
    if not isinstance(items, str):
        _list(items)
    return items[_count(start) : None if end is None else _count(end)]


def _steps(start: Value, stop: Value, step: Value) -> list[int]:
    by = _count(step)
    found = range(_count(start), _count(stop), by) if by else range(0)
    return list(found)


def _until(count: Value) -> list[int]:
    number = _count(count)
    return list(range(0, number, 1 if number >= 0 else -1))


def _has(item: Value, items: Value) -> bool:
    return any(item == other and isinstance(item, bool) == isinstance(other, bool) for other in _list(items))


def _split(mark: Value, text: Value) -> dict[str, str]:
    return {f"_{index}": part for index, part in enumerate(_pieces(mark, text))}


def _pieces(mark: Value, text: Value, most: int = -1) -> list[str]:
    return show(text).split(show(mark), most) if show(mark) else list(show(text))


def _join(mark: Value, items: Value) -> str:
    found = items if isinstance(items, list) else [items]
    return show(mark).join(show(item) for item in found if item is not None)


def _get(data: Value, key: Value) -> Value:
    return _map(data).get(show(key), "")


def _first(items: Value) -> Value:
    return _list(items)[0] if items else None


def _without(items: Value, *gone: Value) -> list[Any]:
    return [item for item in _list(items) if item not in gone]


def _chunk(size: Value, items: Value) -> list[list[Any]]:
    found, width = _list(items), max(_count(size), 1)
    return [found[start : start + width] for start in range(0, len(found), width)]


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "list": lambda *items: list(items),
    "tuple": lambda *items: list(items),
    "first": _first,
    "last": lambda items: _list(items)[-1] if items else None,
    "rest": lambda items: _list(items)[1:],
    "initial": lambda items: _list(items)[:-1],
    "append": lambda items, item: [*_list(items), item],
    "push": lambda items, item: [*_list(items), item],
    "prepend": lambda items, item: [item, *_list(items)],
    "concat": lambda *lists: [item for items in lists for item in _list(items)],
    "reverse": lambda items: _list(items)[::-1],
    "uniq": _uniq,
    "without": _without,
    "has": _has,
    "compact": lambda items: [item for item in _list(items) if truth(item)],
    "slice": _slice,
    "chunk": _chunk,
    "until": _until,
    "untilStep": _steps,
    "seq": lambda *bounds: " ".join(str(number) for number in _sequence([_count(bound) for bound in bounds])),
    "sortAlpha": lambda items: sorted(show(item) for item in _list(items)),
    "join": _join,
    "split": _split,
    "splitList": _pieces,
    "splitn": lambda mark, most, text: {
        f"_{index}": part for index, part in enumerate(_pieces(mark, text, max(_count(most) - 1, 0)))
    },
    "toStrings": lambda items: [show(item) for item in _list(items)],
    "dict": _dict,
    "get": _get,
    "set": _set,
    "unset": _unset,
    "hasKey": lambda data, key: show(key) in _map(data),
    "keys": lambda *maps: [key for data in maps for key in sorted(_map(data))],
    "values": lambda *maps: [data[key] for data in maps for key in sorted(_map(data))],
    "pick": lambda data, *names: {key: _map(data)[key] for key in names if key in data},
    "omit": lambda data, *names: {key: value for key, value in _map(data).items() if key not in names},
    "pluck": lambda name, *maps: [data[name] for data in maps if name in _map(data)],
    "merge": _merge,
    "mergeOverwrite": _overwrite,
    "deepCopy": copy.deepcopy,
    "dig": _dig,
}


def _sequence(bounds: list[int]) -> list[int]:
    start, step = (bounds[0], 1) if len(bounds) > 1 else (1, 1)
    stop = bounds[-1]
    if len(bounds) == 3:
        step = bounds[1]
    elif stop < start:
        step = -1
    return list(range(start, stop + (1 if step > 0 else -1), step)) if step else []
