"""Values as text: what was written is read back, quickly or carefully, as the vocabulary would read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from greenboard.core.refs import Ref
from greenboard.facts import vocabulary
from greenboard.facts.merge import Conflict, _Merged, merge
from greenboard.facts.stored import Reader, encode
from greenboard.facts.types import Fact, Gap, Source, SourceKind
from greenboard.facts.vocabulary import FactError, FieldDef, FieldType

WORDS = vocabulary.load()
READER = Reader(WORDS)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
CHECKOUT = Ref("service", "default", "checkout")
TOOL = Source(SourceKind.CONNECTION, "tool")
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
SCALARS = {
    FieldType.BOOL: st.booleans(),
    FieldType.INT: st.integers(-(2**63), 2**63 - 1),
    FieldType.FLOAT: st.floats(allow_nan=False),
    FieldType.STRING: st.text(max_size=8),
    FieldType.TIMESTAMP: MOMENTS,
    FieldType.DURATION: st.timedeltas(timedelta(0), timedelta(days=900)).map(lambda span: timedelta(span.days, span.seconds)),
}  # fmt: skip


def of_field(field: FieldDef):
    if field.type.element is not None:
        return st.lists(SCALARS[field.type.element], max_size=3).map(tuple)
    return st.sampled_from(field.values) if field.values else SCALARS[field.type]


@st.composite
def values(draw):
    """A fact type and a value of it in the form that is stored."""
    declared = WORDS.types[draw(st.sampled_from(sorted(WORDS.types)))]
    parts = {name: of_field(field) for name, field in declared.fields.items()}
    if declared.many is None:
        return declared.name, draw(st.fixed_dictionaries({}, optional=parts))
    key = {declared.many: parts.pop(declared.many)}
    items = st.lists(st.fixed_dictionaries(key, optional=parts), max_size=3, unique_by=lambda item: item[declared.many])
    return declared.name, tuple(draw(items))


@given(values())
def test_a_value_is_read_back_as_it_was(made):
    name, value = made
    assert READER.read(name, encode(value)) == value
    assert repr(READER.read(name, encode(value))) == repr(WORDS.normalise(name, json.loads(encode(value))))
    assert encode(value) == json.dumps(
        vocabulary.encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.just("2026-01-01"),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.data())
def test_whatever_is_stored_is_read_or_refused_as_the_vocabulary_does(data):
    declared = WORDS.types[data.draw(st.sampled_from(sorted(WORDS.types)))]
    fields = st.dictionaries(st.sampled_from([*declared.fields, "unknown"]), JSON, max_size=3)
    text = json.dumps(data.draw(fields | st.lists(fields, max_size=2)))
    careful = told(lambda: WORDS.normalise(declared.name, json.loads(text)))
    assert told(lambda: READER.read(declared.name, text)) == careful


def told(read):
    """What came of reading, with the types of everything in it."""
    try:
        return repr(read())
    except FactError as error:
        return f"refused: {error}"


@given(values(), st.booleans())
def test_a_fact_that_stands_alone_merges_as_among_others(made, missed):
    name, value = made
    fact = Fact(CHECKOUT, name, value, TOOL, NOW)
    gaps = [Gap(CHECKOUT, name, "answered 403", TOOL, NOW)] if missed else []
    found = merge([fact], gaps, WORDS, NOW)
    slow = _Merged(WORDS.types[name], [fact])
    wanted = slow.value(missed)
    assert found.values == ({} if wanted is None else {name: wanted})
    assert {kind: dict(spots) for kind, spots in found.origins.items()} == (
        {} if wanted is None else {name: slow.origins}
    )
    assert type(found.values.get(name)) is type(wanted)
    spots = [*slow.origins, ("nobody", "nothing"), (None, "nothing")]
    assert [found.origin(name, *spot) for spot in spots if wanted is not None] == [
        fact for _ in spots if wanted is not None
    ]
    assert not found.conflicts


def test_two_items_of_one_key_are_merged_even_of_one_fact():
    twice = ({"name": "a", "target_pct": 99.0}, {"name": "a", "target_pct": 98.0})
    fact = Fact(CHECKOUT, "slo", twice, TOOL, NOW)
    found = merge([fact], [], WORDS, NOW)
    assert found.values == {"slo": ({"name": "a", "target_pct": 99.0},)}
    assert found.conflicts == {"slo": (Conflict("a", "target_pct", fact, fact),)}
