"""Shell text of pipelines into calls of programs."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from greenboard.core import yaml
from greenboard.repository.ci import github, gitlab, others
from greenboard.repository.ci.launchers import container, launch
from greenboard.repository.ci.makefile import Makefile
from greenboard.repository.ci.shell import split
from greenboard.repository.ci.tox import environments
from greenboard.repository.tree import Tree


def calls(text):
    return [" ".join(simple.words) for simple in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a; b && c || d | e", ["a", "b", "c", "d", "e"]),
        ("a \\\n  b", ["a b"]),
        ("echo 'x; y' # pytest", ["echo x; y"]),
        ("CI=1 sudo -E make test", ["make test"]),
        ("timeout 60 go test", ["go test"]),
        ("bash -c 'go test && go vet'", ["go test", "go vet"]),
        ("cat <<EOF > x\npytest\nEOF\nls", ["cat", "ls"]),
        ("x=$(make version)", ["make version"]),
        ("for p in a b; do\ntest $p\ndone", ["test a", "test b"]),
        ("if [[ -n $A && $B == c ]]; then run; fi", ["[[ -n $A", "run"]),
        ("build() {\n  make\n}\nbuild", ["make"]),
        ("a >> $OUT 2>&1", ["a"]),
    ],
)
def test_a_text_becomes_its_calls(text, expected):
    assert calls(text) == expected


def test_cd_moves_the_calls_after_it():
    folders = [simple.folder for simple in split("a\ncd x/y\nb\ncd ..\nc\ncd $Z\nd\n")]
    assert folders == ["", "x/y", "x", None]


def test_a_call_knows_its_line():
    assert [simple.line for simple in split("a\n\nb \\\n c\nd")] == [0, 2, 4]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("npx --yes jest", "jest"),
        ("python -m pytest -q", "pytest -q"),
        ("poetry run python -m coverage run -m pytest", "pytest"),
        ("uv run --with tox tox -e lint", "tox -e lint"),
        ("php artisan test", "artisan test"),
        ("bundle exec rspec", "rspec"),
    ],
)
def test_launchers_are_dropped(words, expected):
    assert " ".join(launch(tuple(words.split()))) == expected


def test_a_container_gives_its_image_and_command():
    assert container(tuple(["docker", "run", "--rm", "-v", ".:/x", "-e", "A=b", "aquasec/trivy:1", "fs", "."])) == (
        "aquasec/trivy:1",
        ("fs", "."),
    )
    assert container(tuple(["docker", "compose", "-f", "ci.yml", "run", "--rm", "app", "pytest"])) == (
        "app",
        ("pytest",),
    )
    assert container(("docker", "build", ".")) is None


def test_a_makefile_gives_prerequisites_before_the_goal():
    makefile = Makefile("GO ?= go\ntest: lint\n\t@$(GO) test ./...\nlint:\n\tgo vet\n", {})
    assert makefile.recipe(["test"]) == [(5, "go vet"), (3, "go test ./...")]
    assert makefile.recipe(["absent"]) is None


@given(text=some.text(alphabet="abc $(){}[]<>|&;'\"\\\n\t#=-/`@!for do done in cd", max_size=120))
def test_any_text_is_split_without_a_crash(text):
    for simple in split(text):
        assert all(simple.words)
        assert launch(simple.words)
        container(simple.words)


@given(text=some.text(alphabet="ab:$()=\t\n%.\\ include", max_size=120))
def test_any_makefile_is_read_without_a_crash(text):
    Makefile(text, {}).recipe([])


@given(text=some.text(alphabet="[]=\n testenv:commands{}posargs-", max_size=120))
def test_any_tox_file_is_read_without_a_crash(text):
    environments("tox.ini", text, [])
    environments("tox.toml", text, ["a"])


_JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=6),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(
                [
                    "jobs",
                    "steps",
                    "run",
                    "uses",
                    "with",
                    "on",
                    "script",
                    "stages",
                    "step",
                    "name",
                    "image",
                    "include",
                    "matrix",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=50, deadline=None)
@given(
    data=some.dictionaries(
        some.sampled_from(["jobs", "steps", "workflows", "script", "pipelines", "stages", "pipeline"]),
        _JSON,
        max_size=4,
    )
)
@pytest.mark.parametrize(
    "system", [others.circleci, others.azure, others.buildkite, others.travis, others.drone, others.bitbucket]
)
def test_any_pipeline_is_read_without_a_crash(system, data):
    system(yaml.Document(data, "ci.yml"))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return Tree.open(folder)


@settings(max_examples=50, deadline=None)
@given(jobs=_JSON, on=_JSON, permissions=_JSON)
def test_any_workflow_is_read_without_a_crash(tree, jobs, on, permissions):
    document = yaml.Document({"jobs": jobs, True: on, "permissions": permissions}, "ci.yml")
    calendar = github._Calendar({"ci.yml": document}, "main")
    assert github._workflow(tree, document, calendar).system == "github-actions"


@settings(max_examples=50, deadline=None)
@given(data=some.dictionaries(some.sampled_from([".a", "b", "include", "default", "workflow"]), _JSON, max_size=4))
def test_any_gitlab_pipeline_is_read_without_a_crash(tree, data):
    config = gitlab._Config(tree)
    document = yaml.Document(data, ".gitlab-ci.yml")
    config.include(document, 0)
    config.jobs = {name: (document, value) for name, value in data.items() if isinstance(value, dict)}
    config.pipeline(".gitlab-ci.yml")
