"""Searching: what the database can answer it answers, the rest is decided resource by resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from scim2_models import SearchRequest
from scim2_models.path import CompareOperator, Comparison, LogicalExpr, LogicalOperator

from greenboard.access.models import Person
from greenboard.identity import provisioning
from greenboard.identity.models import Group
from greenboard.scim import resources
from greenboard.scim.description import MOST

_PAGE = 100
_CHUNK = 500
_PEOPLE = {"username": "username__iexact", "externalid": "provisioned__external_id", "id": "pk"}
_GROUPS = {"displayname": "name__iexact", "externalid": "external_id", "id": "key"}


@dataclass(frozen=True)
class Page:
    """What was found: how many in all, and those of the page that was asked for."""

    total: int
    start: int
    resources: Sequence[Any]


def people(request: SearchRequest[Any], base: str) -> Page:
    """The people whom a search asks for."""
    rows = provisioning.people()
    narrowed = _narrowed(request, _PEOPLE)
    return _page(
        request, rows.none() if narrowed is None else rows.filter(narrowed), lambda found: _people(found, base)
    )


def groups(request: SearchRequest[Any], base: str) -> Page:
    """The groups that a search asks for."""
    rows = Group.objects.order_by("pk")
    narrowed = _narrowed(request, _GROUPS)
    bare = "members" in {str(path).casefold() for path in request.excluded_attributes or ()}
    found = rows.none() if narrowed is None else rows.filter(narrowed)
    return _page(request, found, lambda several: _groups(several, base, bare=bare))


def person(found: Person, base: str) -> Any:
    """One person as a resource."""
    return _people([found], base)[0]


def group(found: Group, base: str) -> Any:
    """One group as a resource."""
    return _groups([found], base)[0]


def _people(found: Sequence[Person], base: str) -> list[Any]:
    through = Group.members.through.objects.filter(person_id__in=[one.pk for one in found]).select_related("group")
    within: defaultdict[int, list[Group]] = defaultdict(list)
    for link in through.order_by("group_id"):
        within[link.person_id].append(link.group)
    return [resources.of_person(one, within[one.pk], base) for one in found]


def _groups(found: Sequence[Group], base: str, *, bare: bool = False) -> list[Any]:
    inside: defaultdict[int, list[Person]] = defaultdict(list)
    if not bare:
        through = Group.members.through.objects.filter(group_id__in=[one.pk for one in found]).select_related("person")
        for link in through.order_by("person_id"):
            inside[link.group_id].append(link.person)
    return [resources.of_group(one, inside[one.pk], base) for one in found]


def _page(request: SearchRequest[Any], rows: QuerySet[Any], made: Any) -> Page:
    start = request.start_index or 1
    count = min(_PAGE if request.count is None else request.count, MOST)
    if request.filter is None and request.sort_by is None:
        total = rows.count()
        return Page(total, start, made(list(rows[start - 1 : start - 1 + count])))
    everything = [one for part in _parts(rows) for one in made(part)]
    asked = request.filter
    found = [one for one in everything if asked is None or asked.match(one)]
    ordered = request.sort(found)
    return Page(len(ordered), start, ordered[start - 1 : start - 1 + count])


def _parts(rows: QuerySet[Any]) -> Iterable[list[Any]]:
    several = list(rows)
    return (several[start : start + _CHUNK] for start in range(0, len(several), _CHUNK))


def _narrowed(request: SearchRequest[Any], columns: dict[str, str]) -> Q | None:
    """A condition that no resource of the answer fails; None where there can be none."""
    found = Q()
    for term in _terms(request.filter.ast if request.filter is not None else None):
        column = columns.get(_name(term))
        if column is None or term.op is not CompareOperator.eq or not isinstance(term.value, str):
            continue
        if column == "pk" and not (term.value.isdecimal() and len(term.value) <= 18):
            return None
        if column == "key" and provisioning.group_of(term.value) is None:
            return None
        found &= Q(**{column: term.value})
    return found


def _terms(node: Any) -> list[Comparison]:
    """The comparisons that all have to hold."""
    if isinstance(node, Comparison):
        return [node]
    if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_:
        return [term for part in node.terms for term in _terms(part)]
    return []


def _name(term: Comparison) -> str:
    path = term.attr_path
    return "" if path.sub_attr else path.attr.casefold()
