"""Whatever is saved, renamed and retired: reads as of any moment agree with a model that keeps every state."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from greenboard.catalog import nearby, store
from greenboard.catalog.models import EntityVersion, RelationInterval
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import Ref

START = datetime(2026, 9, 1, tzinfo=UTC)
NAMES = ("a", "b", "c", "d")


def ref(name: str) -> Ref:
    return Ref("service", "default", name)


@dataclass
class Model:
    """All that is known of the catalog at one moment, by identity rather than by name."""

    called: dict[str, int] = field(default_factory=dict)
    tiers: dict[int, int] = field(default_factory=dict)
    needs: dict[int, set[int]] = field(default_factory=dict)

    def identity(self, name: str) -> int:
        return self.called.setdefault(name, len(self.needs) + len(self.called) + 1000)

    def save(self, said: dict[str, tuple[int, frozenset[str]]]) -> None:
        for name, (tier, needs) in said.items():
            self.tiers[self.identity(name)] = tier
            self.needs[self.identity(name)] = {self.identity(other) for other in needs if other != name}

    def retire(self, name: str) -> None:
        self.tiers.pop(self.identity(name), None)
        self.needs[self.identity(name)] = set()

    def rename(self, old: str, new: str) -> bool:
        if self.identity(old) not in self.tiers:
            return False
        self.called[new] = self.called.pop(old)
        return True

    def entities(self) -> dict[str, int]:
        return {name: self.tiers[of] for name, of in self.called.items() if of in self.tiers}

    def pairs(self) -> set[tuple[int, int]]:
        return {(of, other) for of, others in self.needs.items() for other in others}


saves = st.dictionaries(
    st.sampled_from(NAMES),
    st.tuples(st.integers(0, 1), st.frozensets(st.sampled_from(NAMES), max_size=3)),
    min_size=1,
    max_size=4,
)
steps = st.lists(
    st.tuples(st.booleans(), st.one_of(saves, saves, saves, st.sampled_from(NAMES), st.sampled_from(NAMES).map(list))),
    min_size=1,
    max_size=9,
)


def declare(said: dict[str, tuple[int, frozenset[str]]]) -> Declared:
    entities = tuple(Entity(ref(name), tier=tier) for name, (tier, _) in said.items())
    relations = tuple(
        Relation(RelationKind.DEPENDS_ON, ref(name), ref(other))
        for name, (_, needs) in said.items()
        for other in needs
        if other != name
    )
    return Declared(entities, relations)


def play(actions: list[tuple[bool, object]]) -> list[tuple[datetime, Model]]:
    """Do the steps in the catalog and in the model; the states of the model by moment."""
    model, at, states = Model(), START, []
    for number, (later, step) in enumerate(actions):
        at += timedelta(hours=1 if later else 0)
        if isinstance(step, dict):
            model.save(step)
            store.save(declare(step), at, cause=f"step {number}")
        elif isinstance(step, str):
            model.retire(step)
            store.retire([ref(step)], at)
        elif model.rename(step[0], f"new{number}"):
            store.rename(ref(step[0]), ref(f"new{number}"), at, cause=f"step {number}")
        states.append((at, copy.deepcopy(model)))
    last_at_moment = dict(states)
    return sorted(last_at_moment.items())


class Intervals(TestCase):
    @settings(max_examples=20, deadline=None)
    @given(steps)
    def test_reads_agree_with_the_model(self, actions):
        states = play(actions)
        for number, (moment, model) in enumerate(states):
            until = states[number + 1][0] if number + 1 < len(states) else moment + timedelta(hours=1)
            for at in (moment, moment + (until - moment) / 2):
                self.agree(at, model)
        self.agree(None, states[-1][1])
        assert store.entities(START - timedelta(days=1)) == []
        for each in store.entities():
            held = nearby.held(store.related(each.ref, each.id))
            assert set(held) == set(nearby.relations([each.id]))
            assert len(held) == len(set(held))

    def agree(self, at, model):
        stored = store.entities(at)
        assert {each.ref.name: each.entity.tier for each in stored} == model.entities()
        assert {each.ref for each in stored} == {found.ref for each in stored if (found := store.find(each.ref, at))}
        assert len(store.relations(at)) == len(model.pairs())
        known = {each.ref.name: model.called[each.ref.name] for each in stored}
        both = {
            (known[each.source.name], known[each.target.name])
            for each in store.relations(at)
            if each.source.name in known and each.target.name in known
        }
        assert both == {pair for pair in model.pairs() if set(pair) <= set(known.values())}

    @settings(max_examples=20, deadline=None)
    @given(steps)
    def test_intervals_of_one_thing_never_overlap_and_say_something_new(self, actions):
        play(actions)
        for found, key in (
            (EntityVersion.objects.all(), lambda row: row.entity_id),
            (RelationInterval.objects.all(), lambda row: (row.kind, row.source_id, row.target_id)),
        ):
            spans = {}
            for row in found.order_by("valid_from"):
                spans.setdefault(key(row), []).append(row)
            for rows in spans.values():
                for before, after in itertools.pairwise(rows):
                    assert before.valid_to is not None
                    assert before.valid_to <= after.valid_from

    @settings(max_examples=15, deadline=None)
    @given(steps, saves)
    def test_saving_the_present_again_writes_nothing(self, actions, said):
        moment = play([*actions, (True, said)])[-1][0]
        again = store.save(declare(said), moment + timedelta(hours=1), cause="again")
        assert (again.changed, again.created, again.relations_begun, again.relations_ended) == ((), (), 0, 0)
