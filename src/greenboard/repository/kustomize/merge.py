"""Strategic merge patches (Kubernetes API conventions) and JSON patches (RFC 6902) with places kept."""

from __future__ import annotations

import copy
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError
from greenboard.repository.kustomize.parts import Part

# The merge keys of lists in the API's own schema, by the name of the field.
_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "ports": ("containerPort", "port"),
    "secrets": ("name",),
}
_DIRECTIVES = ("$retainKeys", "$setElementOrder", "$deleteFromPrimitiveList")


class Deleted(Exception):
    """A patch took the whole object away."""


def merge(part: Part, patch: Part) -> None:
    """Apply a strategic merge patch to an object.

    Raises:
        Deleted: the patch deletes the object.
        UserError: a directive that is not read here.

    """
    if patch.data.get("$patch") == "delete":
        raise Deleted
    if patch.data.get("$patch") == "replace":
        part.data, part.places = copy.deepcopy(patch.data), dict(patch.places)
        part.data.pop("$patch", None)
        return
    _mapping(part, patch, part.data, patch.data, at=(), on=())


def _mapping(
    part: Part, patch: Part, into: dict[Any, Any], given: dict[Any, Any], *, at: yaml.Path, on: yaml.Path
) -> None:
    for key, value in given.items():
        if isinstance(key, str) and key.startswith(_DIRECTIVES):
            raise UserError(f"the patch directive {key} is not read", place=patch.place((*on, key)))
        here, there = (*at, key), (*on, key)
        if key == "$patch":
            continue
        if value is None:
            into.pop(key, None)
            part.note(here, patch.place(there))
        elif isinstance(value, dict) and value.get("$patch") == "delete":
            into.pop(key, None)
        elif isinstance(value, dict) and isinstance(into.get(key), dict) and value.get("$patch") != "replace":
            _mapping(part, patch, into[key], value, at=here, on=there)
        elif _merges(part, key, into.get(key), value):
            _list(part, patch, into[key], value, at=here, on=there)
        else:
            into[key] = _clean(value)
            _copy_places(part, patch, here, there)


def _merges(part: Part, key: object, held: object, given: object) -> bool:
    if not (part.built_in and key in _KEYS and isinstance(held, list) and isinstance(given, list)):
        return False
    return all(isinstance(item, dict) for item in [*held, *given])


def _list(part: Part, patch: Part, held: list[Any], given: list[Any], *, at: yaml.Path, on: yaml.Path) -> None:
    if any(item.get("$patch") == "replace" for item in given):
        held[:] = [_clean(item) for item in given if item.get("$patch") != "replace"]
        part.note(at, patch.place(on))
        return
    names = _KEYS[str(at[-1])]
    gone: list[int] = []
    new: list[int] = []
    for index, item in enumerate(given):
        match = next((number for number, other in enumerate(held) if _same(other, item, names)), None)
        if item.get("$patch") == "delete":
            gone += [] if match is None else [match]
        elif match is None:
            new.append(index)
        else:
            _mapping(part, patch, held[match], item, at=(*at, match), on=(*on, index))
    for number in sorted(set(gone), reverse=True):
        del held[number]
        part.shift(at, number, -1)
    # What a patch adds to a list comes first, as kustomize has it; a later JSON patch counts on that.
    held[:0] = [_clean(given[index]) for index in new]
    part.shift(at, 0, len(new))
    for number, index in enumerate(new):
        _copy_places(part, patch, (*at, number), (*on, index))


def _same(left: dict[str, Any], right: dict[str, Any], names: tuple[str, ...]) -> bool:
    shared = [name for name in names if name in left or name in right]
    return bool(shared) and all(left.get(name) == right.get(name) for name in shared)


def _clean(value: Any) -> Any:
    """A copy without nulls and directives, as a patch adds it where nothing was."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items() if item is not None and key != "$patch"}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _copy_places(part: Part, patch: Part, at: yaml.Path, on: yaml.Path) -> None:
    part.note(at, patch.place(on))
    for known, place in patch.places.items():
        if known[: len(on)] == on:
            part.places[(*at, *known[len(on) :])] = place


def apply_operations(part: Part, operations: object, place: Place) -> None:
    """Apply a JSON patch to an object.

    Raises:
        UserError: an operation that is not well formed, or whose target is not there.

    """
    if not isinstance(operations, list):
        raise UserError("a JSON patch must be a list of operations", place=place)
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise UserError("a JSON patch operation needs op and path", place=place)
        _operate(part, operation, place)


def _operate(part: Part, operation: dict[str, Any], place: Place) -> None:
    path = _pointer(operation["path"])
    match operation.get("op"):
        case "add":
            _add(part, path, copy.deepcopy(operation.get("value")), place)
        case "replace":
            _remove(part, path, place)
            _add(part, path, copy.deepcopy(operation.get("value")), place)
        case "remove":
            _remove(part, path, place)
        case "copy" | "move" as verb:
            value = copy.deepcopy(_look(part, _pointer(str(operation.get("from", ""))), place))
            if verb == "move":
                _remove(part, _pointer(str(operation.get("from", ""))), place)
            _add(part, path, value, place)
        case "test":
            if _look(part, path, place) != operation.get("value"):
                raise UserError(f"the JSON patch's test of {operation['path']} does not hold", place=place)
        case other:
            raise UserError(f"unknown JSON patch operation {other!r}", place=place)


def _pointer(text: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]


def _look(part: Part, path: list[str], place: Place) -> Any:
    value: Any = part.data
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise UserError(f"the JSON patch's path /{'/'.join(path)} is not there", place=place)
    return value


def _add(part: Part, path: list[str], value: Any, place: Place) -> None:
    if not path:
        raise UserError("a JSON patch of the whole object is not read", place=place)
    holder = _look(part, path[:-1], place)
    step = path[-1]
    if isinstance(holder, dict):
        holder[step] = value
    elif isinstance(holder, list) and (step == "-" or (step.isdigit() and int(step) <= len(holder))):
        holder.insert(len(holder) if step == "-" else int(step), value)
    else:
        raise UserError(f"the JSON patch's path /{'/'.join(path)} is not there", place=place)
    part.note(_typed(part, path if isinstance(holder, dict) else path[:-1]), place)


def _remove(part: Part, path: list[str], place: Place) -> None:
    _look(part, path, place)
    if not path:
        raise UserError("a JSON patch of the whole object is not read", place=place)
    holder = _look(part, path[:-1], place)
    del holder[int(path[-1]) if isinstance(holder, list) else path[-1]]
    part.note(_typed(part, path if isinstance(holder, dict) else path[:-1]), place)


def _typed(part: Part, path: list[str]) -> yaml.Path:
    """A pointer's steps as a path: indices of lists as numbers."""
    value: Any = part.data
    typed: list[str | int] = []
    for step in path:
        if isinstance(value, list):
            index = int(step) if step.isdigit() else max(len(value) - 1, 0)
            typed.append(index)
            value = value[index] if index < len(value) else None
        else:
            typed.append(step)
            value = value.get(step) if isinstance(value, dict) else None
    return tuple(typed)
