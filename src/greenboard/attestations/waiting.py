"""What waits for somebody: attestations of others to confirm, and such to renew as end soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from greenboard.attestations import permitting, policies
from greenboard.attestations.models import Attestation
from greenboard.attestations.permitting import Acting
from greenboard.attestations.types import State
from greenboard.catalog import store as catalog
from greenboard.catalog.models import CURRENT, Entity, RelationInterval
from greenboard.catalog.naming import named
from greenboard.catalog.sight import condition
from greenboard.catalog.teams import Belonging
from greenboard.catalog.types import RelationKind
from greenboard.core.refs import Ref

_MOST = 100
"""So many are looked at, the oldest first; of more that wait nobody reads a list."""


@dataclass(frozen=True)
class Waiting:
    """To confirm the longest waiting first, to renew what ends first."""

    confirm: list[Attestation]
    ending: list[Attestation]


def of(by: Acting, mine: Belonging, until: datetime) -> Waiting:
    """What waits for somebody, as far as they may do it."""
    seen = Attestation.objects.filter(condition(by.attests)).select_related("entity")
    waits = seen.filter(state=State.WAITING.value).exclude(given_by=by.name).order_by("id")[:_MOST]
    own = Q(given_by=by.name) | Q(entity__in=_owned(mine))
    ends = seen.filter(own, state=State.HOLDS.value, expires_at__lte=until).order_by("expires_at")[:_MOST]
    return Waiting([row for row in waits if _confirms(row, by)], list(ends))


def _confirms(row: Attestation, by: Acting) -> bool:
    policy = policies.shipped().get(row.item)
    if policy is None or policy.confirm is None:
        return False
    stored = catalog.find(Ref(row.entity.kind, row.entity.namespace, row.entity.name))
    return stored is not None and permitting.fits(policy.confirm, stored, by)


def _owned(mine: Belonging) -> list[int]:
    """What their teams own themselves."""
    found: list[int] = []
    rows = RelationInterval.objects.filter(CURRENT, kind=RelationKind.OWNS.value)
    for part in named(mine.owners):
        owners = Entity.objects.filter(part).values("id")
        found += rows.filter(source__in=owners).values_list("target", flat=True)
    return found
