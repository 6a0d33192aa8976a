"""The ground of now, read from the store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import numpy as np

from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.merge import merge
from greenboard.results.ground import Ground
from greenboard.rules.columns import Frame


def load(at: datetime | None = None, entities: Collection[Ref] | None = None) -> Ground:
    """The ground as of a moment (None is now): all entities of the catalog, or some."""
    moment = at or clock.now()
    found = catalog.plain(at, refs=entities)
    known = facts.current(at, None if entities is None else [entity.ref for entity in found.values()])
    words = facts.vocabulary()
    rows = [merge(*known.get(entity.ref, ([], [])), words, moment).values for entity in found.values()]
    return Ground(np.array(list(found), dtype=np.int64), tuple(found.values()), Frame.build(words, rows, moment))
