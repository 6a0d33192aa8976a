"""Trees that are odd, broken or meant to do harm: never a traceback, never a fact that is not so."""

import os
from datetime import UTC, datetime

import pytest

from greenboard.core.errors import UserError
from greenboard.facts import vocabulary
from greenboard.repository import collect
from greenboard.repository.tree import Tree, Unreadable

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
VOCABULARY = vocabulary.load()
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join(['*a' + str(n - 1)] * 9)}]\n" for n in range(1, 12)
)
YAML = (
    "greenboard.yaml", "catalog-info.yaml", "pnpm-workspace.yaml", ".github/dependabot.yml", ".github/workflows/ci.yml",
    ".gitlab-ci.yml", "chart/Chart.yaml", "chart/values.yaml", "docker-compose.yml", "openapi.yaml", "slo.yaml",
    "kustomization.yaml", "prometheus/rules.yaml", "template.yaml", ".pre-commit-config.yaml", "mkdocs.yml",
)  # fmt: skip
OTHERS = (
    "package.json", "package-lock.json", "composer.json", "renovate.json", "nx.json", "openapi.json", "dashboard.json",
    "report.sarif", "bom.json", "pyproject.toml", "Cargo.toml", "Pipfile", "pom.xml", "x.csproj", "junit.xml", "main.tf",
    "README.md", "docs/a.rst", "Dockerfile", "go.mod", "settings.gradle", "requirements.txt", "CODEOWNERS", "LICENSE",
    "schema.graphql", "api.proto", "lcov.info",
)  # fmt: skip


def look(tree):
    return collect.look(tree.root, now=NOW, vocabulary=VOCABULARY)


def types(seen):
    return {fact.type for fact in seen.facts}


def test_an_empty_repository_without_commits(repo):
    seen = look(repo({}, commit=False))
    assert seen.tree.commit == ""
    assert next(fact.value for fact in seen.facts if fact.type == "readme") == {"exists": False}


def test_a_detached_head_and_deleted_files(repo, git):
    tree = repo({"README.md": "# x", "gone.md": "x", "go.mod": ""})
    git(tree.root, "checkout", "-q", "--detach")
    (tree.root / "gone.md").unlink()
    seen = look(tree)
    assert not seen.tree.has("gone.md")
    assert "history" in types(seen)


def test_names_with_spaces_newlines_unicode_and_bytes_that_are_no_text(repo):
    tree = repo({"a b/ü\n\t'\"/README.md": "# x", "go.mod": ""})
    (tree.root / os.fsdecode(b"\xff\xfe.yaml")).write_bytes(b"kind: Deployment\napiVersion: apps/v1\n")
    seen = look(Tree.open(tree.root))
    assert "a b/ü\n\t'\"/README.md" in seen.tree.files


def test_links_out_of_the_tree_are_not_followed(repo, tmp_path):
    (tmp_path / "secret.md").write_text("# secret")
    tree = repo({"go.mod": ""})
    (tree.root / "README.md").symlink_to(tmp_path / "secret.md")
    (tree.root / "package.json").symlink_to("/etc/passwd")
    (tree.root / "docs").symlink_to(tmp_path)
    (tree.root / "loop.yaml").symlink_to("loop.yaml")
    seen = look(Tree.open(tree.root))
    assert "readme" not in types(seen)
    assert [gap.reason for gap in seen.gaps if gap.type == "readme"] == ["a link that leads out of the tree"]
    with pytest.raises(Unreadable):
        seen.tree.text("package.json")


@pytest.mark.parametrize(
    "name",
    ["README.md", "package.json", "package-lock.json", "CODEOWNERS", "LICENSE", "greenboard.yaml", "values.yaml"],
)
def test_a_file_of_200_mb_is_not_read(repo, name):
    tree = repo({"package.json": '{"dependencies": {"a": "1"}}', "index.js": ""})
    with (tree.root / name).open("wb") as file:
        file.truncate(200 * 2**20)
    seen = look(Tree.open(tree.root))
    assert name not in str([fact for fact in seen.facts if fact.type in ("readme", "dependency", "codeowners")])


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "{a: " * 1500,
        "a: &a [*a]",
        "\x00\x01",
        "a: 1\na: 2\n",
        "- !!python/object/apply:os.system ['touch harmed']\n",
        "? [a]\n: b\n",
        "a: 99999-99-99\nb: 0x_\nc: .inf\nd: 1e999\n",
    ],
    ids=["deep list", "deep map", "cycle", "control", "twice", "tag", "key", "scalars"],
)
def test_harmful_yaml_is_refused_in_every_place(repo, text):
    harmful = dict.fromkeys(YAML, text) | {"k8s/deploy.yaml": "apiVersion: v1\nkind: Deployment\n" + text}
    tree = repo(harmful | {"go.mod": "", "main.go": "package main"}, commit=False)
    seen = look(tree)
    assert not (tree.root / "harmed").exists()
    assert all(isinstance(problem, UserError) for problem in seen.problems)


@pytest.mark.parametrize("path", ["greenboard.yaml"])
def test_a_billion_laughs_are_refused_before_they_are_expanded(repo, path):
    seen = look(repo({path: LAUGHS}, commit=False))
    said = [str(problem) for problem in seen.problems] + [gap.reason for gap in seen.gaps]
    assert any("values once its aliases are expanded" in text for text in said)


@pytest.mark.parametrize(
    "content",
    [b"[" * 10_000, b'{"a":' * 5_000, b"\xff\xfe\x00", b"", b"<" * 1000, b"<a>" * 5_000, b"null", b"[1]",
     b'{"dependencies": []}', b"a = " + b"[" * 5000, b"=" * 10_000, b"[a](" * 5000, b"resource {" * 3000],
    ids=["lists", "maps", "bytes", "empty", "lt", "xml", "null", "list", "wrong", "toml", "equals", "links", "hcl"],
)  # fmt: skip
def test_harmful_files_of_other_kinds_are_survived(repo, content):
    seen = look(repo(dict.fromkeys(OTHERS, content) | {"main.c": ""}, commit=False))
    assert "history" in types(seen)


def test_a_submodule_is_not_part_of_the_tree(repo, git):
    inner, tree = repo({"README.md": "# inner"}), repo({"go.mod": ""})
    git(tree.root, "submodule", "add", "-q", str(inner.root), "lib")
    seen = look(Tree.open(tree.root))
    assert seen.tree.entries["lib"].module
    assert "lib/README.md" not in seen.tree.files


def test_a_linked_worktree_is_a_tree_of_its_own(repo, git, tmp_path):
    tree = repo({"README.md": "# x"})
    git(tree.root, "worktree", "add", "-q", str(tmp_path / "second"))
    assert "history" in types(look(Tree.open(tmp_path / "second")))


def test_settings_of_the_repository_run_no_program(repo, git):
    tree = repo({"README.md": "# x"})
    harm = f"touch {tree.root}/harmed"
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "gpg.program", "diff.external", "core.editor"):
        git(tree.root, "config", key, harm)
    git(tree.root, "config", "log.showSignature", "true")
    look(Tree.open(tree.root))
    assert not (tree.root / "harmed").exists()
