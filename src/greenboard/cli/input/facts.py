"""More facts as JSON, for a component that is known from elsewhere. The file is taken whole or refused whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from greenboard.core import clock, placed, yaml
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.core.refs import Ref
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.facts.vocabulary import Vocabulary

MAX_BYTES = 64 * 2**20
_SKEW = timedelta(days=1)
"""How far the clock of another machine may be ahead."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Source(_Strict):
    name: str
    location: str = ""
    link: str = ""
    commit: str = ""


class _Fact(_Strict):
    entity: str
    type: str
    value: Any
    source: str | _Source
    observed_at: str


class _File(_Strict):
    facts: list[_Fact]


def read(path: Path, vocabulary: Vocabulary, now: datetime) -> list[Fact]:
    """Read a list of facts, or an object with them under `facts`.

    Raises:
        UserError: the file cannot be read, is not JSON, or a fact in it does not fit; each with its place.

    """
    document = _document(path)
    if isinstance(document.data, list):
        places = {("facts", *at): place for at, place in document.places.items()}
        document = yaml.Document({"facts": document.data}, document.path, places)
    parsed = yaml.parse(document, _File)
    facts: list[Fact] = []
    errors: list[UserError] = []
    for index, raw in enumerate(parsed.facts):
        try:
            facts.append(_fact(raw, vocabulary, now))
        except _Misfit as misfit:
            error = misfit.error
            place = document.place("facts", index, misfit.field)
            errors.append(UserError(error.what, place=place, expected=error.expected, got=error.got, hint=error.hint))
    if errors:
        raise errors[0] if len(errors) == 1 else UserErrors(errors)
    return facts


class _Misfit(Exception):
    """A field of a fact that does not fit."""

    def __init__(self, field: str, error: UserError) -> None:
        super().__init__(field)
        self.field = field
        self.error = error


def _fact(raw: _Fact, vocabulary: Vocabulary, now: datetime) -> Fact:
    field = "entity"
    try:
        entity = Ref.parse(raw.entity)
        field = "type"
        vocabulary.get(raw.type)
        field = "value"
        value = vocabulary.normalise(raw.type, raw.value)
        field = "observed_at"
        observed_at = clock.parse_time(raw.observed_at)
    except UserError as error:
        raise _Misfit(field, error) from None
    if observed_at > now + _SKEW:
        late = UserError(
            "observed after the moment of this check",
            expected=f"at most {clock.format_time(now)}",
            got=raw.observed_at,
            hint="Mend the date, or give a later --now.",
        )
        raise _Misfit("observed_at", late)
    return Fact(entity, raw.type, value, _source(raw.source), observed_at)


def _source(raw: str | _Source) -> Source:
    if isinstance(raw, str):
        return Source(SourceKind.FILE, raw)
    return Source(SourceKind.FILE, raw.name, raw.location, raw.commit, raw.link)


def _document(path: Path) -> yaml.Document:
    """The JSON of a file with the place of each part of it."""
    label = str(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UserError(f"{size:,} bytes are more than the {MAX_BYTES:,} that are read", place=Place(label))
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", place=Place(label)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError("not UTF-8 text", place=Place(label, line), hint="Save the file as UTF-8.") from None
    return placed.read(text, label)
