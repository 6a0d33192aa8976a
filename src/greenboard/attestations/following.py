"""Ends by event: what changes around an entity, held against what its attestations rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from greenboard.access import audit
from greenboard.attestations import basis, looking, policies, register, store, telling
from greenboard.attestations.basis import Basis
from greenboard.attestations.models import Attestation
from greenboard.attestations.types import Done, Ended, Ends
from greenboard.catalog.events import CatalogChanged
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.events import FactsChanged


def catalog_changed(event: CatalogChanged) -> None:
    """Look at what rests on entities whose descriptor or relations changed; speak of those that are new."""
    look(event.entities, event.at)
    register.follow(event.at, event.entities)


def facts_changed(event: FactsChanged) -> None:
    """Look at what rests on entities of which something else is known now."""
    touched = [ref for ref, paths in event.paths.items() if {path.partition(".")[0] for path in paths} & looking.TYPES]
    if touched:
        look(touched, event.at)


def look(entities: Collection[Ref], at: datetime, files: Mapping[int, Mapping[str, str]] | None = None) -> int:
    """End what a change ends, and note how things stand now for the rest; how many ended.

    `files` has the digests of files that attestations name, by the surrogate id of the entity.
    """
    ids = facts.known(entities)
    rows = store.living(ids.values())
    if not rows:
        return 0
    names = {number: ref for ref, number in ids.items()}
    ended = 0
    for environment, several in _by_environment(rows).items():
        bases = looking.bases({names[row.entity_id] for row in several}, environment)
        for row in several:
            if row.entity_id in bases:
                seen = (files or {}).get(row.entity_id, {})
                ended += _one(row, names[row.entity_id], replace(bases[row.entity_id], files=_named(row, seen)), at)
    return ended


def _by_environment(rows: Iterable[Attestation]) -> Mapping[str, list[Attestation]]:
    found: defaultdict[str, list[Attestation]] = defaultdict(list)
    for row in rows:
        found[row.environment].append(row)
    return found


def _named(row: Attestation, seen: Mapping[str, str]) -> dict[str, str]:
    """The digests of the files that an attestation names."""
    if not seen:
        return {}
    paths = row.evidence.filter(kind="path").values_list("text", flat=True)
    return {path: seen[path] for path in paths if path in seen}


def _one(row: Attestation, ref: Ref, after: Basis, at: datetime) -> bool:
    before = Basis.of(row.basis)
    if before == after:
        return False
    policy = policies.shipped().get(row.item)
    deployed = row.deployed + basis.deployments(before, after)
    ended = basis.ended(policy.ends if policy else Ends(), before, after, deployed)
    if ended is not None:
        return end(row, ref, ended, at)
    kept = basis.kept(before, after).plain()
    if kept != row.basis or deployed != row.deployed:
        # No change that anybody sees: who looks at the attestation need not look again.
        Attestation.objects.filter(pk=row.pk).update(basis=kept, deployed=deployed)
    return False


def end(row: Attestation, ref: Ref, ended: Ended, at: datetime) -> bool:
    """End an attestation because of an event, unless somebody else was first."""
    if not store.end(row, ended.cause, ended.reason, max(at, row.given_at)):
        return False
    store.step(row, Done.ENDED, at, said=ended.reason)
    register.state([row.entity_id], at)
    telling.ended(row, ref, at)
    audit.note("attestation.ended", f"attestation:{row.pk}", after={"entity": str(ref), "reason": ended.reason})
    return True
