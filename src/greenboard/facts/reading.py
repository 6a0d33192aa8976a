"""How rows become facts and gaps again. Rows come as plain columns: most reads are of very many."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

from django.db import connection
from django.db.models import F, Model, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce, Greatest

from greenboard.core.refs import Ref
from greenboard.facts import custom
from greenboard.facts.models import FactInterval
from greenboard.facts.stored import Reader
from greenboard.facts.types import Fact, Gap, Source, SourceKind, Value
from greenboard.facts.vocabulary import FactError, Vocabulary

_ORIGIN = ("entity_id", "type", "source_kind", "source", "location", "commit", "link")
FACT = (*_ORIGIN, "id", "value", "places", "observed")
"""The last one may be a moment, or the text in which SQLite keeps it."""
OBSERVED = Greatest(F("observed_at"), Coalesce(F("look__at"), F("observed_at")))
"""The moment that a fact is of: that which is written in its row, or that of the look that it goes with."""
GAP = (*_ORIGIN, "reason", "unclear", "valid_from")
_FETCH = 5_000
_SHORT = 100
_Row = TypeVar("_Row", bound=Model)
_Columns = TypeVar("_Columns")
_KINDS = {kind.value: kind for kind in SourceKind}

FactColumns = tuple[int, str, str, str, str, str, str, int, str, str, datetime | str]
GapColumns = tuple[int, str, str, str, str, str, str, str, bool, datetime]


def rows(found: QuerySet[FactInterval], *, many: bool) -> Iterable[FactColumns]:
    """The columns FACT of rows. Moments stay text on SQLite: Django takes longer over them than over all else."""
    sqlite = connection.vendor == "sqlite"
    moment = Cast(OBSERVED, TextField()) if sqlite else OBSERVED
    return fetched(found.values_list(*FACT[:-1], moment), many=many)


def fetched(found: QuerySet[_Row, _Columns], *, many: bool) -> Iterable[_Columns]:
    """The rows of a query: many of them part by part, few at once, which PostgreSQL answers in one trip."""
    return found.iterator(chunk_size=_FETCH) if many else found


class _Decoder:
    """Reads stored values by the fact types of a moment."""

    def __init__(self, types: Vocabulary) -> None:
        self.types = types
        self._read = Reader(types).read
        # Short values come again and again; long ones hardly ever.
        self._again = lru_cache(maxsize=50_000)(self._read)

    def __call__(self, name: str, text: str) -> Value:
        """A value. FactError when the fact type has changed so that it no longer fits."""
        return self._again(name, text) if len(text) <= _SHORT else self._read(name, text)


_kept: _Decoder | None = None


def decoder() -> Callable[[str, str], Value]:
    """What reads a stored value of a fact type: its name, and the text. Take a new one for each read of many."""
    global _kept  # noqa: PLW0603 - one small cache; a race only makes it twice
    types, kept = custom.fact_types(), _kept
    if kept is None or kept.types is not types:
        kept = _kept = _Decoder(types)
    return kept


class Making:
    """Makes facts and gaps of columns, as they were at a moment; None is now. `names` are those of entities.

    A fact that cannot be read any more becomes a gap, which is put into `broken` by entity.
    """

    def __init__(self, names: Mapping[int, Ref], as_of: datetime | None) -> None:
        self.names = names
        self.as_of = as_of
        self.broken: dict[int, list[Gap]] = defaultdict(list)
        self._moments: dict[str, datetime] = {}
        self._decode = decoder()

    def fact(self, columns: FactColumns) -> Fact | None:
        """A row of the columns FACT as the fact that it was; None when it cannot be read.

        Between two looks of one interval the fact never went stale, so at a moment between them it
        counts as observed at that moment.
        """
        entity, name, kind, tool, location, commit, link, row, text, places, moment = columns
        source = Source(_KINDS[kind], tool, location, commit, link)
        try:
            value = self._decode(name, text)
        except FactError as error:
            since = FactInterval.objects.values_list("valid_from", flat=True).get(id=row)
            gap = Gap(self.names[entity], name, f"stored in an older form: {error}", source, since)
            self.broken[entity].append(gap)
            return None
        observed = moment if isinstance(moment, datetime) else self._moment(moment)
        if self.as_of is not None and self.as_of < observed:
            observed = self.as_of
        return Fact(self.names[entity], name, value, source, observed, json.loads(places) if places else {})

    def gap(self, columns: GapColumns) -> Gap:
        """A row of the columns GAP."""
        entity, name, kind, tool, location, commit, link, reason, unclear, since = columns
        source = Source(_KINDS[kind], tool, location, commit, link)
        return Gap(self.names[entity], name, reason, source, since, unclear)

    def _moment(self, text: str) -> datetime:
        """A moment as SQLite keeps it. A look leaves the same one in many rows."""
        known = self._moments.get(text)
        if known is None:
            known = self._moments[text] = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return known
