"""Fact types that were defined here, as rows: what holds now, what held before, and when any of it changed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from greenboard.core import placed
from greenboard.core.errors import UserError
from greenboard.facts import json_schema
from greenboard.facts import vocabulary as words
from greenboard.facts.models import CURRENT, DefinedType
from greenboard.facts.vocabulary import FactType, Vocabulary

_log = logging.getLogger(__name__)
Stamp = tuple[int, int | None]
"""Another one with every definition that is saved: how many there are, and the newest."""


@dataclass(frozen=True)
class Definition:
    """A version of a fact type as somebody saved it. `until` is None while it holds."""

    name: str
    text: str
    retired: bool
    author: str
    note: str
    since: datetime
    until: datetime | None


def stamp() -> Stamp:
    """Tells whether any definition was saved since. One query."""
    found = DefinedType.objects.aggregate(count=Count("id"), newest=Max("id"))
    return found["count"], found["newest"]


def current(name: str, *, lock: bool = False) -> Definition | None:
    """What holds of a name now; with `lock` nobody else changes it until the transaction ends."""
    rows = DefinedType.objects.filter(CURRENT, name=name)
    row = (rows.select_for_update() if lock else rows).first()
    return None if row is None else _definition(row)


def history(name: str) -> list[Definition]:
    """Every version, newest first."""
    return [_definition(row) for row in DefinedType.objects.filter(name=name).order_by("-valid_from", "-id")]


def write(made: Definition) -> None:
    """Let a version hold instead of the one before."""
    DefinedType.objects.filter(CURRENT, name=made.name).update(valid_to=made.since)
    DefinedType.objects.create(
        name=made.name, text=made.text, retired=made.retired, author=made.author, note=made.note, valid_from=made.since
    )


def extended(base: Vocabulary) -> Vocabulary:
    """A vocabulary with what is defined here; itself where nothing is. One query.

    What cannot be read any more, because an update ships a fact type of its name, is left out and logged.
    """
    found = base
    for row in DefinedType.objects.filter(CURRENT).order_by("name"):
        try:
            declared = read(row.text, base)
        except UserError as error:
            _log.warning("the fact type %s that was defined here is left out: %s", row.name, error)
            continue
        found = found.with_defined(declared.model_copy(update={"retired": row.retired}))
    return found


def read(text: str, known: Vocabulary) -> FactType:
    """The fact type of a JSON Schema, beside those that are known.

    Raises:
        UserError: it is no schema of a fact type, or its name is taken; each mistake with line and column.

    """
    return words.read(json_schema.read(placed.read(text, LABEL)), known)


LABEL = "schema"
"""What the text of a definition is called in the places of mistakes."""


def _definition(row: DefinedType) -> Definition:
    return Definition(row.name, row.text, row.retired, row.author, row.note, row.valid_from, row.valid_to)


def versions() -> Iterator[Definition]:
    """What holds of every name, by name."""
    return (_definition(row) for row in DefinedType.objects.filter(CURRENT).order_by("name"))
