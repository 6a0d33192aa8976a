"""What the parameters of an address may say: exactly what the schema says of them, and nothing else.

An unknown parameter, and one that is given twice where one is meant, is refused: a misspelt filter
must not look like a list without one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core.core_schema import ValidationInfo

from greenboard.access.sight import Sight
from greenboard.catalog.listing import Chosen, choose
from greenboard.catalog.paging import Key, Part
from greenboard.catalog.store import Wanted
from greenboard.catalog.types import LIFECYCLES
from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.core.refs import Ref

_KIND, _NAMESPACE = r"[A-Za-z][A-Za-z0-9-]{0,62}", r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?"
WHOLE_REF = rf"^{_KIND}:{_NAMESPACE}/{_NAME}$"
_TEAM = rf"^(?:none|(?:{_KIND}:)?(?:{_NAMESPACE}/)?{_NAME})$"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d))?", re.ASCII)
NONE = "none"
"""What a filter says for entities that lack the thing."""
FIELDS, OFFERED = "fields", "greenboard.fields"
"""The parameter for some fields only, and the mark of a request to a list that `sparse` lets take it."""
MOST = 200
"""The longest page."""


def _as_of(value: object) -> object:
    return clock.as_of(value, clock.now()) if isinstance(value, str) and _read(value) else value


def moment(value: object) -> object:
    """Take a date or a moment only as RFC 3339 writes it."""
    return _read(value) if isinstance(value, str) else value


def _read(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError("not a date such as 2026-11-23, nor a moment such as 2026-11-23T09:00:00Z")
    try:
        return clock.parse_time(text)
    except UserError as error:
        raise ValueError(str(error)) from None


def whole(value: object) -> object:
    """Take a whole number only as it is written in JSON."""
    if isinstance(value, str) and not re.fullmatch(r"-?(0|[1-9]\d{0,18})", value, re.ASCII):
        raise ValueError("not a whole number")
    return value


def _flag(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("neither true nor false")
    return value


_MOMENT_SCHEMA = WithJsonSchema(
    {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}], "examples": ["2026-11-23"]}
)
AsOf = Annotated[datetime | None, BeforeValidator(_as_of), _MOMENT_SCHEMA]
Moment = Annotated[datetime | None, BeforeValidator(moment), _MOMENT_SCHEMA]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Limit = Annotated[int, Field(ge=1, le=MOST), BeforeValidator(whole)]
RefText = Annotated[str, Field(pattern=WHOLE_REF, max_length=256, examples=["service:default/checkout"])]
GroupText = Annotated[str, Field(pattern=_TEAM, max_length=256, examples=["payments", "none"])]
Number = Annotated[int, Field(ge=0, le=2**53)]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Tier = Literal["0", "1", "2", "3", "4", "none"]
Lifecycle = Literal["experimental", "development", "production", "deprecated", "retired", "none"]
Kind = Annotated[str, Field(pattern=rf"^{_KIND}$")]
Namespace = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]
"""As a descriptor takes it."""
Name = Annotated[str, Field(pattern=rf"^{_NAME}$")]

assert {*LIFECYCLES, NONE} == set(get_args(Lifecycle))


def several(*, description: str, most: int = 50) -> Any:
    """A filter that may be given several times: one of the values is enough."""
    return Field(default=[], max_length=most, description=f"{description} May be given several times: any of them.")


class Asked(BaseModel):
    """The parameters of one operation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, data: Any, info: ValidationInfo) -> Any:
        """Look at the address itself: the framework hands on only what it knows."""
        request = (info.context or {}).get("request")
        for name, values in request.GET.lists() if request is not None else ():
            field = cls.model_fields.get(name)
            if field is None and name == FIELDS and request is not None and request.META.get(OFFERED):
                continue
            if field is None:
                raise ValueError(f"unknown parameter {name!r}. {suggest(name, cls.model_fields) or ''}".strip())
            if len(values) > 1 and get_origin(field.annotation) is not list:
                raise ValueError(f"{name} is given {len(values)} times")
        return data


AS_OF = Field(default=None, description="What held at this moment; a date means its end. Default: now.")


class AtMoment(Asked):
    """An operation that shows things as they were."""

    as_of: AsOf = AS_OF


One = Annotated[str, Field(pattern=r"^[0-9]{1,16}$")] | None
Two = Annotated[str, Field(pattern=r"^[0-9]{1,16}\.[0-9]{1,16}$")] | None
Three = Annotated[str, Field(pattern=r"^[0-9]{1,16}\.[0-9]{1,16}\.[0-9]{1,16}$")] | None
"""Cursors whose key has so many numbers."""
CURSOR = Field(default=None, description="Where to go on: `next` of the page before. Nothing to make up yourself.")


def fields_of(shown: type[BaseModel]) -> Any:
    """The parameter that asks for some fields of what is shown only."""
    names = "|".join(shown.model_fields)
    said = "Only these fields, separated by commas. Those that name the thing always come along."
    return Field(default=None, pattern=rf"^(?:{names})(?:,(?:{names}))*$", description=said)


class Paged(AtMoment):
    """An operation that gives a list in pages."""

    limit: Limit = Field(default=50, description="How many at most.")
    cursor: str | None = None

    @property
    def part(self) -> Part:
        """Which part of the list is wanted."""
        return Part(self.limit, key(self.cursor))


def key(cursor: str | None) -> Key | None:
    """The key of a cursor, whose form was looked at before."""
    return None if cursor is None else tuple(int(number) for number in cursor.split("."))


def cursor(key: Key | None) -> str | None:
    """A key as it is given to the caller."""
    return None if key is None else ".".join(map(str, key))


class OfEntities(Asked):
    """Filters by what the catalog says of entities."""

    kind: list[Kind] = several(description="Kind of the entity.")
    owner: list[GroupText] = several(description="Owning team, also by what the entity is part of; `none`: no owner.")
    system: list[GroupText] = several(description="System that it is part of; `none`: of none.")
    domain: list[GroupText] = several(description="Domain that it is part of; `none`: of none.")
    tier: list[Tier] = several(description="Tier; `none`: nobody said.")
    lifecycle: list[Lifecycle] = several(description="Lifecycle; `none`: nobody said.")
    tag: list[Word] = several(description="Tag.")
    text: Text = Field(default="", description="All of these words are in name, title, description or tags.")

    def chosen(self, sight: Sight, as_of: datetime | None, entity: Sequence[str] = ()) -> Chosen:
        """The entities in sight that are meant; those of `entity` only, where it names any."""
        wanted = Wanted(
            text=self.text,
            kinds=[kind.lower() for kind in self.kind],
            tiers=[None if tier == NONE else int(tier) for tier in self.tier],
            teams=groups(self.owner, "team"),
            systems=groups(self.system, "system"),
            domains=groups(self.domain, "domain"),
            tags=self.tag,
            lifecycles=["" if one == NONE else one for one in self.lifecycle],
            sight=sight,
        )
        found = choose(wanted, as_of)
        return found.within(refs(entity), as_of) if entity else found


def groups(texts: Sequence[str], kind: str) -> list[Ref | None]:
    """References whose kind and namespace may be left out."""
    return [None if text == NONE else Ref.parse(text, kind=kind) for text in texts]


def refs(texts: Sequence[str]) -> list[Ref]:
    """Whole references."""
    return [Ref.parse(text) for text in texts]
