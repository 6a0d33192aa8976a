"""Taking in what working trees said: catalog, facts and gaps, as of one moment, all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from greenboard.attestations import code
from greenboard.catalog import store as catalog
from greenboard.catalog.types import UNTOUCHED, Declared, RelationKind, Touched
from greenboard.core.refs import Ref
from greenboard.exemptions import code as exempting
from greenboard.facts import store as facts
from greenboard.facts.following import follow
from greenboard.facts.service import Whole, record
from greenboard.facts.types import DECLARED, Gap
from greenboard.repository.collect import Look


def take_in(looks: Sequence[Look], at: datetime, *, cause: str, around: Declared | None = None) -> None:
    """Record several looks together. `around` declares what no repository does (teams, systems).

    Raises:
        UserError: the declarations contradict each other or the catalog; nothing is written.
    """
    with transaction.atomic():
        if looks:
            declare(looks, at, cause=cause, around=around or Declared())
            _claim(looks)
        for seen in looks:
            _observe(seen, at)
        code.take(looks, at)
        exempting.take(looks, at)


def _claim(looks: Collection[Look]) -> None:
    """Keep others from recording for any of these, all at once: one by one, two takers could wait for each other."""
    refs = {entity.ref for seen in looks for entity in seen.declared.entities}
    facts.lock(facts.identify(refs).values())


def declare(looks: Collection[Look], at: datetime, *, cause: str, around: Declared) -> None:
    """Save what the descriptors say, and record the facts that follow from it wherever it reaches."""
    declared = sum((seen.declared for seen in looks), around)
    lost = _forget(looks, at)
    saved = catalog.save(declared, at, cause=cause)
    touched = Touched(lost.entities | saved.touched.entities, lost.links | saved.touched.links)
    if touched != UNTOUCHED:
        # What a change reaches is asked of the catalog as it is now, which is another one where it was changed later.
        follow(at, None if catalog.changed_after(at) else touched)


def _forget(looks: Collection[Look], at: datetime) -> Touched:
    """End what was discovered in a repository and that a descriptor now names otherwise."""
    homes = {seen.repository.ref for seen in looks}
    named = {entity.ref for seen in looks for entity in seen.declared.entities}
    lives = [each for each in catalog.relations(at) if each.kind is RelationKind.LIVES_IN and each.target in homes]
    lost = [each.source for each in lives if each.source not in named]
    return catalog.retire([ref for ref in lost if (known := catalog.find(ref, at)) and known.entity.discovered], at)


def _observe(seen: Look, at: datetime) -> None:
    """Record what a working tree said of itself; what its descriptors declare is the catalog's to say."""
    observed = [fact for fact in seen.facts if fact.source.kind not in DECLARED]
    about = {entity.ref for entity in seen.declared.entities}
    record(observed, _united(seen.gaps), at, whole=Whole(about))


def _united(gaps: Iterable[Gap]) -> list[Gap]:
    """One gap for each type and file, with every reason: the store keeps one statement for each."""
    found: dict[tuple[Ref, str, str, str], list[Gap]] = defaultdict(list)
    for gap in gaps:
        found[gap.entity, gap.type, gap.source.name, facts.slot(gap.source)].append(gap)
    return [_joined(several) for several in found.values()]


def _joined(gaps: Sequence[Gap]) -> Gap:
    reasons = dict.fromkeys(gap.reason for gap in gaps)
    return replace(gaps[0], reason="; ".join(reasons), unclear=all(gap.unclear for gap in gaps))
