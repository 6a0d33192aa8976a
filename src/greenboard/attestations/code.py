"""Attestations as code: what the descriptors of a working tree state, given by who wrote and reviewed it.

Each is given once for each commit: one that was ended here stays ended until somebody commits it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from greenboard.access.models import Person
from greenboard.attestations import authors, following, service, store, wording
from greenboard.attestations.authors import Signed
from greenboard.attestations.models import Attestation, Evidence, Refusal
from greenboard.attestations.permitting import Acting
from greenboard.attestations.service import Said
from greenboard.attestations.types import Cause, Ended, Proof
from greenboard.catalog.types import Attested
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.identity import handles
from greenboard.repository.collect import Look

TOOL = "git"
"""The tool at which a mail address of commits is a name of somebody."""


def take(looks: Sequence[Look], at: datetime) -> int:
    """Give what descriptors state, end what they no longer state, and look at the files that are named.

    How many are new. To be called in the transaction that takes the looks in, after their entities.
    """
    return sum(_tree(look, at) for look in looks)


def _tree(look: Look, at: datetime) -> int:
    ids = facts.known({entity.ref for entity in look.declared.entities})
    _files(look, ids, at)
    fresh = sum(_one(look, stated, ids[stated.entity], at) for stated in _distinct(look.declared.attestations))
    _withdraw(look, ids, at)
    return fresh


def _distinct(stated: Iterable[Attested]) -> list[Attested]:
    """Of two about one item and environment the last one counts, as in any list that is read from the top."""
    return list({(one.entity, one.item, one.environment): one for one in stated}.values())


def _files(look: Look, ids: dict[Ref, int], at: datetime) -> None:
    """Hold the files that attestations name against how they were."""
    numbers = list(ids.values())
    named = Evidence.objects.filter(
        kind=Proof.PATH.value, attestation__entity__in=numbers, attestation__state__in=store.LIVING
    )
    pairs = set(named.values_list("attestation__entity", "text"))
    if pairs:
        found = authors.digests(look.tree, tuple({path for _, path in pairs}))
        by_entity = {number: {path: found[path] for owner, path in pairs if owner == number} for number, _ in pairs}
        following.look(list(ids), at, by_entity)


def _one(look: Look, stated: Attested, entity: int, at: datetime) -> bool:
    """Give one, unless its commit did; or keep why it is not taken."""
    try:
        signed = authors.signed(look.tree, stated)
        if _given(stated, entity, signed.commit):
            _mended(stated, entity, at)
            return False
        with transaction.atomic():
            _give(look, stated, signed, at)
    except UserError as error:
        _refuse(stated, entity, error, at)
        return False
    _mended(stated, entity, at)
    return True


def _given(stated: Attested, entity: int, commit: str) -> bool:
    rows = Attestation.objects.filter(entity_id=entity, item=stated.item, environment=stated.environment)
    return rows.filter(commit=commit).exists()


def _give(look: Look, stated: Attested, signed: Signed, at: datetime) -> None:
    by = account(signed.author)
    if by is None:
        raise UserError(
            f"{signed.author} is unknown here", place=stated.place, hint="The author of a commit needs an account."
        )
    reviewers = [Acting(one, one) for mail in signed.reviewers if (one := account(mail)) is not None]
    paths = tuple(text for kind, text in stated.evidence if kind == Proof.PATH)
    said = Said(
        place=wording.where(stated),
        commit=signed.commit,
        reviewers=tuple(reviewers),
        placing=wording.placing(stated),
        stated_at=signed.at,
        files=authors.digests(look.tree, paths),
    )
    service.give(wording.wish(stated), Acting(by, by), at, said)


def account(mail: str) -> Person | None:
    """Whose a mail address of commits is: by a confirmed name, else of whom alone it is the address."""
    known = handles.whose(TOOL, mail)
    if known is not None:
        return known if known.is_active else None
    found = list(Person.objects.filter(email__iexact=mail, is_active=True)[:2]) if mail else []
    return found[0] if len(found) == 1 else None


def _refuse(stated: Attested, entity: int, error: UserError, at: datetime) -> None:
    bare = UserError(error.what, expected=error.expected, got=error.got, hint=error.hint)
    reason = str(bare) if not getattr(error, "errors", ()) else error.what
    told = {"entity_id": entity, "item": stated.item, "place": wording.where(stated), "reason": reason}
    open_ = Refusal.objects.filter(entity_id=entity, item=stated.item, ended_at__isnull=True)
    if not open_.filter(place=told["place"], reason=reason).exists():
        open_.update(ended_at=at)
        Refusal.objects.create(**told, since=at)


def _mended(stated: Attested, entity: int, at: datetime) -> None:
    Refusal.objects.filter(entity_id=entity, item=stated.item, ended_at__isnull=True).update(ended_at=at)


def _withdraw(look: Look, ids: dict[Ref, int], at: datetime) -> None:
    """End what descriptors stated of these entities and do no longer."""
    now = {(ids[one.entity], one.item, one.environment) for one in look.declared.attestations}
    names = {number: ref for ref, number in ids.items()}
    rows = Attestation.objects.filter(~Q(place=""), entity_id__in=list(names), state__in=store.LIVING)
    for row in rows.select_related("entity"):
        if (row.entity_id, row.item, row.environment) not in now:
            gone = Ended(Cause.WITHDRAWN, f"{row.place.partition(':')[0]} does not state it any more.")
            following.end(row, names[row.entity_id], gone, at)
    items = {(number, item) for number, item, _ in now}
    for refusal in Refusal.objects.filter(entity_id__in=list(names), ended_at__isnull=True):
        if (refusal.entity_id, refusal.item) not in items:
            Refusal.objects.filter(pk=refusal.pk).update(ended_at=at)
