"""Finding rows by references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Q

from greenboard.core.refs import Ref

_MOST = 400
NAMES = "names"
"""The topic of references by surrogate id, as things are called now, within `once`."""
NUMBERS = "numbers"
"""The topic of surrogate ids by reference, of some things as they are called now, within `once`."""


def named(refs: Iterable[Ref]) -> Iterator[Q]:
    """Conditions that together find the rows of references, each short enough for one query.

    Kind and namespace are named with the names, because the indexes begin with them.
    """
    grouped: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for ref in refs:
        grouped[ref.kind, ref.namespace].add(ref.name)
    for (kind, namespace), several in grouped.items():
        names = sorted(several)
        for start in range(0, len(names), _MOST):
            yield Q(kind=kind, namespace=namespace, name__in=names[start : start + _MOST])
