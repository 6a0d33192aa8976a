"""What happens in reviews, kept with them, noted for auditors, and told to whoever should hear of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from greenboard.access import audit
from greenboard.access.permissions import Permission
from greenboard.catalog import holders as granting
from greenboard.catalog.holders import Holders
from greenboard.core import events
from greenboard.core.errors import UserError
from greenboard.core.happened import Happened, Happening, Severity
from greenboard.core.refs import Ref
from greenboard.reviews.models import Event, Review


def note(
    review: Review, what: str, by: str, at: datetime, text: str = "", *, after: Mapping[str, Any] | None = None
) -> None:
    """Keep that something was done, and tell the audit log; last in the transaction of what it tells."""
    Event.objects.create(review=review, what=what, state=review.state, text=text, by=by, at=at)
    audit.note(f"review.{what}", f"review:{review.pk}", after={"title": review.title, "text": text, **(after or {})})


def tell(
    kind: Happening,
    review: Review,
    at: datetime,
    title: str,
    *,
    why: str = "",
    todo: str = "",
    people: Iterable[str] = (),
    teams: Iterable[str] = (),
    severity: Severity = Severity.INFO,
    key: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    """Announce something of a review; to be called in the transaction in which it happens."""
    refs = subjects(review)
    events.announce(
        Happened(
            kind=kind,
            at=at,
            title=title,
            why=why,
            todo=todo,
            path=f"/reviews/{review.pk}",
            entity=refs[0] if len(refs) == 1 else None,
            teams=tuple(dict.fromkeys(filter(None, map(_team, teams)))),
            people=tuple(dict.fromkeys(name for name in people if name and ":" not in name)),
            severity=severity,
            key=key,
            data={
                "review": review.pk,
                "state": review.state,
                "decision": review.decision,
                "entities": [str(ref) for ref in refs],
                **(data or {}),
            },
        )
    )


def _team(text: str) -> Ref | None:
    try:
        ref = Ref.parse(text) if text else None
    except UserError:
        return None
    return ref if ref is not None and ref.kind == "team" else None


def holders(permission: Permission, refs: Iterable[Ref] = ()) -> Holders:
    """To whom a permission over entities is granted; without entities, over everything."""
    return granting.holders(lambda role: permission.value in role.permissions, list(refs))


def triaging() -> Holders:
    """Who triages and assigns reviews."""
    return holders(Permission.REVIEWS_MANAGE)


def subjects(review: Review) -> Sequence[Ref]:
    """The entities that are reviewed, as they are called now, by reference."""
    rows = review.subjects.values_list("entity__kind", "entity__namespace", "entity__name")
    return sorted(Ref(*row) for row in rows)
