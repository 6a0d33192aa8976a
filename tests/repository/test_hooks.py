"""Checks before a commit, and scanners of secrets."""

from __future__ import annotations

import pytest

from greenboard.facts import vocabulary
from greenboard.repository.readers import pre_commit, secret_scanning
from greenboard.repository.types import Found, Missed

VOCABULARY = vocabulary.load()
CONFIG = "repos:\n- repo: x\n  rev: v1\n  hooks:\n  - id: ruff\n  - id: gitleaks\n"
CI = "on: push\njobs:\n  a:\n    steps:\n    - uses: {}\n"


@pytest.fixture
def look(repo, scope):
    def read(reader, files):
        said = list(reader.READER.read(scope(repo(files))))
        found = [each for each in said if isinstance(each, Found)]
        for each in found:
            VOCABULARY.normalise(each.type, each.value)
        return (found[0].value if found else None), [each for each in said if isinstance(each, Missed)]

    return read


@pytest.mark.parametrize(
    ("path", "text", "tool", "hooks"),
    [
        (".pre-commit-config.yaml", CONFIG, "pre-commit", ["ruff", "gitleaks"]),
        (
            ".husky/pre-commit",
            '#!/bin/sh\n. "$(dirname -- "$0")/_/husky.sh"\nnpx lint-staged\n',
            "husky",
            ["npx lint-staged"],
        ),
        ("lefthook.yml", "pre-commit:\n  commands:\n    lint: {run: ruff check}\n", "lefthook", ["lint"]),
        ("package.json", '{"lint-staged": {"*.js": "eslint"}}', "lint-staged", ["eslint"]),
        (".lintstagedrc", "'*.py': ruff\n", "lint-staged", ["ruff"]),
        (".overcommit.yml", "PreCommit:\n  RuboCop: {enabled: true}\n", "overcommit", ["RuboCop"]),
    ],
)
def test_each_runner_is_found_with_its_hooks(look, path, text, tool, hooks):
    found, missed = look(pre_commit, {path: text})
    assert not missed
    assert found == [{"tool": tool, "path": path, "hooks": hooks}]


def test_nothing_found_says_nothing(look):
    assert look(pre_commit, {"main.py": ""}) == (None, [])
    assert look(secret_scanning, {"main.py": ""}) == (None, [])


def test_a_broken_configuration_is_told(look):
    found, missed = look(pre_commit, {".pre-commit-config.yaml": "repos: [\n"})
    assert found is None
    assert missed[0].location.startswith(".pre-commit-config.yaml:2")


def test_a_hook_enforces_the_search_for_secrets(look):
    found, _ = look(secret_scanning, {".pre-commit-config.yaml": CONFIG})
    assert found == [{"tool": "gitleaks", "path": ".pre-commit-config.yaml", "enforced": True}]


def test_a_configuration_alone_enforces_nothing(look):
    assert look(secret_scanning, {".gitleaks.toml": ""})[0] == [{"tool": "gitleaks", "path": ".gitleaks.toml"}]
    checked = {".gitleaks.toml": "", ".github/workflows/a.yml": CI.format("actions/checkout@v4")}
    assert "enforced" not in look(secret_scanning, checked)[0][0]


def test_a_pipeline_enforces_the_search_for_secrets(look):
    found, _ = look(secret_scanning, {".github/workflows/a.yml": CI.format("gitleaks/gitleaks-action@v2")})
    assert found == [{"tool": "gitleaks", "path": ".github/workflows/a.yml", "enforced": True}]
