"""Facts and gaps as plain values.

A *fact* is what one source said about one entity, of one fact type. A *gap* is a look that failed:
it never becomes a fact, and it names the reason, so that "could not look" is told apart from
"nothing there".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from greenboard.core.refs import Ref

Scalar = bool | int | float | str | datetime | timedelta
FieldValue = Scalar | Sequence[Scalar]
Struct = Mapping[str, FieldValue]
Value = Struct | tuple[Struct, ...]
"""A single fact is a struct; a fact of a type with several per entity is a tuple of structs, which
may be empty: looked, and nothing there. A field that is absent is unknown; None is never stored."""


class Partial(tuple[Struct, ...]):
    """Items of which it is known that they may not be all: a look failed, or some were too old to count.

    A rule may find something among them, and never conclude anything from what is not there.
    """

    __slots__ = ()


class SourceKind(StrEnum):
    """Where a fact comes from. `descriptor`, `person` and `catalog` are declared, the rest observed."""

    REPOSITORY = "repository"
    REPORT = "report"
    CONNECTION = "connection"
    DESCRIPTOR = "descriptor"
    PERSON = "person"
    CATALOG = "catalog"
    FILE = "file"


DECLARED = frozenset({SourceKind.DESCRIPTOR, SourceKind.PERSON, SourceKind.CATALOG})


@dataclass(frozen=True, slots=True)
class Source:
    """What said it. `location` is `path:line` for files; `link` opens it for a person."""

    kind: SourceKind
    name: str
    location: str = ""
    commit: str = ""
    link: str = ""

    @property
    def declared(self) -> bool:
        return self.kind in DECLARED


@dataclass(frozen=True, slots=True)
class Fact:
    """What one source said about one entity.

    `places` says where single fields stand, more exactly than the source's location: keys are
    `field` for single facts, `key` or `key.field` for facts with several items.
    """

    entity: Ref
    type: str
    value: Value
    source: Source
    observed_at: datetime
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """A look that failed: no fact came of it, and this is why.

    `unclear` marks a look that worked at something which cannot be judged from there (a build that
    is a program, a pipeline that calls what is kept elsewhere): nobody need mend it.
    """

    entity: Ref
    type: str
    reason: str
    source: Source
    since: datetime
    unclear: bool = False
