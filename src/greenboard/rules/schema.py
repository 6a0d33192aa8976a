"""The vocabulary as the compiler sees it: one message type per fact type, one variable of its name.

The compiler checks against messages, so that a misspelt field is refused; evaluation never sees a message,
because a message would turn a field that is not there into a zero.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from greenboard.facts.vocabulary import FactType, FieldDef, FieldType, Vocabulary
from greenboard.rules import brought, functions, tree
from greenboard.rules.around import RELATIONS
from greenboard.rules.functions import ROOT
from greenboard.rules.tree import Type

OWN = f"{ROOT}.fact"
RELATED = f"{ROOT}.related"
"""Messages are named `OWN.slo`, `RELATED.dependencies`, and `ROOT.dependencies.slo` for facts read through a relation,
so that the type of every part says which relation it was read through.
"""
PARAMETERS = "param"
NOW = "now"

_ONE, _REPEATED = 1, 3
_BOOL, _INT, _DOUBLE, _STRING, _MESSAGE = 8, 3, 1, 9, 11
_TIMESTAMP, _DURATION = ".google.protobuf.Timestamp", ".google.protobuf.Duration"
_FIELDS: dict[FieldType, tuple[int, str]] = {
    FieldType.BOOL: (_BOOL, ""),
    FieldType.INT: (_INT, ""),
    FieldType.FLOAT: (_DOUBLE, ""),
    FieldType.STRING: (_STRING, ""),
    FieldType.TIMESTAMP: (_MESSAGE, _TIMESTAMP),
    FieldType.DURATION: (_MESSAGE, _DURATION),
}


@dataclass(frozen=True)
class Schema:
    """What an expression may name: the fact types, the parameters of the rule, and scorecards.

    `standards` are the level names of each scorecard, lowest first; None where it is not known which there are.
    """

    vocabulary: Vocabulary
    parameters: Mapping[str, FieldType]
    standards: Mapping[str, tuple[str, ...]] | None = None

    def fields(self, struct: str) -> Mapping[str, FieldDef]:
        """The fields of a struct: of a fact type, or of the parameters."""
        if struct == PARAMETERS:
            return {name: FieldDef(type=kind, doc="") for name, kind in self.parameters.items()}
        return self.vocabulary.types[struct].fields

    def unreadable(self, struct: str) -> Mapping[str, str]:
        """Why fields of a struct that there are cannot be read."""
        declared = self.vocabulary.types.get(struct)
        return declared.unreadable if declared else {}


def struct_type(message: str) -> Type:
    """The type that a message of the compiler stands for."""
    package, _, name = message.rpartition(".")
    if package == RELATED:
        return tree.struct_of("", name)
    return tree.struct_of(name, "" if package == OWN else package.removeprefix(f"{ROOT}."))


def environment(schema: Schema) -> Any:
    """The compiler for a schema. Built once for each vocabulary and set of parameters."""
    with _LOCK:
        return _environment(_Key(schema), tuple(sorted(schema.parameters.items())), brought.functions())


_LOCK = threading.Lock()


class _Key:
    """Lets a cache tell vocabularies apart by identity, and keeps the one it knows alive."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema.vocabulary)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.schema.vocabulary is other.schema.vocabulary


@lru_cache(maxsize=256)
def _environment(key: _Key, parameters: tuple[tuple[str, FieldType], ...], more: tuple[functions.Function, ...]) -> Any:
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

    variables = {NOW: cel.Type.TIMESTAMP, PARAMETERS: cel.Type(f"{OWN}.{PARAMETERS}")}
    for name, declared in key.schema.vocabulary.types.items():
        message = cel.Type(f"{OWN}.{name}")
        variables[name] = cel.Type.List(message) if declared.many else message
    return cel.NewEnv(
        descriptor_pool=_pool(key, parameters),
        config=cel.NewEnvConfigFromYaml(functions.configuration(more)),
        variables=variables,
        extensions=[
            ext_bindings.ExtBindings(),
            ext_math.ExtMath(),
            ext_optional.ExtOptional(),
            ext_strings.ExtStrings(),
        ],
    )


@lru_cache(maxsize=8)
def _vocabulary_files(key: _Key) -> tuple[bytes, ...]:
    """The messages of all fact types, once for the entity's own facts and once for each relation."""
    types = key.schema.vocabulary.types
    packages = (OWN, *(f"{ROOT}.{relation}" for relation in RELATIONS))
    files = [_file(package, {name: _fact_fields(declared) for name, declared in types.items()}) for package in packages]
    return *files, _related_file(types)


def _related_file(types: Mapping[str, FactType]) -> bytes:
    """Related entities: a message for each relation, with a field for each fact type."""
    from google.protobuf import descriptor_pb2

    file = descriptor_pb2.FileDescriptorProto(name=f"{RELATED}.proto", package=RELATED, syntax="proto3")
    for relation in RELATIONS:
        file.dependency.append(f"{ROOT}.{relation}.proto")
        message = file.message_type.add(name=relation)
        for number, (name, declared) in enumerate(types.items(), start=1):
            added = message.field.add(name=name, number=number, type=_MESSAGE)
            added.label = _REPEATED if declared.many else _ONE  # type: ignore[assignment]
            added.type_name = f".{ROOT}.{relation}.{name}"
    return file.SerializeToString()


def _fact_fields(declared: FactType) -> Iterator[tuple[str, FieldType]]:
    return ((name, field.type) for name, field in declared.fields.items())


def _pool(key: _Key, parameters: tuple[tuple[str, FieldType], ...]) -> Any:
    from google.protobuf import descriptor_pool, duration_pb2, timestamp_pb2

    pool = descriptor_pool.DescriptorPool()
    for known in (timestamp_pb2, duration_pb2):
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    for file in _vocabulary_files(key):
        pool.AddSerializedFile(file)
    pool.AddSerializedFile(_file(OWN, {PARAMETERS: iter(parameters)}, name="param"))
    return pool


def _file(package: str, structs: Mapping[str, Iterator[tuple[str, FieldType]]], *, name: str = "") -> bytes:
    from google.protobuf import descriptor_pb2

    file = descriptor_pb2.FileDescriptorProto(name=f"{name or package}.proto", package=package, syntax="proto3")
    file.dependency.extend(["google/protobuf/timestamp.proto", "google/protobuf/duration.proto"])
    for struct, fields in structs.items():
        message = file.message_type.add(name=struct)
        for number, (field, stated) in enumerate(fields, start=1):
            kind, message_name = _FIELDS[stated.element or stated]
            added = message.field.add(name=field, number=number, type=kind)
            added.label = _REPEATED if stated.element else _ONE  # type: ignore[assignment]
            if message_name:
                added.type_name = message_name
    return file.SerializeToString()
