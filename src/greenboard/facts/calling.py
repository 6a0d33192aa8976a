"""Who is on call now, as on-call tools say, and whether they are still here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenboard.access.models import Person
from greenboard.catalog import crews
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import custom, store
from greenboard.facts.types import Fact
from greenboard.identity.matching import Known, match
from greenboard.identity.models import Handle

_TYPE, _PERSON = "oncall", "person:"


@dataclass(frozen=True, order=True, slots=True)
class Called:
    """Somebody who is on call, by the name that a tool has for them."""

    name: str
    tool: str


def called(names: Mapping[int, Ref], as_of: datetime | None, now: datetime) -> dict[Called, set[Ref]]:
    """Who is on call for what at a moment; `names` are the entities that are asked about. One query."""
    said = store.of_types([_TYPE], names, as_of)
    declared = custom.fact_types().types.get(_TYPE)
    most = declared.max_age if declared else None
    return by_name((fact for several in said.values() for fact in several), as_of or now, most)


def by_name(said: Iterable[Fact], now: datetime, most: timedelta | None) -> dict[Called, set[Ref]]:
    """Who is called for what. What is older than `most` says nothing of now. Pure."""
    found: defaultdict[Called, set[Ref]] = defaultdict(set)
    for fact in said:
        current = fact.value.get("current") if isinstance(fact.value, Mapping) else None
        if isinstance(current, (list, tuple)) and (most is None or now - fact.observed_at <= most):
            for name in current:
                found[Called(str(name), fact.source.name)].add(fact.entity)
    return dict(found)


def left(found: Collection[Called]) -> set[Called]:
    """Those who left: what is known of their name fits closed accounts only."""
    persons = {one: ref for one in found if (ref := person(one.name)) is not None}
    gone = crews.left(persons.values())
    others = [one for one in found if one not in persons]
    return {one for one, ref in persons.items() if ref in gone} | (_closed(others) if others else set())


def person(name: str) -> Ref | None:
    """The person of the catalog whom a tool names as such."""
    try:
        return Ref.parse(name) if name.startswith(_PERSON) else None
    except UserError:
        return None


def uncalled(names: Mapping[int, Ref], as_of: datetime | None, now: datetime) -> set[int]:
    """The entities for which somebody is on call, and only people who left are."""
    found = called(names, as_of, now)
    gone = left(found)
    about = {ref for one in gone for ref in found[one]}
    still = {ref for one, refs in found.items() if one not in gone for ref in refs}
    lost = about - still
    return {id_ for id_, ref in names.items() if ref in lost}


def _closed(found: Collection[Called]) -> set[Called]:
    rows = Handle.objects.filter(confirmed_at__isnull=False, name__in={one.name for one in found})
    certain = {Called(name, tool): here for name, tool, here in rows.values_list("name", "tool", "person__is_active")}
    people = list(Person.objects.all())
    here = {person.pk: person.is_active for person in people}
    known = [Known(one.pk, one.get_username(), one.email, one.get_full_name()) for one in people]
    lost = set()
    for one in found:
        if one in certain:
            fitting = [certain[one]]
        else:
            email, full_name = (one.name, "") if "@" in one.name else ("", one.name)
            fitting = [here[each.person] for each in match(one.name, email, full_name, known)]
        if fitting and not any(fitting):
            lost.add(one)
    return lost
