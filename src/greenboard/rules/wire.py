"""The wire form of a checked expression: the messages of `cel.expr` that the compiler serialises to.

The numbers are those of the public schema (cel-spec, `cel/expr/checked.proto` and `syntax.proto`). They are
stated here because no package on hand carries the generated code, and only what is read is stated: a field
that is not listed is skipped by the parser.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message, message_factory

_SCALARS = {"bool": 8, "int32": 5, "int64": 3, "uint64": 4, "double": 1, "string": 9, "bytes": 12}
_REPEATED, _OPTIONAL, _MESSAGE = 3, 1, 11

# message -> field -> (number, type); a leading "*" repeats; types in capitals are messages.
_MESSAGES: dict[str, dict[str, tuple[int, str]]] = {
    "Nothing": {},
    "Type": {
        "dyn": (1, "Nothing"),
        "null": (2, "int32"),
        "primitive": (3, "int32"),
        "wrapper": (4, "int32"),
        "well_known": (5, "int32"),
        "list_type": (6, "ListType"),
        "map_type": (7, "MapType"),
        "message_type": (9, "string"),
        "type_param": (10, "string"),
        "type": (11, "Type"),
        "error": (12, "Nothing"),
        "abstract_type": (14, "AbstractType"),
    },
    "ListType": {"elem_type": (1, "Type")},
    "MapType": {"key_type": (1, "Type"), "value_type": (2, "Type")},
    "AbstractType": {"name": (1, "string"), "parameter_types": (2, "*Type")},
    "Constant": {
        "null_value": (1, "int32"),
        "bool_value": (2, "bool"),
        "int64_value": (3, "int64"),
        "uint64_value": (4, "uint64"),
        "double_value": (5, "double"),
        "string_value": (6, "string"),
        "bytes_value": (7, "bytes"),
    },
    "Reference": {"name": (1, "string"), "overload_id": (3, "*string"), "value": (4, "Constant")},
    "Ident": {"name": (1, "string")},
    "Select": {"operand": (1, "Expr"), "field": (2, "string"), "test_only": (3, "bool")},
    "Call": {"target": (1, "Expr"), "function": (2, "string"), "args": (3, "*Expr")},
    "CreateList": {"elements": (1, "*Expr"), "optional_indices": (2, "*int32")},
    "CreateStruct": {"message_name": (1, "string"), "entries": (2, "*StructEntry")},
    "StructEntry": {"map_key": (3, "Expr"), "value": (4, "Expr")},
    "Comprehension": {
        "iter_var": (1, "string"),
        "iter_range": (2, "Expr"),
        "accu_var": (3, "string"),
        "accu_init": (4, "Expr"),
        "loop_condition": (5, "Expr"),
        "loop_step": (6, "Expr"),
        "result": (7, "Expr"),
        "iter_var2": (8, "string"),
    },
    "Expr": {
        "id": (2, "int64"),
        "const_expr": (3, "Constant"),
        "ident_expr": (4, "Ident"),
        "select_expr": (5, "Select"),
        "call_expr": (6, "Call"),
        "list_expr": (7, "CreateList"),
        "struct_expr": (8, "CreateStruct"),
        "comprehension_expr": (9, "Comprehension"),
    },
    "PositionEntry": {"key": (1, "int64"), "value": (2, "int32")},
    "SourceInfo": {"positions": (4, "*PositionEntry")},
    "TypeEntry": {"key": (1, "int64"), "value": (2, "Type")},
    "ReferenceEntry": {"key": (1, "int64"), "value": (2, "Reference")},
    "CheckedExpr": {
        "reference_map": (2, "*ReferenceEntry"),
        "type_map": (3, "*TypeEntry"),
        "expr": (4, "Expr"),
        "source_info": (5, "SourceInfo"),
    },
}
_ONE_OF = {"Type", "Constant", "Expr"}
_OUTSIDE_ONE_OF = {"id"}


class TooDeep(Exception):
    """A message nested beyond what protobuf reads, some 100 levels."""


def parse(serialised: bytes) -> Any:
    """The `CheckedExpr` message within what `Expression.serialize()` gives.

    Raises:
        TooDeep: the expression is nested too deeply.

    """
    envelope = any_pb2.Any()
    envelope.ParseFromString(serialised)
    checked = _checked_class()()
    try:
        checked.ParseFromString(envelope.value)
    except message.DecodeError:
        raise TooDeep from None
    return checked


@cache
def _checked_class() -> Any:
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(_file().SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("cel.expr.CheckedExpr"))


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="cel_expr.proto", package="cel.expr", syntax="proto3")
    for name, fields in _MESSAGES.items():
        made = file.message_type.add(name=name)
        if name in _ONE_OF:
            made.oneof_decl.add(name="kind")
        for field, (number, stated) in fields.items():
            added = made.field.add(name=field, number=number, label=_OPTIONAL)
            kind = stated.removeprefix("*")
            added.label = _REPEATED if stated.startswith("*") else _OPTIONAL  # type: ignore[assignment]
            added.type = _SCALARS.get(kind, _MESSAGE)  # type: ignore[assignment]
            if kind not in _SCALARS:
                added.type_name = f".cel.expr.{kind}"
            if name in _ONE_OF and field not in _OUTSIDE_ONE_OF:
                added.oneof_index = 0
    return file
