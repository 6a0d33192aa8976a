"""What a schema that somebody writes comes to, for the eye: each mistake at its field, each rule that would break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from greenboard.core.errors import UserError
from greenboard.facts.vocabulary import FactType
from greenboard.results.defining import LABEL, Looked
from greenboard.web import links
from greenboard.web.facts.model import Field, field_of

STARTER = """\
{
  "title": "Cost",
  "description": "What the component costs.",
  "type": "object",
  "properties": {
    "monthly": {
      "type": "number",
      "description": "Cost of the last whole month",
      "examples": [120.5],
      "x-greenboard": {"unit": "EUR"}
    },
    "measured_at": {
      "type": "string",
      "format": "date-time",
      "description": "When it was reckoned"
    }
  },
  "x-greenboard": {
    "name": "cost",
    "about": "component",
    "max_age": "45d",
    "idioms": [{"says": "It costs less than 500 a month", "rule": "cost.monthly < 500.0"}]
  }
}
"""


@dataclass(frozen=True)
class Wrong:
    """A mistake: where it is, as text and as characters of the text, and what stands there."""

    where: str
    start: int
    end: int
    line: str
    said: str


@dataclass(frozen=True)
class Reader:
    """A rule that would break."""

    title: str
    url: str
    reason: str


@dataclass(frozen=True)
class Shown:
    """What a schema comes to."""

    name: str
    title: str
    many: str
    fields: tuple[Field, ...]
    wrong: tuple[Wrong, ...]
    broken: tuple[Reader, ...]


def shown(text: str, looked: Looked) -> Shown:
    """A look at a text, for its page."""
    declared = looked.declared
    broken = (Reader(one.rule.title, links.rule(one.scorecard.name, one.rule.id), one.reason) for one in looked.broken)
    return Shown(
        name=declared.name if declared else "",
        title=declared.title if declared else "",
        many=(declared.many or "") if declared else "",
        fields=tuple(_fields(declared)) if declared else (),
        wrong=tuple(wrong(text, one) for one in looked.errors),
        broken=tuple(broken),
    )


def _fields(declared: FactType) -> Iterator[Field]:
    return (field_of(name, field, name == declared.many) for name, field in declared.fields.items())


def wrong(text: str, error: UserError) -> Wrong:
    """A mistake with the line that it is in; one without a place in the text has none."""
    details = [f"{label} {value}" for label, value in (("expected", error.expected), ("got", error.got)) if value]
    said = f"{error.what} ({'; '.join(details)})" if details else error.what
    said = f"{said}. {error.hint}" if error.hint else said
    place = error.place
    if place is None or place.line is None or place.path != LABEL:
        return Wrong("", 0, 0, "", said)
    lines = text.split("\n")
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    start = sum(len(one) + 1 for one in lines[: place.line - 1]) + (place.column or 1) - 1
    end = sum(len(one) + 1 for one in lines[: place.line]) - 1
    return Wrong(f"{place.line}:{place.column or 1}", start, max(end, start), line.strip()[:120], said)
