"""README, policy files and licences."""

from greenboard.repository.readers import license as licence
from greenboard.repository.readers import policy_file, readme
from greenboard.repository.types import Missed

MIT = """MIT License

Copyright (c) 2026 The Shop Authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def said(reader, scope):
    return list(reader.READER.read(scope))


def test_a_readme_is_read_with_its_dead_links_and_last_change(repo, scope):
    (found,) = said(readme, scope(repo({"readme.MD": "# Shop\nSee [here](gone.md)\n## Use\n"})))
    assert found.value["sections"] == ["Shop", "Use"]
    assert found.value["dead_links"] == ["gone.md"]
    assert found.value["last_changed_at"].year == 2026
    assert found.location == "readme.MD:1"


def test_the_readme_of_a_component_is_that_of_its_own_folder(repo, scope):
    tree = repo({"README.md": "# All", "cart/a.py": ""})
    (found,) = said(readme, scope(tree, "cart"))
    assert found.value == {"exists": False}


def test_translations_are_not_the_readme(repo, scope):
    (found,) = said(readme, scope(repo({"README.zh-CN.md": "# x", "docs/README.md": "# y"})))
    assert found.value["path"] == "docs/README.md"


def test_each_kind_of_policy_file_is_there_or_not(repo, scope):
    files = {".github/SECURITY.md": "mail us", "CONTRIBUTING.rst": "x", "CHANGELOG.md": " \n", "src/SUPPORT.md": "x"}
    (found,) = said(policy_file, scope(repo(files)))
    assert {item["kind"]: item.get("exists") for item in found.value} == {
        "security": True, "contributing": True, "code-of-conduct": None, "changelog": False, "support": None,
    }  # fmt: skip
    assert found.places["security"] == ".github/SECURITY.md:1"


def test_a_policy_file_that_cannot_be_read_is_neither_there_nor_not(repo, scope):
    tree = repo({"a": ""})
    (tree.root / "SECURITY.md").symlink_to("/etc/hostname")
    missed, found = said(policy_file, scope(type(tree).open(tree.root)))
    assert isinstance(missed, Missed)
    assert "exists" not in next(item for item in found.value if item["kind"] == "security")


def test_a_licence_is_known_by_its_text(repo, scope):
    (found,) = said(licence, scope(repo({"LICENSE.md": MIT.replace("SOFTWARE.\n", "SOFTWARE\n")})))
    assert found.value == {"exists": True, "path": "LICENSE.md", "spdx": "MIT"}


def test_an_unknown_text_and_a_shortened_one_have_no_identifier(repo, scope):
    (found,) = said(licence, scope(repo({"LICENSE": "You may look at it."})))
    assert found.value["spdx"] is None
    assert licence.identify(MIT[: len(MIT) // 2]) is None


def test_two_licences_go_together_as_the_manifest_says(repo, scope):
    other = "SPDX-License-Identifier: Apache-2.0\n"
    files = {"LICENSE-MIT": MIT, "LICENSE-APACHE": other}
    (found,) = said(licence, scope(repo(files)))
    assert found.value["spdx"] is None
    (found,) = said(licence, scope(repo(files | {"Cargo.toml": '[package]\nlicense = "MIT OR Apache-2.0"\n'})))
    assert found.value["spdx"] == "MIT OR Apache-2.0"


def test_without_a_file_the_manifest_may_name_the_licence(repo, scope):
    (found,) = said(licence, scope(repo({"package.json": '{"license": "ISC"}', "license.go": "package x"})))
    assert found.value == {"exists": False, "spdx": "ISC"}
    (found,) = said(licence, scope(repo({"package.json": '{"license": "Ours, all ours"}'})))
    assert found.value == {"exists": False, "spdx": None}


def test_where_no_organisation_supplies_policy_files_they_are_known_to_be_absent(repo, scope):
    (found,) = said(policy_file, scope(repo({".gitlab-ci.yml": "", "RELEASE.md": "How we release."})))
    assert {item["kind"] for item in found.value if item["exists"] is False} == set(policy_file._KINDS)


def test_a_page_about_security_in_the_documentation_is_no_policy(repo, scope):
    (found,) = said(policy_file, scope(repo({"docs/security.md": "TLS is configured as follows."})))
    assert "exists" not in found.value[0]
    (found,) = said(policy_file, scope(repo({"docs/security.md": "Report holes to us."})))
    assert found.value[0]["exists"] is True
