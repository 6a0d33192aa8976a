"""Past reviews as rows. Once kept they are never changed: what a source says later is kept as the next version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Length

from greenboard.access import audit
from greenboard.access.errors import Absent, InTheWay
from greenboard.access.sight import Sight
from greenboard.core import links
from greenboard.core.errors import UserError
from greenboard.reviews import freezing
from greenboard.reviews.models import CURRENT, Corpus, PastReview
from greenboard.reviews.past.reading import Past, Read

_BATCH = 200


@dataclass(frozen=True)
class Origin:
    """Where a tree comes from: the address of its repository, or what else it is called, and the commit."""

    source: str
    commit: str = ""


def keep(found: Read, origin: Origin, by: str, now: datetime) -> Corpus:
    """Keep what was read, all of it or nothing: what is new or says something else than before gets a page.

    Raises:
        UserError: the source has no name, or nothing was read.
        InTheWay: somebody else imports the same at this moment.

    """
    if not origin.source.strip():
        raise UserError("where is this from?", hint="Name the address of its repository, with --source.")
    if not found.past:
        raise UserError("no file of it says anything of a review", got=f"{len(found.refused)} files, all refused")
    try:
        return _keep(found, origin, by, now)
    except IntegrityError:
        raise InTheWay(
            "the same was imported at this moment", hint="Look at what is there, and import again."
        ) from None


def _keep(found: Read, origin: Origin, by: str, now: datetime) -> Corpus:
    with transaction.atomic():
        row = Corpus.objects.create(
            source=origin.source.strip()[:400],
            commit=origin.commit[:64],
            at=now,
            by=by,
            counts={**found.counts, "stages": found.stages},
            refused=[[one.path, one.reason] for one in found.refused],
        )
        before = {one.name: one for one in PastReview.objects.filter(CURRENT, source=row.source).defer("text")}
        made = [each for past in found.past.values() if (each := _next(row, past, before)) is not None]
        old = [before[one.name].pk for one in made if one.name in before]
        for at in range(0, len(old), _BATCH):
            PastReview.objects.filter(pk__in=old[at : at + _BATCH]).update(valid_to=now)
        PastReview.objects.bulk_create(made, batch_size=_BATCH)
        row.kept = len(made)
        row.save(update_fields=["kept"])
        audit.note("review.imported", row.source, after={"commit": row.commit, "kept": row.kept, **found.counts})
    return row


def _next(row: Corpus, past: Past, before: Mapping[str, PastReview]) -> PastReview | None:
    """What to keep of a past review; None where the same is kept already."""
    text, last = past.text, before.get(past.name)
    digest = freezing.digest(text)
    if last is not None and last.digest == digest:
        return None
    return PastReview(
        corpus=row,
        source=row.source,
        name=past.name,
        title=past.title,
        number=last.number + 1 if last else 1,
        approved=" ".join(dict.fromkeys(one.stage for one, _ in past.approvals)),
        answered=sum(bool(one.text) for one in past.questionnaire[0].answers) if past.questionnaire else 0,
        text=text,
        digest=digest,
        valid_from=row.at,
    )


def past(sight: Sight) -> QuerySet[PastReview]:
    """Those that hold now, for whoever sees everything: they are about nothing in the catalog."""
    rows = PastReview.objects.filter(CURRENT).select_related("corpus").order_by("source", Length("name"), "name")
    return rows if sight.everything else rows.none()


def find(number: int, sight: Sight) -> PastReview:
    """One by its number, also one that was followed by another version.

    Raises:
        Absent: there is none, or it may not be seen.

    """
    found = PastReview.objects.select_related("corpus").filter(pk=number).first() if sight.everything else None
    if found is None:
        raise Absent(f"no past review {number}")
    return found


def imports(sight: Sight) -> list[Corpus]:
    """The last import of each source."""
    if not sight.everything:
        return []
    last: dict[str, Corpus] = {row.source: row for row in Corpus.objects.order_by("id")}
    return list(last.values())


def link(row: Corpus, path: str) -> str:
    """Where a file of a source is, at the commit that was read; "" where the forge is not known."""
    base = links.files(row.source, row.commit)
    return links.at(base, path) if base else ""
