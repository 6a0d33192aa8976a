"""Packages of each ecosystem: how many, how firmly fixed, and what cannot be known."""

# ruff: noqa: E501, RUF100 (one case a line)

import pytest

from greenboard.repository.readers.dependency import READER
from greenboard.repository.types import Found, Missed

LOCK = """{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {}, "node_modules/b": {"deprecated": "x"},
"node_modules/a/node_modules/c": {}, "node_modules/local": {"link": true}}}"""


def read(scope, tree, path="", languages=()):
    said = list(READER.read(scope(tree, path, languages=languages)))
    found = [item for one in said if isinstance(one, Found) for item in one.value]
    return {item["manifest"]: {key: part for key, part in item.items() if part is not None} for item in found}, [
        one for one in said if isinstance(one, Missed)
    ]


def counts(item):
    return tuple(item.get(key) for key in ("direct", "total", "pinned", "unpinned", "lock_file"))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"package.json": '{"dependencies": {"a": "^1.0.0", "b": "1.2.3"}}'}, (2, None, 1, 1, False)),
        ({"package.json": '{"dependencies": {"a": "^1"}, "devDependencies": {"b": "*"}}', "package-lock.json": LOCK}, (2, 3, 2, 0, True)),
        ({"package.json": '{"dependencies": {"a": "^1", "w": "workspace:*"}}',
          "yarn.lock": '# yarn lockfile v1\n\n"a@^1", a@1:\n  version "1.0.0"\n\nb@2:\n  version "2"\n'}, (1, 2, 1, 0, True)),
        ({"package.json": '{"dependencies": {"a": "^1"}}',
          "yarn.lock": '__metadata:\n  version: 8\n\n"a@npm:^1":\n  version: 1\n\n"shop@workspace:.":\n  version: 0\n'}, (1, 1, 1, 0, True)),
        ({"package.json": '{"dependencies": {"@s/a": "^1", "z": "^1"}}',
          "pnpm-lock.yaml": "lockfileVersion: '9.0'\n\npackages:\n\n  '@s/a@1.0.0':\n    resolution: {}\n\n  b@2.0.0:\n    x: y\n"}, (2, 2, 1, 1, True)),
        ({"pyproject.toml": '[project]\nname="x"\ndependencies=["Django==5.2", "rich>=13"]\n'}, (2, None, 1, 1, False)),
        ({"pyproject.toml": '[project]\nname="x"\ndependencies=["rich>=13"]\n[dependency-groups]\ndev=["pytest"]\n',
          "uv.lock": '[[package]]\nname="x"\nsource={editable="."}\n[[package]]\nname="rich"\n[[package]]\nname="pytest"\n[[package]]\nname="pygments"\n'},
         (2, 3, 2, 0, True)),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython="^3.11"\nrich="13.0.1"\nattrs="^23"\n'}, (2, None, 1, 1, False)),
        ({"requirements.txt": "-r other.txt\nrich==13.0  # nice\nattrs>=2 ; python_version > '3'\n-e .\n"}, (2, None, 1, 1, False)),
        ({"requirements.txt": "rich==13.0 \\\n    --hash=sha256:00\nattrs==2 --hash=sha256:11\n"}, (2, 2, 2, 0, True)),
        ({"requirements.in": "rich\n", "requirements.txt": "rich==13\n    # via -r requirements.in\npygments==2\n"}, (1, 2, 1, 0, True)),
        ({"Pipfile": '[packages]\nrich="*"\n', "Pipfile.lock": '{"default": {"rich": {}, "pygments": {}}}'}, (1, 2, 1, 0, True)),
        ({"setup.cfg": "[options]\ninstall_requires =\n  rich\n  attrs==2\n", "setup.py": "setup()"}, (2, None, 1, 1, False)),
        ({"pom.xml": "<project xmlns='m'><properties><v>1.2</v></properties><dependencies><dependency><groupId>g</groupId>"
                     "<artifactId>a</artifactId><version>${v}</version></dependency><dependency><groupId>g</groupId>"
                     "<artifactId>b</artifactId><version>[1,2)</version></dependency></dependencies></project>"}, (2, None, 1, 1, False)),
        ({"pom.xml": "<project><parent><groupId>p</groupId><artifactId>p</artifactId><version>3.1.0</version></parent><dependencies>"
                     "<dependency><groupId>g</groupId><artifactId>a</artifactId></dependency></dependencies></project>"}, (1, None, 1, 0, True)),
        ({"gradle/libs.versions.toml": '[versions]\nk="1.0"\n[libraries]\na={module="g:a", version.ref="k"}\nb="g:b:1.+"\n'}, (2, None, 1, 1, None)),
        ({"build.gradle": "", "gradle.lockfile": "# x\ng:a:1=compile\ng:b:2=compile\nempty=\n"}, (None, 2, None, None, True)),
        ({"go.mod": "module x\n\ngo 1.22\n\nrequire (\n\ta.b/c v1.0.0\n\td.e/f v1.0.0 // indirect\n)\nrequire l v0.0.0\nreplace l => ../l\n",
          "go.sum": ""}, (1, 2, 1, 0, True)),
        ({"Cargo.toml": '[dependencies]\na="1"\nb={path="../b"}\n[target."cfg(unix)".dependencies]\nc="=2.0"\n'}, (2, None, 1, 1, False)),
        ({"Cargo.toml": '[dependencies]\na="1"\n', "Cargo.lock": '[[package]]\nname="me"\n[[package]]\nname="a"\nsource="r"\n[[package]]\nname="z"\nsource="r"\n'},
         (1, 2, 1, 0, True)),
        ({"x.csproj": '<Project><ItemGroup><PackageReference Include="A" Version="1.0.0"/><PackageReference Include="B" Version="1.*"/></ItemGroup></Project>'},
         (2, None, 1, 1, False)),
        ({"src/x.csproj": '<Project><ItemGroup><PackageReference Include="A"/></ItemGroup></Project>',
          "Directory.Packages.props": '<Project><ItemGroup><PackageVersion Include="A" Version="1.0.0"/></ItemGroup></Project>',
          "src/packages.lock.json": '{"dependencies": {"net8.0": {"A": {"type": "Direct"}, "B": {"type": "Transitive"}}}}'}, (1, 2, 1, 0, True)),
        ({"Gemfile": "gem 'a'", "Gemfile.lock": "GEM\n  specs:\n    a (1.0)\n      b\n    b (2.0)\n\nDEPENDENCIES\n  a (~> 1)\n"}, (1, 2, 1, 0, True)),
        ({"Gemfile": "gem 'a'"}, (None, None, None, None, False)),
        ({"composer.json": '{"require": {"php": "^8", "ext-x": "*", "a/b": "^1"}}',
          "composer.lock": '{"packages": [{"name": "a/b"}, {"name": "c/d"}]}'}, (1, 2, 1, 0, True)),
    ],
)  # fmt: skip
def test_packages_are_counted(repo, scope, files, expected):
    found, missed = read(scope, repo(files))
    assert [counts(item) for item in found.values()] == [expected]
    assert not missed


@pytest.mark.parametrize(("stated", "locked"), [("rich>=13", True), ("attrs", False)])
def test_files_with_hashes_lock_what_they_name_whole_or_not(repo, scope, stated, locked):
    tree = repo(
        {
            "pyproject.toml": f'[project]\nname="x"\ndependencies=["{stated}"]\n[dependency-groups]\ndev=["pytest"]\n',
            "requirements/run.txt": "rich==13 --hash=sha256:00\n",
            "requirements/dev.txt": "pytest==9 --hash=sha256:00\n",
        }
    )
    found, missed = read(scope, tree)
    assert counts(found["pyproject.toml"]) == ((2, 2, 2, 0, True) if locked else (2, None, 0, 2, False))
    assert not missed


def test_a_lock_at_the_root_of_a_workspace_serves_its_members(repo, scope):
    tree = repo(
        {"packages/x/package.json": '{"dependencies": {"a": "^1"}}', "package-lock.json": LOCK, "package.json": "{}"}
    )
    found, _ = read(scope, tree, "packages/x")
    assert counts(found["packages/x/package.json"]) == (1, 3, 1, 0, True)


def test_withdrawn_packages_are_told_when_the_lock_names_them(repo, scope):
    found, _ = read(scope, repo({"package.json": '{"dependencies": {"a": "1"}}', "package-lock.json": LOCK}))
    assert found["package.json"]["deprecated"] == 1


@pytest.mark.parametrize(
    ("files", "location"),
    [
        ({"package.json": '{"a": 1,,}'}, "package.json:1:9"),
        ({"package.json": '{"dependencies": {"a": "1"}}', "package-lock.json": "<<<<"}, "package-lock.json:1:1"),
        ({"setup.py": "from setuptools import setup\nsetup()"}, "setup.py"),
        ({"build.gradle.kts": "dependencies { }"}, "build.gradle.kts"),
        ({"pom.xml": "<project>"}, "pom.xml:1:10"),
        ({"pom.xml": '<!DOCTYPE x [<!ENTITY a "b">]><project>&a;</project>'}, "pom.xml"),
        ({"requirements.txt": "a==1\nnot a thing\n"}, "requirements.txt:2"),
        ({"pyproject.toml": '[project]\nname="x"\ndynamic=["dependencies"]\n'}, "pyproject.toml"),
        ({"go.mod": b"\xff"}, "go.mod:1:1"),
    ],
)
def test_what_cannot_be_known_is_missed_with_its_place(repo, scope, files, location):
    found, missed = read(scope, repo(files))
    assert found == {}
    assert [one.location for one in missed] == [location]


def test_examples_tests_and_modules_named_setup_do_not_count(repo, scope):
    tree = repo(
        {
            "examples/package.json": '{"dependencies": {"a": "1"}}',
            "tests/requirements.txt": "a",
            "x/setup.py": "",
            "x/__init__.py": "",
        }
    )
    assert read(scope, tree, languages=("python",)) == ({}, [])


def test_no_packages_at_all_is_stated_only_where_the_language_has_none(repo, scope):
    tree = repo({"main.tf": ""})
    assert [one.value for one in READER.read(scope(tree, languages=("terraform",)))] == [[]]
    assert list(READER.read(scope(tree, languages=("c",)))) == []


def said_nothing_is_there(scope, tree, path, *languages):
    return [one.value for one in READER.read(scope(tree, path, languages=languages))] == [[]]


@pytest.mark.parametrize("language", ["python", "go", "javascript", "terraform"])
def test_a_component_without_any_manifest_consumes_nothing(repo, scope, language):
    assert said_nothing_is_there(scope, repo({"job/run.x": "", "job/Dockerfile": "FROM x"}), "job", language)


def test_a_manifest_that_names_no_package_is_none_the_less_understood(repo, scope):
    assert said_nothing_is_there(scope, repo({"package.json": '{"name": "x"}', "a.js": ""}), "", "javascript")


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "rich\n"},
        {"cmd/go.mod": "module x"},
        {"cmd/job/Package.swift": ""},
        {"cmd/job/BUILD.bazel": ""},
        {"cmd/job/pom.xml": "<project><parent/></project>"},
        {"cmd/job/run.py": "# /// script\n# dependencies = ['rich']\n# ///\n"},
    ],
)
def test_nothing_is_said_where_something_else_may_name_its_packages(repo, scope, files):
    tree = repo({"cmd/job/a.py": ""} | files)
    assert not [one for one in READER.read(scope(tree, "cmd/job", languages=["python"])) if isinstance(one, Found)]


def test_nothing_is_said_of_languages_with_packages_of_their_own(repo, scope):
    assert list(READER.read(scope(repo({"a.ex": ""}), "", languages=["elixir"]))) == []
