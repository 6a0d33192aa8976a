"""The tables of an installation, and their rows as text.

The text of a row is the same whichever database it comes from, so that digests can be compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from greenboard.core import clock

LEFT_OUT = ("django_session", "usersessions_usersession", "project_heartbeat")
"""Tables that are not part of an installation: who is signed in just now, and which processes run."""


@dataclass(frozen=True)
class Column:
    """A column: how its values are written and read.

    Fields of our own that turn stored text into something else (sealed secrets) are carried as they
    are stored: a backup opens nothing.
    """

    field: models.Field[Any, Any]

    @property
    def name(self) -> str:
        return str(self.field.column)

    @cached_property
    def opaque(self) -> bool:
        own = type(self.field).__module__.startswith("greenboard.")
        return own and hasattr(self.field, "from_db_value")

    @property
    def asked(self) -> Any:
        """What is asked of the database for it."""
        plain = models.F(self.field.attname)
        return models.ExpressionWrapper(plain, output_field=models.TextField()) if self.opaque else plain

    @cached_property
    def written(self) -> Callable[[Any], Any]:
        """From a value to what JSON has for it."""
        match self.field:
            case _ if self.opaque:
                return _same
            case models.DateTimeField():
                return clock.format_time
            case models.BinaryField():
                return lambda value: bytes(value).hex()
            case models.JSONField():
                return _canonical
            case models.DateField() | models.TimeField() | models.DecimalField() | models.UUIDField():
                return str
        return _same

    @cached_property
    def read(self) -> Callable[[Any], Any]:
        """From what JSON has to a value."""
        match self.field:
            case _ if self.opaque:
                return _same
            case models.DateTimeField():
                return datetime.fromisoformat
            case models.BinaryField():
                return bytes.fromhex
            case models.DateField() | models.TimeField() | models.DecimalField() | models.UUIDField():
                return self.field.to_python
        return _same

    def stored(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """A value as the database takes it. JSON's null is none of SQL's where the column may not have that."""
        if value is None and isinstance(self.field, models.JSONField) and not self.field.null:
            return connection.ops.adapt_json_value(None, None)
        if value is None or self.opaque:
            return value
        return self.field.get_db_prep_save(value, connection)


def _same(value: Any) -> Any:
    return value


def _canonical(value: Any) -> Any:
    """A JSON value as every database gives it back: PostgreSQL knows no difference between 1.0 and 1."""
    if isinstance(value, dict):
        return {key: _canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_canonical(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True)
class Table:
    """A table: a model, and its columns in the order of their names."""

    model: type[models.Model]
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, model: type[models.Model]) -> Table:
        fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
        # By name: the order in a table depends on the migrations that made it.
        return cls(model, tuple(Column(field) for field in sorted(fields, key=lambda field: str(field.column))))

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def line(self, row: Sequence[Any]) -> bytes:
        """A row, whose values are in the order of the columns, as a line of JSON."""
        told = {
            column.name: None if value is None else column.written(value)
            for column, value in zip(self.columns, row, strict=True)
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def row(self, told: Mapping[str, Any]) -> list[Any]:
        """The values of a line that was read.

        Raises:
            KeyError, ValueError, TypeError: it is no row of this table.

        """
        return [None if told[one.name] is None else one.read(told[one.name]) for one in self.columns]


def tables(registry: Apps) -> list[Table]:
    """Every table of an installation; each refers only to those before it, and to itself."""
    found = {model: _referred(model) for model in _models(registry)}
    return [Table.of(model) for model in _sorted(found)]


def _models(registry: Apps) -> Iterator[type[models.Model]]:
    for model in registry.get_models(include_auto_created=True):
        meta = model._meta
        if meta.managed and not meta.proxy and meta.db_table not in LEFT_OUT:
            yield model


def _referred(model: type[models.Model]) -> set[type[models.Model]]:
    remote = (field.remote_field for field in model._meta.concrete_fields if field.remote_field)
    return {one.model for one in remote} - {model}


def _sorted(found: Mapping[type[models.Model], Iterable[type[models.Model]]]) -> Iterator[type[models.Model]]:
    left = sorted(found, key=lambda model: model._meta.db_table)
    done: set[type[models.Model]] = set()
    while left:
        # Of a circle the first goes first: references are checked at the end of the transaction.
        ready = [model for model in left if not (set(found[model]) & set(left)) - done] or left[:1]
        yield from ready
        done |= set(ready)
        left = [model for model in left if model not in done]
