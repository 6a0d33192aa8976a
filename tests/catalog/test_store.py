"""The catalog in the database: intervals, identity, all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from greenboard.catalog import descriptors, store
from greenboard.catalog.events import CatalogChanged
from greenboard.catalog.models import EntityVersion, RelationInterval
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import events
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref

pytestmark = pytest.mark.django_db
START = datetime(2026, 9, 1, tzinfo=UTC)
CHECKOUT = Ref("service", "default", "checkout")
ORDERS = Ref("service", "default", "orders")
PAYMENTS = Ref("team", "default", "payments")


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def save(text: str, at: float = 0, cause: str = "test") -> store.Saved:
    return store.save(descriptors.read(text, "greenboard.yaml"), day(at), cause=cause)


def ends(relations) -> set[tuple[str, str, str]]:
    return {(str(each.source), each.kind.value, str(each.target)) for each in relations}


SHOP = """
entities:
  - {kind: service, name: checkout, owner: payments, tier: 1, system: shop, tags: [web, pci], depends_on: [orders],
     lifecycle: production, description: Takes the money}
  - {kind: service, name: orders, system: shop, tier: 3}
  - {kind: system, name: shop, owner: sales, domain: retail}
  - {kind: domain, name: retail}
  - {kind: team, name: payments, members: [jane]}
  - {kind: team, name: sales}
"""


def test_what_was_declared_is_read_back():
    declared = descriptors.read(SHOP, "greenboard.yaml")
    store.save(declared, day(0), cause="first")
    assert [each.entity for each in store.entities()] == sorted(declared.entities, key=lambda entity: entity.ref)
    assert {str(each.place) for each in store.relations()} == {str(each.place) for each in declared.relations}


def test_entities_come_by_reference_however_the_database_sorts():
    names = ["ab", "a-c", "a.b", "b", "a0", "aa"]
    store.save(Declared(tuple(Entity(Ref("service", "default", name)) for name in names)), day(0), cause="test")
    assert [each.ref.name for each in store.entities()] == sorted(names)
    assert [each.ref.name for each in store.plain().values()] == sorted(names)


def test_owner_system_and_domain_are_found_and_inherited():
    save(SHOP)
    checkout, orders = store.find(CHECKOUT), store.find(ORDERS)
    assert (checkout.owner, checkout.system) == (PAYMENTS, Ref("system", "default", "shop"))
    assert (orders.owner, orders.domain) == (Ref("team", "default", "sales"), Ref("domain", "default", "retail"))


def test_the_same_again_writes_nothing():
    save(SHOP)
    before = (EntityVersion.objects.count(), RelationInterval.objects.count())
    again = save(SHOP, 1)
    assert (again.created, again.changed, again.relations_begun, again.relations_ended) == ((), (), 0, 0)
    assert (EntityVersion.objects.count(), RelationInterval.objects.count()) == before


def test_lines_that_shift_make_no_version_but_move_the_place():
    save("kind: service\nname: checkout\nowner: payments")
    again = save("\n\nkind: service\nname: checkout\nowner: payments", 1)
    assert again.unchanged == 1
    assert again.relations_begun == 0
    assert store.find(CHECKOUT).entity.place.line == 4
    assert store.relations()[0].place.line == 5


def test_the_past_is_read_as_it_was():
    save("{kind: service, name: checkout, tier: 1, owner: payments}")
    save("{kind: service, name: checkout, tier: 2, owner: sales}", 1)
    assert [store.find(CHECKOUT, day(at)).entity.tier for at in (0, 0.5, 1)] == [1, 1, 2]
    assert [str(store.find(CHECKOUT, day(at)).owner) for at in (0.5, 1)] == [
        "team:default/payments",
        "team:default/sales",
    ]
    assert store.find(CHECKOUT, day(-1)) is None
    assert [(each.entity.tier, each.until) for each in store.history(CHECKOUT)] == [(1, day(1)), (2, None)]


def test_a_dependency_that_is_no_longer_declared_ends():
    save("{kind: service, name: checkout, depends_on: [orders, stock]}")
    save("{kind: service, name: checkout, depends_on: [stock]}", 1)
    assert ends(store.relations()) == {("service:default/checkout", "depends-on", "component:default/stock")}
    assert len(store.relations(day(0.5))) == 2
    assert [each.until for each in store.related(CHECKOUT)] == [day(1), None]


def test_what_others_declare_of_an_entity_stays():
    save("{kind: team, name: payments, members: [jane]}")
    save("{kind: person, name: jane}", 1)
    assert ends(store.relations()) == {("person:default/jane", "member-of", "team:default/payments")}
    save("{kind: team, name: payments}", 2)
    assert store.relations() == []


def test_a_name_that_nobody_declared_is_settled_when_it_arrives():
    save("{kind: service, name: checkout, depends_on: [orders]}")
    assert [each.target.kind for each in store.relations()] == ["component"]
    save("{kind: job, name: orders}", 1)
    assert [str(each.target) for each in store.relations()] == ["job:default/orders"]
    assert [each.target.kind for each in store.relations(day(0.5))] == ["component"]
    assert save("{kind: service, name: checkout, depends_on: [orders]}", 2).relations_begun == 0


def test_a_rename_keeps_the_id_and_the_relations():
    save(SHOP)
    before = store.find(CHECKOUT)
    new = Ref("service", "default", "till")
    assert store.rename(CHECKOUT, new, day(1), cause="renamed by hand") == before.id
    assert store.find(new).id == before.id
    assert store.find(new).owner == PAYMENTS
    assert store.find(CHECKOUT) is None
    assert store.find(CHECKOUT, day(0.5)).id == before.id
    assert [each.entity.ref.name for each in store.history(new)] == ["checkout", "till"]
    assert [each.entity.ref.name for each in store.history(CHECKOUT)] == ["checkout", "till"]


def test_a_rename_to_a_name_that_others_mention_takes_their_relations():
    save("entities: [{kind: service, name: a, depends_on: ['service:till']}, {kind: service, name: checkout}]")
    till = Ref("service", "default", "till")
    store.rename(CHECKOUT, till, day(1), cause="test")
    assert [each.target for each in store.relations(about=till)] == [till]


def test_a_rename_to_a_taken_name_or_a_kind_that_does_not_fit_is_refused():
    save(SHOP)
    with pytest.raises(UserError, match="another entity"):
        store.rename(CHECKOUT, ORDERS, day(1), cause="test")
    with pytest.raises(UserError, match="not possible"):
        store.rename(CHECKOUT, Ref("repository", "default", "x"), day(1), cause="test")
    with pytest.raises(UserError, match="unknown kind"):
        store.rename(CHECKOUT, Ref("servce", "default", "x"), day(1), cause="test")
    assert store.find(CHECKOUT) is not None


def test_a_retired_entity_is_gone_and_its_past_stays():
    save(SHOP)
    assert len(store.retire([CHECKOUT], day(1)).entities) == 1
    assert store.find(CHECKOUT) is None
    assert store.find(CHECKOUT, day(0.5)) is not None
    assert ("team:default/payments", "owns", "service:default/checkout") not in ends(store.relations())
    first = store.find(CHECKOUT, day(0.5)).id
    with pytest.raises(UserError, match="later moment"):
        save(SHOP, 0.5)
    assert save(SHOP, 2).ids[CHECKOUT] == first
    assert store.find(CHECKOUT, day(1.5)) is None


def test_a_circle_across_two_descriptors_is_refused_and_nothing_is_written():
    save("{kind: domain, name: a, part_of: b}")
    with pytest.raises(UserError, match=r"circle of part-of: .*domain:default/a") as refused:
        save("entities: [{kind: service, name: new}, {kind: domain, name: b, part_of: a}]", 1)
    assert "greenboard.yaml:1:" in str(refused.value)
    assert [str(each.entity.ref) for each in store.entities()] == ["domain:default/a"]


def test_a_second_repository_is_refused():
    save("{kind: service, name: checkout, repository: one}")
    save("{kind: service, name: checkout, repository: two}", 1)
    assert [each.target.name for each in store.relations()] == ["two"]
    two, three = (
        descriptors.read(f"{{kind: service, name: checkout, repository: {name}}}", "greenboard.yaml")
        for name in ("two", "three")
    )
    with pytest.raises(UserError, match="two of repository"):
        store.save(Declared(two.entities, two.relations + three.relations), day(2), cause="test")


def test_the_past_cannot_be_changed():
    save("{kind: service, name: checkout, tier: 1, depends_on: [a]}", 2)
    with pytest.raises(UserError, match="later moment"):
        save("{kind: service, name: checkout, tier: 2, depends_on: [a]}", 1)
    save("{kind: service, name: checkout, tier: 1, depends_on: [b]}", 3)
    with pytest.raises(UserError, match=r"relations of .* later moment"):
        save("{kind: service, name: checkout, tier: 1, depends_on: [a, b]}", 2.5)


def test_two_saves_at_one_moment_leave_the_second():
    save("{kind: service, name: checkout, tier: 1, depends_on: [a]}")
    save("{kind: service, name: checkout, tier: 2, depends_on: [b]}")
    assert store.find(CHECKOUT).entity.tier == 2
    assert EntityVersion.objects.count() == 1
    assert [each.target.name for each in store.relations(day(0))] == ["b"]


def test_a_kind_that_a_descriptor_defined_holds_for_later_ones():
    save(
        "kinds: [{name: queue, properties: {required: [size]}}]\n"
        "entities: [{kind: queue, name: a, properties: {size: 1}}]"
    )
    declared = Declared((Entity(Ref("queue", "default", "b")),))
    with pytest.raises(UserError, match="'size' is a required property"):
        store.save(declared, day(1), cause="test")
    assert [kind.name for kind in store.kinds()] == ["queue"]


def test_search_finds_by_words_and_filters():
    save(SHOP)

    def names(**wanted):
        return [each.entity.ref.name for each in store.search(**wanted)]

    assert names(text="MONEY checkout") == ["checkout"]
    assert names(tags=["pci", "none"]) == ["checkout"]
    assert names(tags=["pc"]) == []
    assert names(kinds=["service"], tiers=[3]) == ["orders"]
    assert names(kinds=["service"], teams=[PAYMENTS]) == ["checkout"]
    assert names(systems=[Ref("system", "default", "shop")]) == ["checkout", "orders"]
    assert names(domains=[Ref("domain", "default", "retail")], kinds=["service", "system"]) == [
        "checkout",
        "orders",
        "shop",
    ]
    assert names(teams=[None], kinds=["domain"]) == ["retail"]
    assert names(tiers=[None], kinds=["service"]) == []
    assert names(lifecycles=["production"]) == ["checkout"]
    assert names(text="checkout", as_of=day(-1)) == []
    assert store.tags() == ["pci", "web"]


def test_text_that_no_database_carries_is_refused():
    with pytest.raises(UserError, match="cannot be printed"):
        store.save(Declared((Entity(CHECKOUT, title="a\x00b"),)), day(0), cause="test")
    with pytest.raises(UserError, match="not a number"):
        store.save(Declared((Entity(CHECKOUT, properties={"a": float("nan")}),)), day(0), cause="test")


def test_changes_are_announced_and_the_same_again_is_none():
    heard = []
    with events.subscribed(CatalogChanged, heard.append):
        save("{kind: service, name: checkout, owner: payments}")
        save("{kind: service, name: checkout, owner: payments}", 1)
    assert [each.entities for each in heard] == [{CHECKOUT, PAYMENTS}]


def test_the_database_itself_refuses_a_second_owner():
    from django.db import IntegrityError

    save("{kind: service, name: checkout, owner: payments}")
    row = RelationInterval.objects.get(kind=RelationKind.OWNS)
    row.pk, row.source_id = None, row.target_id + 10_000
    with pytest.raises(IntegrityError):
        row.save()


def living(home: str, *, discovered: bool = False) -> Declared:
    """Checkout as the repository `home` has it."""
    place = Place("greenboard.yaml", 3, 1)
    repository = Ref("repository", "default", home)
    entity = Entity(CHECKOUT, discovered=discovered, place=None if discovered else place)
    return Declared((entity, Entity(repository)), (Relation(RelationKind.LIVES_IN, CHECKOUT, repository),))


def test_two_repositories_that_declare_one_reference_are_refused_with_both_places():
    store.save(living("shop"), day(0), cause="look")
    with pytest.raises(UserError, match="declared by two repositories") as refused:
        store.save(living("copy"), day(1), cause="look")
    said = str(refused.value)
    assert "repository:default/shop has it at greenboard.yaml:3:1" in said
    assert "another in repository:default/copy at greenboard.yaml:3:1" in said
    assert store.find(Ref("repository", "default", "copy")) is None


def test_what_is_only_discovered_takes_no_name_and_gives_it_to_a_descriptor():
    store.save(living("shop", discovered=True), day(0), cause="look")
    with pytest.raises(UserError, match="discovered by its folder"):
        store.save(living("copy", discovered=True), day(1), cause="look")
    store.save(living("copy"), day(2), cause="look")
    assert ends(store.relations()) == {(str(CHECKOUT), "lives-in", "repository:default/copy")}


def test_a_component_moves_once_its_first_repository_no_longer_has_it():
    store.save(living("shop"), day(0), cause="look")
    store.retire([CHECKOUT], day(1))
    store.save(living("copy"), day(2), cause="look")
    assert ends(store.relations()) == {(str(CHECKOUT), "lives-in", "repository:default/copy")}


def test_plain_reads_give_entities_by_id_without_what_is_around_them():
    save(SHOP)
    everything = {each.id: each.entity for each in store.entities()}
    assert store.plain() == everything
    assert [str(entity.ref) for entity in store.plain(kinds=["system", "domain"]).values()] == [
        "domain:default/retail",
        "system:default/shop",
    ]
    assert list(store.plain(refs=[CHECKOUT, Ref("api", "default", "checkout")]).values()) == [
        store.find(CHECKOUT).entity
    ]
    assert store.plain(day(-1)) == {}
