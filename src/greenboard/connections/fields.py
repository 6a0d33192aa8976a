"""From what an expression made to a value of a field, or the reason why there is none. Pure."""

from __future__ import annotations

from typing import Any

from greenboard.connections.expressions import Env, Expression, Mistyped
from greenboard.connections.types import Reason
from greenboard.facts import vocabulary
from greenboard.facts.types import FieldValue
from greenboard.facts.vocabulary import FactError, FactType, FieldType

_WHOLE = frozenset({FieldType.INT, FieldType.INTS})


def field_of(
    declared: FactType, name: str, expression: Expression, record: Any, env: Env
) -> tuple[FieldValue | None, Reason | None]:
    """The value of a field; unknown is None, with a reason where the tool answered something unexpected."""
    try:
        value = expression(record, env)
        if value is None or (value is False and declared.open):
            return value, None
        if isinstance(value, list) and None in value:
            return None, None
        if declared.open:
            return (tuple(value) if isinstance(value, list) else value), None
        field = declared.fields[name]
        return vocabulary.fit(field, _whole(value) if field.type in _WHOLE else value, name), None
    except (Mistyped, FactError) as wrong:
        return None, Reason("theirs", f"{declared.name}.{name}: the answer is not as documented: {wrong}.")


def _whole(value: Any) -> Any:
    """What arithmetic made of whole numbers, as a whole number again."""
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
