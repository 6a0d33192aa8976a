"""Which entity a subject is: the strongest way that names anything decides, and nobody guesses between several."""

from __future__ import annotations

import pytest

from greenboard.catalog.types import Contact, Entity, Link, Relation, RelationKind
from greenboard.collection.matching import Index, Shown, Verdict, address, index, resolve
from greenboard.collection.types import Standing
from greenboard.connections.types import Match
from greenboard.core.refs import Ref


def ref(kind: str, name: str) -> Ref:
    return Ref(kind, "default", name)


CHAT = tuple(Contact("chat", name) for name in ("payments", "#search", "https://acme.chat.example/c/C1/"))
ENTITIES = {
    1: Entity(ref("service", "checkout"), title="Check Out", annotations={"greenboard.io/pagerduty": "P1, P2"}),
    2: Entity(ref("service", "ledger"), tags=("lookout:L7",), annotations={"pagerduty.com/service-id": "P3"}),
    3: Entity(ref("website", "ledger")),
    4: Entity(ref("repository", "shop"), annotations={"github.com/project-slug": "acme/Shop"}),
    5: Entity(
        ref("team", "payments"),
        contacts=(Contact("email", "Payments@acme.example"), Contact("chat", "#payments")),
    ),
    6: Entity(ref("person", "ada")),
    7: Entity(ref("service", "search"), annotations={"greenboard.io/pagerduty-eu": "E9"}, contacts=CHAT),
    8: Entity(ref("repository", "docs"), links=(Link("https://git.acme.example/team/docs", kind="source"),)),
}
LIVES = (Relation(RelationKind.LIVES_IN, ref("service", "search"), ref("repository", "shop")),)


@pytest.fixture
def known() -> Index:
    return index(ENTITIES, LIVES, ("pagerduty", "pagerduty-eu"), {"ada-l": [ref("person", "ada")]})


def one(known: Index, *matches: tuple[str, str], kinds: tuple[str, ...] = ()) -> Verdict:
    shown = Shown(1, "services", kinds, tuple(Match(by, value) for by, value in matches))
    return resolve([shown], known)[1]


@pytest.mark.parametrize(
    ("by", "value", "entity"),
    [
        ("id", "P1", 1),
        ("id", "P2", 1),
        ("id", "E9", 7),
        ("annotation", "pagerduty.com/service-id=P3", 2),
        ("tag", "LOOKOUT:L7", 2),
        ("name", "Checkout", 1),
        ("name", "check out", 1),
        ("email", "payments@ACME.example", 5),
        ("login", "Ada-L", 6),
        ("entity", "service:default/ledger", 2),
        ("contact", "#Search", 7),
        ("contact", "https://acme.chat.example/c/C1", 7),
        ("repository", "git@git.acme.example:team/docs.git", 8),
    ],
)
def test_each_way_names_an_entity(known, by, value, entity):
    verdict = one(known, (by, value))
    assert (verdict.standing, verdict.entity, verdict.why) == (Standing.MATCHED, entity, f"{by} {value}")


def test_the_strongest_way_that_names_anything_decides(known):
    assert one(known, ("id", "P3"), ("name", "checkout")).entity == 1
    assert one(known, ("id", "P1"), ("name", "search")).entity == 1


def test_several_entities_are_ambiguous_and_a_weaker_way_does_not_decide_between_them(known):
    verdict = one(known, ("name", "ledger"), ("tag", "lookout:L7"))
    assert (verdict.standing, verdict.entity, verdict.candidates) == (Standing.AMBIGUOUS, None, (2, 3))


def test_the_kinds_that_a_subject_can_be_bound_what_is_looked_for(known):
    assert one(known, ("name", "ledger"), kinds=("service",)).entity == 2
    assert one(known, ("repository", "https://github.com/acme/shop"), kinds=("repository",)).entity == 4
    assert one(known, ("repository", "https://github.com/acme/shop"), kinds=("service",)).entity == 7


def test_a_channel_that_a_team_and_its_components_name_is_the_teams(known):
    assert one(known, ("contact", "payments")).entity == 5
    assert one(known, ("contact", "payments"), kinds=("service",)).entity == 7


def test_nothing_that_names_anything_is_missing(known):
    assert one(known, ("id", "P9"), ("name", "billing")).standing == Standing.MISSING
    assert one(known).standing == Standing.MISSING


def test_two_subjects_that_claim_an_entity_by_its_name_are_both_ambiguous(known):
    several = [Shown(number, "services", (), (Match("name", "checkout"),)) for number in (1, 2)]
    found = resolve(several, known)
    assert {verdict.standing for verdict in found.values()} == {Standing.AMBIGUOUS}
    assert found[1].candidates == (1,)


def test_one_by_id_and_another_by_name_leave_the_one_by_id(known):
    several = [
        Shown(1, "services", (), (Match("id", "P1"),)),
        Shown(2, "services", (), (Match("name", "checkout"),)),
        Shown(3, "services", (), (Match("id", "P2"),)),
    ]
    found = resolve(several, known)
    assert [found[number].standing for number in (1, 2, 3)] == ["matched", "ambiguous", "matched"]


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/acme/shop",
        "https://github.com/Acme/Shop.git",
        "git@github.com:acme/shop.git",
        "ssh://git@github.com:22/acme/shop",
        "url:https://github.com/acme/shop/tree/main/",
        "https://ada:secret@github.com/acme/shop/",
    ],
)
def test_an_address_of_a_repository_is_the_same_however_it_is_written(text):
    assert address(text) == "github.com/acme/shop"


@pytest.mark.parametrize("text", ["", "shop", "https://", "http://[::1", "url:", "/home/shop"])
def test_what_is_no_address_is_none(text):
    assert address(text) == ""
