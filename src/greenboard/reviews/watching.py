"""Hearing of what changes, and opening reviews again whose signature does not stand any more.

What changes only leaves a mark at the review (`stirred`), in the transaction of the change; `tending` looks at it. So
nothing is missed by a restart, and a run over the whole catalog costs one small query.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction

from greenboard.catalog.events import CatalogChanged
from greenboard.catalog.models import Entity
from greenboard.catalog.naming import named
from greenboard.core.happened import Happening, Severity
from greenboard.core.refs import Ref
from greenboard.facts.events import FactsChanged
from greenboard.identity.events import PersonLeft
from greenboard.results.events import ResultsWritten
from greenboard.reviews import changing, events, frozen, leaving, store
from greenboard.reviews.changing import Reason
from greenboard.reviews.deciding import signers
from greenboard.reviews.live import look
from greenboard.reviews.models import Reopening, Review, Signature, Subject
from greenboard.reviews.store import WATCHED, Asking
from greenboard.reviews.turning import turn
from greenboard.reviews.types import Act, Profile, SectionState

_FEW = 200
"""So many entities are asked for by name; of more, all that are watched are looked through."""
_TYPES = ("attestation", "deployment")
"""The fact types that a signature rests on besides results."""


def note_results(event: ResultsWritten) -> None:
    """Results changed."""
    _stir(event.entities)


def note_catalog(event: CatalogChanged) -> None:
    """The catalog changed."""
    _stir(event.entities)


def note_facts(event: FactsChanged) -> None:
    """Facts changed: of most, results tell; a few are read as they are."""
    _stir({ref for ref, paths in event.paths.items() if any(path.partition(".")[0] in _TYPES for path in paths)})


def note_leaving(event: PersonLeft) -> None:
    """Somebody left: what was theirs to do needs others."""
    leaving.left(event.name, event.at)


def _stir(refs: Collection[Ref]) -> None:
    if not refs:
        return
    rows = Subject.objects.filter(review__state__in=WATCHED, review__stirred=False)
    if len(refs) <= _FEW:
        about = Entity.objects.filter(reduce(or_, named(refs))).values("pk")
        touched = set(rows.filter(entity__in=about).values_list("review_id", flat=True))
    else:
        parts = ("review_id", "entity__kind", "entity__namespace", "entity__name")
        touched = {number for number, *each in rows.values_list(*parts).iterator() if Ref(*each) in refs}
    if touched:
        Review.objects.filter(pk__in=touched).update(stirred=True)


def look_again(review: Review, now: datetime) -> int:
    """Hold a signature against what is now; open the review again where it does not stand. How many reasons are new."""
    with transaction.atomic():
        if not Review.objects.filter(pk=review.pk, stirred=True, state__in=WATCHED).update(stirred=False):
            return 0
        signature = store.signature(review)
        return reopen(review, signature, list(_reasons(review, signature, now)), now) if signature else 0


def _reasons(review: Review, signature: Signature, now: datetime) -> Iterator[Reason]:
    asking_, text = Asking.of(review), json.loads(signature.text)
    live = look(asking_.template, asking_.sections, events.subjects(review), now)
    called = {number: name for name, number in text["numbers"].items()}
    now_called = frozen.numbers(review, live.profiles)
    then = {str(ref): called[number] for number, ref in now_called.items() if number in called}
    verdicts = {
        name: tuple(replace(one, entity=then.get(one.entity, one.entity)) for one in several)
        for name, several in live.verdicts.items()
    }
    yield from changing.turned(frozen.green(text), verdicts)
    profiles = {then.get(ref, ref): _as_then(profile, then) for ref, profile in live.profiles.items()}
    yield from changing.material(frozen.profiles(text), profiles)


def _as_then(profile: Profile, then: Mapping[str, str]) -> Profile:
    """With what it needs called as it was when it was signed: another name is no other dependency."""
    return replace(profile, dependencies=tuple(then.get(one, one) for one in profile.dependencies))


def reopen(review: Review, signature: Signature, reasons: Collection[Reason], now: datetime) -> int:
    """Open a review again for those of the reasons that are new to its last signature; how many those are.

    To be called inside a transaction. A section that a reason is about is to be looked at again; without one, all.
    """
    known = set(signature.reopenings.values_list("key", flat=True))
    fresh = [reason for reason in {one.key[:500]: one for one in reasons}.values() if reason.key[:500] not in known]
    if not fresh:
        return 0
    turn(review, Act.REOPEN, None, now)
    Reopening.objects.bulk_create(
        [
            Reopening(
                signature=signature,
                section=one.section,
                change=one.change.value,
                key=one.key[:500],
                text=one.text,
                at=now,
            )
            for one in fresh
        ]
    )
    about = {one.section for one in fresh}
    sections = review.sections.all() if "" in about else review.sections.filter(name__in=about)
    people = [review.requested_by, *signers(review)]
    sections.filter(state=SectionState.ACCEPTED.value).update(
        state=SectionState.REOPENED.value, since=now, said=" ".join(one.text for one in fresh)[:4000]
    )
    said = fresh[0].text + (f" And {len(fresh) - 1} more." if len(fresh) > 1 else "")
    events.note(review, "reopened", "greenboard", now, said, after={"reasons": [one.key for one in fresh]})
    events.tell(
        Happening.REVIEW_REOPENED,
        review,
        now,
        f"The readiness review of {review.title} is open again",
        why=said,
        todo="Mend it, or look at the section again; then decide and sign anew.",
        people=people,
        teams=[row.team for row in sections],
        severity=Severity.WARNING,
        key=f"review.reopened:{review.pk}",
        data={"reasons": [one.text for one in fresh], "changes": sorted({one.change.value for one in fresh})},
    )
    return len(fresh)
