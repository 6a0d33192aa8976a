"""What a look no longer shows goes with it no longer: from then on it is of the moment when it was last seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Greatest
from numpy.typing import NDArray

from greenboard.collection import models
from greenboard.facts.models import Look
from greenboard.facts.store import chunks

_Row = TypeVar("_Row", models.Observation, models.Subject)


def leave(rows: QuerySet[_Row], looks: Collection[Look], seen: NDArray[np.int64], now: datetime) -> None:
    """Write of those that were not seen when they were seen last. `seen` are surrogate ids, in rising order."""
    attached = rows.filter(look__in=list(looks), seen_at__lt=now).order_by()
    lost: dict[int, list[int]] = defaultdict(list)
    there = np.array(list(attached.values_list("pk", "look_id")), dtype=np.int64).reshape(-1, 2)
    for number, look in there[~np.isin(there[:, 0], seen)].tolist():
        lost[look].append(number)
    for look in looks:
        for part in chunks(lost[look.pk]):
            rows.model._default_manager.filter(pk__in=part).update(**_since(rows.model, look.seen_at))


def _since(model: type[_Row], at: datetime) -> dict[str, Any]:
    """The moments of rows that go with a look of this moment, as those of their own."""
    last = Greatest(F("seen_at"), Value(at))
    if model is models.Subject:
        return {"seen_at": last, "look": None}
    observed = Case(When(observed_at=F("seen_at"), then=last), default=F("observed_at"))
    return {"seen_at": last, "observed_at": observed, "look": None}
