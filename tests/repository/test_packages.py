"""Packages by name and version: of lock files that say all of them, and of bills of materials."""

# ruff: noqa: E501, RUF100 (one case a line)

import pytest
from tests.repository import samples_of_reports as samples

from greenboard.repository.readers.packages import READER
from greenboard.repository.reports.formats.cyclonedx import cyclonedx_json
from greenboard.repository.reports.formats.cyclonedx_xml import cyclonedx_xml
from greenboard.repository.reports.formats.spdx import spdx_json
from greenboard.repository.reports.formats.spdx_tags import spdx_tags
from greenboard.repository.types import Found, Missed


def read(scope, tree):
    return list(READER.read(scope(tree, "")))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"package.json": '{"dependencies": {"a": "^1"}}', "package-lock.json": '{"packages": {"": {}, "node_modules/@s/a": {"version": "1.0.0"}, '
          '"node_modules/x": {"name": "real", "version": "2.0.0"}, "node_modules/own": {"link": true}}}'},
         ["pkg:npm/%40s/a@1.0.0", "pkg:npm/real@2.0.0"]),
        ({"package.json": '{"dependencies": {"a": "^1"}}', "package-lock.json": '{"dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}}}}'},
         ["pkg:npm/a@1.0.0", "pkg:npm/b@2.0.0"]),
        ({"package.json": '{"dependencies": {"a": "^1"}}', "yarn.lock": '# yarn lockfile v1\n\n"a@^1", a@1:\n  version "1.0.0"\n\n"x@npm:@s/b@^2":\n  version "2.1.0"\n'},
         ["pkg:npm/%40s/b@2.1.0", "pkg:npm/a@1.0.0"]),
        ({"package.json": '{"dependencies": {"a": "^1"}}', "yarn.lock": '__metadata:\n  version: 8\n\n"a@npm:^1":\n  version: 1.2.0\n\n"shop@workspace:.":\n  version: 0.0.0-use.local\n'},
         ["pkg:npm/a@1.2.0"]),
        ({"package.json": '{"dependencies": {"a": "^1"}}', "pnpm-lock.yaml": "lockfileVersion: '9.0'\n\npackages:\n\n  '@s/a@1.0.0':\n    x: y\n  b@2.0.0(a@1.0.0):\n    x: y\n  /c/3.0.0_b@2:\n    x: y\n  d@file:../d:\n    x: y\n"},
         ["pkg:npm/%40s/a@1.0.0", "pkg:npm/b@2.0.0", "pkg:npm/c@3.0.0"]),
        ({"pyproject.toml": '[project]\nname="x"\ndependencies=["rich"]\n', "uv.lock": '[[package]]\nname="x"\nversion="1"\nsource={editable="."}\n[[package]]\nname="Rich"\nversion="13.0+local"\n'},
         ["pkg:pypi/rich@13.0%2Blocal"]),
        ({"Pipfile": '[packages]\nrich="*"\n', "Pipfile.lock": '{"default": {"rich": {"version": "==13.0"}}}'}, ["pkg:pypi/rich@13.0"]),
        ({"requirements.txt": "rich==13.0 \\\n    --hash=sha256:00\n"}, ["pkg:pypi/rich@13.0"]),
        ({"build.gradle": "", "gradle.lockfile": "# x\ng.h:a:1=compile\nempty=\n"}, ["pkg:maven/g.h/a@1"]),
        ({"go.mod": "module x\n\ngo 1.22\n\nrequire a.b/c v1.0.0\nrequire d.e/f v1.0.0\nreplace d.e/f => g.h/i v2.0.0\n", "go.sum": ""},
         ["pkg:golang/a.b/c@v1.0.0", "pkg:golang/g.h/i@v2.0.0"]),
        ({"Cargo.toml": '[dependencies]\na="1"\n', "Cargo.lock": '[[package]]\nname="me"\nversion="0"\n[[package]]\nname="a"\nversion="1.0.1"\nsource="r"\n'}, ["pkg:cargo/a@1.0.1"]),
        ({"x.csproj": '<Project><ItemGroup><PackageReference Include="A" Version="1.0.0"/></ItemGroup></Project>',
          "packages.lock.json": '{"dependencies": {"net8.0": {"A": {"type": "Direct", "resolved": "1.0.0"}, "own": {"type": "Project"}}}}'}, ["pkg:nuget/A@1.0.0"]),
        ({"Gemfile": "", "Gemfile.lock": "GEM\n  specs:\n    rack (3.0.1)\n      x (>= 1)\n    nokogiri (1.16.0-x86_64-linux)\n\nDEPENDENCIES\n  rack\n"},
         ["pkg:gem/nokogiri@1.16.0", "pkg:gem/rack@3.0.1"]),
        ({"composer.json": '{"require": {"a/b": "^1"}}', "composer.lock": '{"packages": [{"name": "a/b", "version": "v1.2.3"}], "packages-dev": []}'}, ["pkg:composer/a/b@1.2.3"]),
    ],
)  # fmt: skip
def test_a_lock_file_says_which_packages_are_installed(scope, repo, files, expected):
    (said,) = read(scope, repo(files))
    assert isinstance(said, Found)
    assert [url for item in said.value for url in item["urls"]] == expected


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": '{"dependencies": {"a": "1.0.0"}}'},
        {"package.json": '{"dependencies": {"a": "1.0.0"}}', "package-lock.json": "{"},
        {"requirements.txt": "rich==13.0\n"},
        {"go.mod": "module x\n\ngo 1.16\n\nrequire a.b/c v1.0.0\n"},
        {"package.json": '{"dependencies": {"a": "^1"}}', "package-lock.json": '{"packages": {"node_modules/a": {"version": "1"}}}', "setup.py": "setup()"},
    ],
)  # fmt: skip
def test_where_one_manifest_lacks_what_is_installed_nothing_is_told_of_any(scope, repo, files):
    (said,) = read(scope, repo(files))
    assert isinstance(said, Missed)
    assert said.type == "packages"


def test_a_lock_file_that_two_manifests_share_is_told_once(scope, repo):
    lock = '{"packages": {"node_modules/a": {"version": "1.0.0"}}}'
    manifest = '{"dependencies": {"a": "^1"}}'
    (said,) = read(scope, repo({"package.json": manifest, "web/package.json": manifest, "package-lock.json": lock}))
    assert [item["file"] for item in said.value] == ["package-lock.json"]


def test_a_component_without_manifests_says_nothing(scope, repo):
    assert read(scope, repo({"README.md": "x"})) == []


def test_a_bill_says_the_packages_of_its_parts():
    url = "pkg:npm/%40acme/ui@1.0.0"
    assert cyclonedx_json(samples.CYCLONEDX.encode(), "bom.json").packages == (url,)
    assert cyclonedx_xml(samples.CYCLONEDX_XML.encode(), "bom.xml").packages == (url,)
    assert spdx_json(samples.SPDX.encode(), "x.spdx.json").packages == (url,)
    assert spdx_tags(samples.SPDX_TAGS.encode(), "x.spdx").packages == (url,)
