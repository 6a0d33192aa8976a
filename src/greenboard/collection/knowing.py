"""What other sources said that an integration wants to know: which images components are built on, for instance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from greenboard.connections.types import Known
from greenboard.facts import reading, store
from greenboard.facts.models import CURRENT, FactInterval
from greenboard.facts.types import FieldValue, SourceKind, Struct
from greenboard.facts.vocabulary import FactError


def known(types: Collection[str], connection: str) -> tuple[Known, ...]:
    """The facts of now of some types by entity, in the order of references; none that a connection said itself."""
    if not types:
        return ()
    rows = FactInterval.objects.filter(CURRENT, type__in=types).order_by("entity_id", "id")
    others = rows.exclude(source_kind=SourceKind.CONNECTION.value, source=connection)
    decode, texts = reading.decoder(), dict[str, str]()
    found: dict[int, dict[str, list[Struct]]] = defaultdict(lambda: defaultdict(list))
    for entity, name, text in others.values_list("entity_id", "type", "value").iterator():
        try:
            value = decode(name, text)
        except FactError:  # in a form that its type no longer has: the entity shows why
            continue
        items = value if isinstance(value, tuple) else (value,)
        found[entity][name] += [{key: _once(part, texts) for key, part in item.items()} for item in items]
    there = {number: str(ref) for ref, number in store.present().items()}
    several = (
        Known(there[number], {name: tuple(each) for name, each in of.items()})
        for number, of in found.items()
        if number in there
    )
    return tuple(sorted(several, key=lambda one: one.entity))


def _once(value: FieldValue, texts: dict[str, str]) -> FieldValue:
    """A list of texts with each text once in memory: thousands of components have the same packages."""
    if not isinstance(value, tuple):
        return value
    return tuple(texts.setdefault(part, part) if isinstance(part, str) else part for part in value)
