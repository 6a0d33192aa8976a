"""From what an expression made to a value of a field, or the reason why there is none. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenboard.connections.expressions import Env, Expression, Mistyped
from greenboard.connections.types import Reason
from greenboard.facts import vocabulary
from greenboard.facts.types import FieldValue
from greenboard.facts.vocabulary import FactError, FactType, FieldType

Maker = Callable[[Any, Env], tuple[FieldValue | None, Reason | None]]
_QUICK: dict[FieldType, type[bool | float | str]] = {
    FieldType.BOOL: bool,
    FieldType.FLOAT: float,
    FieldType.STRING: str,
}
"""What fits as it is, where the values are not listed."""
_WHOLE = frozenset({FieldType.INT, FieldType.INTS})


def maker(declared: FactType, name: str, expression: Expression) -> Maker:
    """What makes the value of a field of a record.

    Unknown is None, with a reason where the tool answered something unexpected.
    """
    run = expression.run
    field = None if declared.open else declared.fields[name]
    quick = _QUICK.get(field.type) if field and not field.values else None

    def make(record: Any, env: Env) -> tuple[FieldValue | None, Reason | None]:
        try:
            value = run(record, env)
            if value is None or type(value) is quick:
                return value, None
            if isinstance(value, list) and None in value:
                return None, None
            if field is None:
                return (tuple(value) if isinstance(value, list) else value), None
            return vocabulary.fit(field, _whole(value) if field.type in _WHOLE else value, name), None
        except (Mistyped, FactError) as wrong:
            return None, Reason("theirs", f"{declared.name}.{name}: the answer is not as documented: {wrong}.")

    return make


def _whole(value: Any) -> Any:
    """What arithmetic made of whole numbers, as a whole number again."""
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
