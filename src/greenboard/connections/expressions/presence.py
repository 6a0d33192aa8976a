"""Functions about what is there, what is not, and what is not known. Pure."""

from __future__ import annotations

from typing import Any

from greenboard.connections.expressions.function import Registry

REGISTRY = Registry()


@REGISTRY.add("any", gives="bool", example="present(protection)")
def present(value: Any) -> bool:
    """Whether a joined record is there: false where the tool said that it is not."""
    return value is not False


@REGISTRY.add("any", "any", "any", gives="any", strict=False, example="when_absent(protection, `0`, protection.count)")
def when_absent(joined: Any, then: Any, otherwise: Any) -> Any:
    """The second value where the tool said that the joined record is not there, the third where it is; unknown where it could not be looked at."""  # noqa: E501
    if joined is None:
        return None
    return then if joined is False else otherwise


@REGISTRY.add("any", "any", "any", gives="any", strict=False, example="when(archived, `0`, open)")
def when(condition: Any, then: Any, otherwise: Any) -> Any:
    """The second value where the first holds, the third where it does not; unknown where that is unknown."""
    if condition is None:
        return None
    return then if condition else otherwise


@REGISTRY.add("any", "any", gives="any", strict=False, rest=True, example="default(limit, `0`)")
def default(value: Any, *others: Any) -> Any:
    """The first value that is known. It makes something of unknown: the fact says why under `assumes`."""
    return next((one for one in (value, *others) if one is not None), None)


@REGISTRY.add("list", "number", gives="list", example="whole(labels.nodes, labels.totalCount)")
def whole(several: list[Any], total: float) -> list[Any] | None:
    """The list, if it has as many elements as there are in all; otherwise it was cut off, and is unknown."""
    return several if len(several) == total else None


@REGISTRY.add("any", "list", gives="same", example="one_of(status, ['open', 'closed'])")
def one_of(value: Any, known: list[Any]) -> Any:
    """The value, if it is one that the tool documents; a new word is unknown."""
    return value if value in known else None


@REGISTRY.add("any", "object", gives="any", example="map_value(status, {resolved: 'closed', triggered: 'open'})")
def map_value(value: Any, table: dict[str, Any]) -> Any:
    """What a table says about a value; a value that is not in it is unknown."""
    return table.get("true" if value is True else "false" if value is False else str(value))
