"""The register: what is attested of entities, stated as the fact that rules read.

It speaks of an entity as soon as anything was attested there or the register is open for it. Its list is
whole then: what holds is in it, what ended is not. An item that nobody has been asked for yet stands in it without an
end, so that a rule that asks for it stays undecided; see docs/decisions/0030-attestations.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Max

from greenboard.access import audit
from greenboard.access.errors import Absent, InTheWay
from greenboard.attestations import entries, policies
from greenboard.attestations.models import Attestation, Evidence, Opening
from greenboard.attestations.types import PRODUCTION, Policy, Proof, State
from greenboard.catalog import store as catalog
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.models import FactInterval
from greenboard.facts.service import Whole, record
from greenboard.facts.types import Fact, FieldValue, Source, SourceKind, Struct

TYPE = "attestation"
SOURCE = Source(SourceKind.PERSON, "register")
_CHUNK = 500
_DECIDED = (State.HOLDS.value, State.ENDED.value)


def state(entities: Collection[int], at: datetime) -> None:
    """Say anew what is attested of entities, given by surrogate id. To be called in the transaction of what changed."""
    names = facts.names_of(entities)
    known = facts.present(entities=list(names.values()))
    there = {number: ref for ref, number in known.items()}
    if not there:
        return
    facts.lock(list(there))
    rows, evidence = _rows(there)
    openings, said = _openings(), []
    for number, ref in there.items():
        asked = asked_of(ref, openings)
        if number in rows or asked:
            said.append(_fact(ref, rows.get(number, []), evidence, asked, at))
    whole = Whole(list(known), (SOURCE.kind,), (SOURCE.name,))
    record(said, [], max(at, _seen(there) or at), whole=whole)


def _seen(entities: Collection[int]) -> datetime | None:
    """When the register spoke of any of them last: of two who change it at once both are in order."""
    mine = FactInterval.objects.filter(type=TYPE, source_kind=SOURCE.kind.value, source=SOURCE.name)
    seen: datetime | None = mine.filter(entity_id__in=list(entities)).aggregate(last=Max("seen_at"))["last"]
    return seen


def _rows(entities: Collection[int]) -> tuple[dict[int, list[Attestation]], dict[int, str]]:
    """What was decided of entities, and an address of evidence for each that holds."""
    found: defaultdict[int, list[Attestation]] = defaultdict(list)
    numbers = list(entities)
    for start in range(0, len(numbers), _CHUNK):
        part = numbers[start : start + _CHUNK]
        for row in Attestation.objects.filter(entity_id__in=part, state__in=_DECIDED).order_by("id"):
            found[row.entity_id].append(row)
    holding = [row.pk for rows in found.values() for row in rows if row.state == State.HOLDS]
    links = Evidence.objects.filter(attestation__in=holding, kind__in=[Proof.LINK, Proof.PATH, Proof.TEXT])
    return dict(found), dict(links.order_by("-id").values_list("attestation", "text"))


def _fact(
    ref: Ref, rows: Iterable[Attestation], evidence: Mapping[int, str], asked: Collection[str], at: datetime
) -> Fact:
    decided, items, until = set(asked), dict[str, Struct](), dict[str, datetime]()
    for row in rows:
        for key in _keys(row):
            decided.add(key)
            if row.state == State.HOLDS and (key not in until or row.expires_at > until[key]):
                until[key] = row.expires_at
                items[key] = _item(key, row, evidence.get(row.pk, ""))
    return Fact(ref, TYPE, entries.whole(items, decided, policies.shipped()), SOURCE, at)


def _keys(row: Attestation) -> tuple[str, ...]:
    """What an attestation answers for: the item, or the item of an environment; of production both."""
    if not row.environment:
        return (row.item,)
    scoped = f"{row.item}@{row.environment}"
    return (row.item, scoped) if row.environment == PRODUCTION else (scoped,)


def _item(key: str, row: Attestation, evidence: str) -> Struct:
    told: dict[str, FieldValue] = {
        "item": key,
        "by": row.given_by,
        "role": row.role,
        "at": row.given_at,
        "expires_at": row.expires_at,
        "statement": row.statement,
        "evidence": evidence[:500],
        "confirmed_by": row.confirmed_by,
        "environment": row.environment,
        "release": row.release,
    }
    return {name: value for name, value in told.items() if value != ""}


def asked_of(ref: Ref, openings: Collection[str]) -> frozenset[str]:
    """The items that the register is open for, of those that an entity is asked."""
    known = policies.shipped()
    return frozenset(
        item for item, policy in known.items() if ref.kind in policy.kinds and not {"", item}.isdisjoint(openings)
    )


def _openings() -> frozenset[str]:
    return frozenset(Opening.objects.filter(closed_at__isnull=True).values_list("item", flat=True))


def openings() -> list[Opening]:
    """For which items the register is open, since when and by whom."""
    return list(Opening.objects.filter(closed_at__isnull=True).order_by("item"))


def open_for(item: str, by: str, at: datetime) -> Opening:
    """Open the register for an item, or with "" for all: from now on who lacks an attestation is known to.

    Raises:
        UserError: the item has no policy, or the register is open for it.

    """
    if item:
        policies.of(item)
    opening, made = Opening.objects.get_or_create(
        item=item, closed_at=None, defaults={"opened_at": at, "opened_by": by}
    )
    if not made:
        day = f"{opening.opened_at:%d %b %Y}"
        raise InTheWay(f"{opening.opened_by} opened the register for {item or 'everything'} on {day}")
    state(_in_scope(item), at)
    audit.note("register.opened", f"register:{item}", after={"item": item or "all"})
    return opening


def close_for(item: str, by: str, at: datetime) -> None:
    """Close it again: what is not attested is not known any more.

    Raises:
        UserError: it is not open for that.

    """
    open_ = Opening.objects.filter(item=item, closed_at__isnull=True)
    if not open_.update(closed_at=at, closed_by=by):
        raise Absent(f"the register is not open for {item or 'everything'}")
    state(_in_scope(item), at)
    audit.note("register.closed", f"register:{item}", before={"item": item or "all"})


def _in_scope(item: str) -> list[int]:
    kinds = {kind for policy in _meant(item) for kind in policy.kinds}
    return list(catalog.plain(kinds=sorted(kinds)))


def _meant(item: str) -> list[Policy]:
    return [policies.of(item)] if item else list(policies.shipped().values())


def follow(at: datetime, entities: Collection[Ref]) -> None:
    """Speak of entities that are new while the register is open, and of those that came back."""
    if not Opening.objects.filter(closed_at__isnull=True).exists():
        return
    ids = facts.present(entities=list(entities))
    state(list(ids.values()), at)
