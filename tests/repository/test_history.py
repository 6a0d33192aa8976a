"""What git knows, and what it does not."""

from datetime import UTC, datetime, timedelta

import pytest

from greenboard.repository.history import Tag
from greenboard.repository.readers.history import READER
from greenboard.repository.tree import Tree

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def days(number):
    return NOW - timedelta(days=number)


def read(scope, tree):
    (found,) = READER.read(scope(tree))
    return found.value


def test_commits_people_and_last_commit_are_counted_in_their_windows(repo, commit, scope):
    tree = repo({"a": "1"}, commit=False)
    commit(tree.root, at=days(400), author="Old <old@example.org>")
    commit(tree.root, at=days(200), author="Bo <bo@example.org>")
    for day in (80, 50, 20):
        commit(tree.root, at=days(day), author="Ada <ada@example.org>")
    commit(tree.root, at=days(10), author="Cy <cy@example.org>")
    value = read(scope, Tree.open(tree.root))
    assert (value["commits_90d"], value["contributors_90d"], value["bus_factor"]) == (4, 2, 1)
    assert value["last_commit_at"] == days(10)
    assert value["signed_pct_90d"] == 0
    assert value["shallow"] is False


def test_one_person_with_two_addresses_counts_once_and_bots_do_not_count(repo, commit, scope):
    tree = repo({"a": "1"}, commit=False)
    for mail in ("ada@home", "ada@work"):
        commit(tree.root, at=days(9), author=f"Ada <{mail}>")
    commit(tree.root, at=days(8), author="Ada L. <ada@work>")
    commit(tree.root, at=days(7), author="dependabot[bot] <1+dependabot[bot]@users.noreply.github.com>")
    value = read(scope, Tree.open(tree.root))
    assert (value["contributors_90d"], value["bus_factor"], value["commits_90d"]) == (1, 1, 4)


def test_a_signature_is_seen_by_its_header_without_asking_gpg(repo, git, tmp_path, scope):
    tree = repo({"a": "1"})
    raw = git(tree.root, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n\n", 1
    )
    (tmp_path / "raw").write_text(raw + "\n")
    git(tree.root, "update-ref", "HEAD", git(tree.root, "hash-object", "-t", "commit", "-w", str(tmp_path / "raw")))
    git(tree.root, "config", "log.showSignature", "true")
    git(tree.root, "config", "gpg.program", "/bin/false")
    assert read(scope, Tree.open(tree.root))["signed_pct_90d"] == 100


def test_beyond_a_shallow_clone_nothing_is_claimed(repo, commit, git, tmp_path, scope):
    tree = repo({"old": "1"}, commit=False)
    commit(tree.root, at=days(30))
    commit(tree.root, {"new": "1"}, at=days(20))
    commit(tree.root, {"new": "2"}, at=days(10))
    git(tree.root, "tag", "v1.0.0")
    git(tmp_path, "clone", "-q", "--depth", "2", tree.root.as_uri(), "clone")
    clone = Tree.open(tmp_path / "clone")
    value = read(scope, clone)
    assert value == {"shallow": True, "last_commit_at": days(10)}
    assert clone.history.changed("new") == days(10)
    assert clone.history.changed("old") is None


def test_a_shallow_clone_that_reaches_past_a_window_knows_that_window(repo, commit, git, tmp_path, scope):
    tree = repo({"a": "1"}, commit=False)
    for day in (600, 300, 20, 10):
        commit(tree.root, at=days(day))
    git(tmp_path, "clone", "-q", "--depth", "3", tree.root.as_uri(), "clone")
    value = read(scope, Tree.open(tmp_path / "clone"))
    assert value["commits_90d"] == 2
    assert "bus_factor" not in value


def test_a_commit_from_the_future_is_not_believed(repo, commit, scope):
    tree = repo({"a": "1"})
    commit(tree.root, at=NOW + timedelta(days=4000))
    value = read(scope, Tree.open(tree.root))
    assert set(value) == {"shallow", "release_tags"}


def test_without_commits_there_is_no_activity_and_no_date(repo, scope):
    value = read(scope, repo({"a": "1"}, commit=False))
    assert value == {"shallow": False, "commits_90d": 0, "contributors_90d": 0, "release_tags": 0}


def test_the_newest_version_tag_dates_the_last_release(repo, commit, git, scope):
    tree = repo({"a": "1"}, commit=False)
    commit(tree.root, at=days(40))
    git(tree.root, "tag", "cart/v1.0.0")
    commit(tree.root, at=days(5))
    git(tree.root, "tag", "-a", "v1.1.0", "-m", "release", at=days(3))
    git(tree.root, "tag", "latest")
    value = read(scope, Tree.open(tree.root))
    assert (value["release_tags"], value["last_release_at"]) == (2, days(3))


def test_tags_that_a_clone_left_out_are_not_counted(repo, git, tmp_path, scope):
    tree = repo({"a": "1"})
    git(tree.root, "tag", "v1.0.0")
    git(tmp_path, "clone", "-q", "--no-tags", tree.root.as_uri(), "clone")
    assert "release_tags" not in read(scope, Tree.open(tmp_path / "clone"))


def test_the_last_change_of_a_file_is_that_of_its_newest_commit(repo, commit):
    odd = 'a b\nc/ü\t"x".md'
    tree = repo({odd: "1", "b": "1"}, commit=False)
    commit(tree.root, at=days(30))
    commit(tree.root, {odd: "2"}, at=days(20))
    commit(tree.root, {"c": "2"}, at=days(10))
    tree = Tree.open(tree.root)
    assert [tree.history.changed(path) for path in ("b", odd, "c")] == [days(30), days(20), days(10)]
    (tree.root / "fresh").write_text("")
    assert Tree.open(tree.root).history.changed("fresh") is None


@pytest.mark.parametrize(
    "name", ["v1.2", "1.2.3", "v2.0.0-rc.1+b.5", "cart/v1.2.3", "@a/b@1.2.3", "chart-1.2.3", "2026-11-23", "v3"]
)
def test_names_of_versions(name):
    assert Tag(name, None).names_version


@pytest.mark.parametrize("name", ["latest", "nightly", "prod", "build-12", "before-merge", "v"])
def test_names_that_are_no_versions(name):
    assert not Tag(name, None).names_version


@pytest.mark.parametrize(
    "bot",
    [
        "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
        "Mend Renovate <bot@renovateapp.com>",
        "GitHub Actions <actions@github.com>",
        "semantic-release-bot <semantic-release-bot@martynus.net>",
        "pre-commit-ci[bot] <66853113+pre-commit-ci[bot]@users.noreply.github.com>",
        "ShopBot <shop-team@example.org>",
        "Shop Bot <77840495+shopbot@users.noreply.github.com>",
        "k8s robot <k8s@example.org>",
        "Release Automation <release@example.org>",
        "someone <ci@example.org>",
    ],
)
def test_bots_do_not_count_as_people(repo, commit, scope, bot):
    tree = repo({"a": ""})
    for number in range(3):
        commit(tree.root, {"a": f"{number}"}, author=bot)
    commit(tree.root, {"a": "z"}, author="Bert <bert@example.org>")
    commit(tree.root, {"a": "y"}, author="Ruben Bot <ruben@example.org>")
    value = read(scope, Tree.open(tree.root))
    assert (value["contributors_90d"], value["bus_factor"]) == (3, 2)


def test_one_person_who_writes_the_name_in_two_ways_is_one(repo, commit, scope):
    tree = repo({"a": ""})
    for number in range(4):
        commit(tree.root, {"a": f"{number}"}, author="Zoé Otwell <zoe@example.org>")
        commit(tree.root, {"a": f"{number}+"}, author="zoeotwell <463230+zoeotwell@users.noreply.github.com>")
    value = read(scope, Tree.open(tree.root))
    assert (value["contributors_90d"], value["bus_factor"]) == (2, 1)
