"""The catalog over many moments in rising order, which are named by their number. Plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from greenboard.catalog.types import Entity, RelationKind

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Versions:
    """What entities were: `entities[i]`, of the surrogate id `subject[i]`, from moment `first[i]` up to `last[i]`.

    By subject and, within, by time. A version that holds at no moment is left out.
    """

    subject: Array
    first: Array
    last: Array
    entities: Sequence[Entity]


@dataclass(frozen=True)
class Relations:
    """Relations of some kinds between surrogate ids, from moment `first[i]` up to `last[i]`."""

    kinds: Sequence[RelationKind]
    source: Array
    target: Array
    first: Array
    last: Array
