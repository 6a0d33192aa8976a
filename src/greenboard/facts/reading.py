"""How rows become facts and gaps again. Rows come as plain columns: most reads are of very many."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from greenboard.core.refs import Ref
from greenboard.facts import vocabulary as words
from greenboard.facts.models import FactInterval
from greenboard.facts.stored import Reader
from greenboard.facts.types import Fact, Gap, Source, SourceKind, Value

_ORIGIN = ("entity_id", "type", "source_kind", "source", "location", "commit", "link")
FACT = (*_ORIGIN, "id", "value", "places", "observed_at")
GAP = (*_ORIGIN, "reason", "unclear", "valid_from")
_KINDS = {kind.value: kind for kind in SourceKind}

FactColumns = tuple[int, str, str, str, str, str, str, int, str, str, datetime]
GapColumns = tuple[int, str, str, str, str, str, str, str, bool, datetime]


@lru_cache(maxsize=1)
def vocabulary() -> words.Vocabulary:
    """The vocabulary that Greenboard ships, read once."""
    return words.load()


@lru_cache(maxsize=1)
def _reader() -> Reader:
    return Reader(vocabulary())


@lru_cache(maxsize=50_000)
def decode(name: str, text: str) -> Value:
    """Read a stored value. FactError when the fact type has changed so that it no longer fits."""
    return _reader().read(name, text)


class Making:
    """Makes facts and gaps of columns, as they were at a moment; None is now. `names` are those of entities."""

    def __init__(self, names: Mapping[int, Ref], as_of: datetime | None) -> None:
        self.names = names
        self.as_of = as_of
        self._sources: dict[tuple[str, ...], Source] = {}

    def fact(self, columns: FactColumns) -> Fact | Gap:
        """A row of the columns FACT as the fact that it was.

        Between two looks of one interval the fact never went stale, so at a moment between them it
        counts as observed at that moment. What cannot be read any more is a gap.
        """
        entity, name, *origin, row, text, places, observed = columns
        source = self._source(*origin)
        try:
            value = decode(name, text)
        except words.FactError as error:
            since = FactInterval.objects.values_list("valid_from", flat=True).get(id=row)
            return Gap(self.names[entity], name, f"stored in an older form: {error}", source, since)
        if self.as_of is not None and self.as_of < observed:
            observed = self.as_of
        return Fact(self.names[entity], name, value, source, observed, json.loads(places) if places else {})

    def gap(self, columns: GapColumns) -> Gap:
        """A row of the columns GAP."""
        entity, name, *origin, reason, unclear, since = columns
        return Gap(self.names[entity], name, reason, self._source(*origin), since, unclear)

    def _source(self, kind: str, *rest: str) -> Source:
        known = self._sources.get((kind, *rest))
        if known is None:
            known = self._sources[(kind, *rest)] = Source(_KINDS[kind], *rest)
        return known
