"""Looking at a working tree as a whole: entities, facts, gaps, and what is not a tree."""

from datetime import UTC, datetime

import pytest

from greenboard.catalog.types import RelationKind
from greenboard.facts import vocabulary
from greenboard.repository import collect
from greenboard.repository.tree import NotARepository
from greenboard.repository.types import Found, Missed, Reader

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
VOCABULARY = vocabulary.load()


def look(tree, **options):
    return collect.look(tree.root, now=NOW, vocabulary=VOCABULARY, **options)


def refs(seen):
    return {str(entity.ref): entity.discovered for entity in seen.declared.entities}


def lives(seen):
    return {
        str(relation.source): relation.path
        for relation in seen.declared.relations
        if relation.kind is RelationKind.LIVES_IN
    }


def values(seen, type_name, ref=None):
    return [fact.value for fact in seen.facts if fact.type == type_name and (ref is None or str(fact.entity) == ref)]


MONOREPO = {
    "cart/go.mod": "module cart\n",
    "cart/main.go": "package main\n",
    "cart/Dockerfile": "FROM x:1\n",
    "cart/README.md": "# Cart\n",
    "mail/package.json": '{"dependencies": {"a": "1.0.0"}}',
    "mail/index.js": "",
    "mail/Dockerfile": "FROM x:1\n",
    "CODEOWNERS": "* @shop/all\n/cart/ @shop/cart\n",
}


def test_a_repository_without_descriptor_becomes_discovered_entities(repo):
    seen = look(repo(MONOREPO))
    assert refs(seen) == {
        "repository:default/shop": True,
        "service:shop/cart": True,
        "service:shop/mail": True,
    }
    assert lives(seen) == {"service:shop/cart": "cart", "service:shop/mail": "mail"}
    assert values(seen, "ownership", "service:shop/cart") == [
        {"declared": True, "owner": "@shop/cart", "is_team": True}
    ]
    assert values(seen, "readme", "service:shop/mail") == [{"exists": False}]
    assert [fact.source.commit for fact in seen.facts if fact.type == "readme"] == [seen.tree.commit] * 2


def test_a_descriptor_declares_the_component_of_its_folder(repo):
    descriptor = "kind: library\nname: basket\nowner: team-cart\n"
    seen = look(repo(MONOREPO | {"cart/greenboard.yaml": descriptor}))
    assert refs(seen)["library:default/basket"] is False
    assert lives(seen)["library:default/basket"] == "cart"
    assert "service:shop/cart" not in refs(seen)
    assert [value["owner"] for value in values(seen, "ownership", "library:default/basket")] == [
        "team:default/team-cart"
    ]
    assert values(seen, "readme", "library:default/basket")[0]["exists"] is True


def test_two_entities_of_one_folder_share_its_facts(repo):
    text = "kind: service\nname: a\n---\nkind: job\nname: b\n"
    seen = look(repo({"greenboard.yaml": text, "README.md": "# Both"}))
    assert [
        value["sections"] for ref in ("service:default/a", "job:default/b") for value in values(seen, "readme", ref)
    ] == [
        ("Both",),
        ("Both",),
    ]


def test_a_broken_descriptor_is_told_and_the_tree_is_read_all_the_same(repo):
    seen = look(repo({"greenboard.yaml": "kind: servic\nname: [\n", "go.mod": "", "main.go": ""}))
    assert [str(problem.place) for problem in seen.problems] == ["greenboard.yaml:3:1"]
    assert len(values(seen, "history")) == 1


def test_broken_yaml_is_a_gap_of_what_it_could_have_said(repo):
    seen = look(repo({".github/dependabot.yml": "updates: [\n"}))
    (gap,) = [gap for gap in seen.gaps if gap.type == "dependency_updates"]
    assert str(gap.entity) == "repository:default/shop"
    assert gap.source.location.startswith(".github/dependabot.yml:2")
    assert not values(seen, "dependency_updates")


def test_a_reader_that_fails_as_a_whole_leaves_gaps_and_nothing_else(repo):
    seen = look(repo({"README.md": b"\xff\xfe\x00"}))
    assert not values(seen, "readme")
    assert [gap.reason for gap in seen.gaps if gap.type == "readme"] == ["not UTF-8 text"]


@pytest.mark.parametrize(
    "said", [Found("readme", {"exist": True}), Found("license", {"exists": True}), Missed("slo", "no")]
)
def test_a_reader_that_says_what_it_may_not_is_our_fault(repo, monkeypatch, said):
    wrong = Reader("wrong", ("readme",), "component", lambda scope: iter([said]))
    monkeypatch.setattr(collect, "discover", lambda: (wrong,))
    with pytest.raises(collect.ReaderFault):
        look(repo({"a": ""}))


def test_every_reader_is_discovered_and_declares_known_types():
    readers = collect.discover()
    assert {"history", "dependency", "readme", "codeowners"} <= {name for reader in readers for name in reader.types}
    for reader in readers:
        for name in reader.types:
            about = VOCABULARY.get(name).about
            assert about in (reader.about, "entity"), reader.name


def test_progress_is_told(repo):
    said = []
    look(repo({"a": ""}), progress=said.append)
    assert said[0] == "shop: listing files"


def test_a_folder_of_clones_gives_its_trees_and_says_what_is_none(repo, tmp_path, git):
    first, second = repo({"a": ""}), repo({"a": ""})
    group = tmp_path / "group"
    group.mkdir()
    second.root.rename(group / "deep")
    (tmp_path / "notes").mkdir()
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    found, errors = collect.find([tmp_path])
    assert found == [group / "deep", first.root]
    assert [error.place.path.rpartition("/")[2] for error in errors] == ["bare.git", "notes"]
    assert "bare" in errors[0].what


def test_what_is_no_tree_is_refused(repo, tmp_path, git):
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    for path in (tmp_path / "nowhere", tmp_path / "bare.git"):
        found, errors = collect.find([path])
        assert (found, len(errors)) == ([], 1)
        with pytest.raises(NotARepository):
            collect.look(path, now=NOW, vocabulary=VOCABULARY)


def test_facts_of_a_descriptor_point_at_the_line_of_the_owner_and_carry_the_commit(repo, git):
    tree = repo({"greenboard.yaml": "kind: service\nname: cart\nowner: team:shop\n", "a.py": ""})
    git(tree.root, "remote", "add", "origin", "https://github.com/acme/cart.git")
    seen = look(tree)
    (owned,) = [fact for fact in seen.facts if fact.type == "ownership"]
    assert owned.places["declared"] == owned.places["owner"] == "greenboard.yaml:3"
    assert owned.source.commit == tree.commit
    assert owned.source.link.startswith(f"https://github.com/acme/cart/blob/{tree.commit}/greenboard.yaml#L")


def test_facts_have_links_only_to_files_of_the_commit_on_a_known_forge(repo, git, write):
    tree = repo({"README.md": "# A\n", "a.py": ""})
    assert {fact.source.link for fact in look(tree).facts} == {""}
    git(tree.root, "remote", "add", "origin", "https://me:secret@gitlab.com/acme/cart")
    write(tree.root, {"Dockerfile": "FROM x:1\n"})
    links = {fact.type: fact.source.link for fact in look(tree).facts}
    assert links["readme"] == f"https://gitlab.com/acme/cart/-/blob/{tree.commit}/README.md#L1"
    assert links["container_file"] == "" or "Dockerfile" not in links["container_file"]


def test_a_circle_of_relations_is_told(repo):
    text = "kind: domain\nname: a\npart_of: domain:b\n---\nkind: domain\nname: b\npart_of: domain:a\n"
    (problem,) = look(repo({"greenboard.yaml": text})).problems
    assert "circle of part-of" in problem.what
    assert problem.place.path == "greenboard.yaml"


def test_a_reader_that_breaks_is_our_fault(repo, monkeypatch):
    def breaks(_scope):
        raise KeyError("x")

    monkeypatch.setattr(collect, "discover", lambda: (Reader("broken", ("readme",), "component", breaks),))
    with pytest.raises(collect.ReaderFault, match=r"reader broken .* KeyError"):
        look(repo({"a.py": ""}))
