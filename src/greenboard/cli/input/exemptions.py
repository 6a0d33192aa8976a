"""Exemptions as YAML, for a check without a server. Whoever runs the check names the file, not what is checked.

The file is taken whole or refused whole. An exemption that is over no longer counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from greenboard.core import yaml
from greenboard.core.errors import UserError, UserErrors, suggest
from greenboard.core.refs import Ref
from greenboard.scorecards.types import Scorecard


class _Exemption(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    entity: str
    rules: list[str] = Field(min_length=1)
    reason: str = Field(min_length=10)
    by: str = Field(min_length=1)
    until: date


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    exemptions: list[_Exemption]


@dataclass(frozen=True)
class Exemptions:
    """The rules that each entity is exempt from, and a line for each exemption that is over."""

    rules: Mapping[Ref, Collection[str]]
    over: tuple[str, ...] = ()


NONE = Exemptions({})


def read(path: Path, card: Scorecard, known: Collection[Ref], now: datetime) -> Exemptions:
    """The exemptions of a file that hold at a moment.

    Raises:
        UserError: the file cannot be read, or names a rule or an entity that is not there; with its place.

    """
    try:
        documents = yaml.read(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    document = documents[0] if documents else yaml.Document({}, str(path))
    parsed = yaml.parse(document, _File)
    if errors := list(_mistakes(parsed, document, card, known)):
        raise errors[0] if len(errors) == 1 else UserErrors(errors)
    rules: dict[Ref, set[str]] = defaultdict(set)
    over = []
    for one in parsed.exemptions:
        if datetime.combine(one.until, time.max, UTC) < now:
            over.append(f"{path}: the exemption of {one.entity} from {', '.join(one.rules)} ended on {one.until}")
        else:
            rules[Ref.parse(one.entity)].update(one.rules)
    return Exemptions(dict(rules), tuple(over))


def _mistakes(parsed: _File, document: yaml.Document, card: Scorecard, known: Collection[Ref]) -> Iterator[UserError]:
    names = [rule.id for rule in card.rules]
    for number, one in enumerate(parsed.exemptions):
        place = document.place("exemptions", number, "entity")
        try:
            found = Ref.parse(one.entity) in known
        except UserError as error:
            yield UserError(error.what, place=place, expected=error.expected, got=error.got, hint=error.hint)
            continue
        if not found:
            hint = suggest(one.entity, [str(ref) for ref in known])
            yield UserError("no such entity here", place=place, got=repr(one.entity), hint=hint)
        for place_of, name in enumerate(one.rules):
            if name not in names:
                place = document.place("exemptions", number, "rules", place_of)
                yield UserError(f"no rule {name!r} in {card.name}", place=place, hint=suggest(name, names))
