"""CODEOWNERS as each forge reads it."""

import pytest

from greenboard.repository import codeowners
from greenboard.repository.readers import codeowners as reader
from greenboard.repository.readers import ownership


def load(repo, text, path="CODEOWNERS", **files):
    return codeowners.load(repo({path: text} | files))


def owners(file, path):
    return [owner for rule in file.deciding(path) for owner in rule.owners]


def test_the_last_rule_that_matches_decides(repo):
    file = load(repo, "* @shop/all\n/docs/ @shop/docs # the writers\n*.sql @ada dba@example.org\n/docs/private\n")
    assert owners(file, "a.py") == ["@shop/all"]
    assert owners(file, "docs/a/b.md") == ["@shop/docs"]
    assert owners(file, "docs/x.sql") == ["@ada", "dba@example.org"]
    assert owners(file, "docs/private/x") == []


def test_github_does_not_reach_into_folders_with_one_star(repo):
    file = load(repo, "docs/* @a\n", ".github/CODEOWNERS")
    assert owners(file, "docs/a.md") == ["@a"]
    assert owners(file, "docs/a/b.md") == []


def test_lines_that_github_would_skip_are_errors_and_own_nothing(repo, scope):
    tree = repo({".github/CODEOWNERS": "* @a\n*.js nobody\n!x @b\n"})
    (found,) = reader.READER.read(scope(tree))
    assert (found.value["rules"], found.value["errors"], found.value["owners"]) == (1, 2, ["@a"])
    assert found.places["errors"] == ".github/CODEOWNERS:2"


def test_gitlab_sections_add_owners_and_give_default_ones(repo):
    text = "* @lead\n[Database][2] @shop/dba\n*.sql\ndb/ @cy\n^[Docs] @writer\n*.md\n!internal.md\n"
    file = load(repo, text, ".gitlab/CODEOWNERS")
    assert file.dialect == "gitlab"
    assert sorted(owners(file, "x/a.sql")) == ["@lead", "@shop/dba"]
    assert sorted(owners(file, "deep/db/a.sql")) == ["@cy", "@lead"]
    assert sorted(owners(file, "readme.md")) == ["@lead", "@writer"]
    assert owners(file, "internal.md") == ["@lead"]
    assert owners(load(repo, "/docs @x\n", ".gitlab/CODEOWNERS"), "docs/a.md") == []


def test_a_name_in_gitlab_may_be_a_group_or_a_person(repo, scope):
    (found,) = reader.READER.read(scope(repo({"CODEOWNERS": "* @shop\n", ".gitlab-ci.yml": ""})))
    assert found.value["dialect"] == "gitlab"
    assert not {"teams", "people"} & set(found.value)


def test_bitbucket_reads_its_own_place_with_ways_to_choose(repo):
    file = load(repo, "* random(1) @workspace/team\n", ".bitbucket/CODEOWNERS")
    assert (file.dialect, owners(file, "a"), file.errors) == ("bitbucket", ["@workspace/team"], ())


def test_a_file_where_the_forge_does_not_look_does_not_exist(repo, git, scope):
    tree = repo({".gitlab/CODEOWNERS": "* @a\n"})
    git(tree.root, "remote", "add", "origin", "https://github.com/shop/cart")
    (found,) = reader.READER.read(scope(tree))
    assert found.value == {"exists": False}


@pytest.mark.parametrize(("text", "expected"), [("* @a\n", True), ("/src/ @a\n", False), ("*\n", False)])
def test_a_catch_all_rule_needs_an_owner(repo, scope, text, expected):
    (found,) = reader.READER.read(scope(repo({"CODEOWNERS": text})))
    assert found.value["catch_all"] is expected


def test_a_component_is_owned_when_every_file_of_it_is(repo, scope):
    tree = repo(
        {"CODEOWNERS": "/cart/ @shop/cart\n/mail/a @ada\n", "cart/a": "", "cart/b": "", "mail/a": "", "mail/b": ""}
    )
    (found,) = ownership.READER.read(scope(tree, "cart"))
    assert found.value == {"declared": True, "owner": "@shop/cart", "is_team": True}
    assert found.location == "CODEOWNERS:1"
    assert list(ownership.READER.read(scope(tree, "mail"))) == []


def test_without_codeowners_nothing_is_said_about_the_owner(repo, scope):
    assert list(ownership.READER.read(scope(repo({"a": ""})))) == []
