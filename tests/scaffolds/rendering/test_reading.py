"""The documents of a scaffold are read with the place of every mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.scaffolds.rendering.conftest import Write, folder

from greenboard.core import content
from greenboard.core.errors import UserError
from greenboard.scaffolds.rendering import library, read, schema
from greenboard.scaffolds.rendering.types import Choice

COPIER = """\
_subdirectory: template
_secret_questions: [token]
name: {type: str, help: Its name, validator: "{% if not name %}missing{% endif %}"}
tier: {type: int, default: 2, choices: {high: 1, low: 2}}
token: {type: str, default: ""}
kinds: {type: str, multiselect: true, choices: [a, b], default: [a]}
plain: true
slug: {default: "{{ name }}", when: false}
"""


def test_questions_are_typed(write: Write) -> None:
    found = write({}, copier=COPIER)
    asked = {question.name: question for question in found.questions}
    assert list(asked) == ["name", "tier", "token", "kinds", "plain", "slug"]
    assert (asked["name"].required, asked["name"].help, asked["name"].validator[:5]) == (True, "Its name", "{% if")
    assert asked["tier"].choices == (Choice(1, "high"), Choice(2, "low"))
    assert (asked["token"].secret, asked["kinds"].several, asked["plain"].type) == (True, True, "bool")
    assert (asked["slug"].asked, asked["slug"].templated) == (False, True)
    assert found.answers_file == ".copier-answers.yml"


def test_what_runs_code_is_named(write: Write) -> None:
    assert write({}, copier="_tasks: [echo]\n_jinja_extensions: [os]\n").unsafe == ("tasks", "jinja_extensions")


@pytest.mark.parametrize(
    ("copier", "told"),
    [
        ("name: {type: strin}\n", "copier.yml:1:8: name.type: input should be 'bool'"),
        ("a: 1\nname: {typ: str}\n", "copier.yml:2:8: name.typ: unknown field 'typ'"),
        ("_subdirectry: x\n", "copier.yml:1:1: Copier has no setting '_subdirectry'. Did you mean '_subdirectory'?"),
        ("'two words': {type: str}\n", "cannot be the name of a question"),
        ("token: {type: str, secret: true}\n", "a secret question needs a default"),
        ("!include other.yml\n", "those of other files (!include) are not read"),
        ("name: [\n", "copier.yml:2:1: "),
    ],
)
def test_a_mistake_among_the_questions_has_its_place(tmp_path: Path, copier: str, told: str) -> None:
    with pytest.raises(UserError) as refused:
        read(folder(tmp_path, {}, copier=copier))
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("owner: me\n", "scaffold.yaml:6:1: owner: unknown field 'owner'"),
        ("entity: {kind: servis}\n", "scaffold.yaml:6:10: entity.kind: no kind of the catalog"),
        ("parts: [none]\n", "part 'none': there is no such file"),
        ("tasks: [{title: Look}]\n", "scaffold.yaml:6:9: tasks.0.rule: field required"),
    ],
)
def test_a_mistake_in_the_scaffold_has_its_place(tmp_path: Path, more: str, told: str) -> None:
    with pytest.raises(UserError) as refused:
        read(folder(tmp_path, {}, more=more))
    assert told in str(refused.value)


def test_a_document_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    made = folder(tmp_path, {})
    (made / "copier.yml").unlink()
    (made / "copier.yml").symlink_to("/etc/passwd")
    with pytest.raises(UserError, match="there is no such file"):
        read(made)


def test_the_schema_in_the_library_is_current() -> None:
    assert content.library("schemas", schema.NAME).read_text(encoding="utf-8") == schema.text()


def test_what_ships_can_be_read() -> None:
    names = {one.name: one.makes for one in library()}
    assert {name for name, makes in names.items() if makes == "project"} == {
        "batch-job", "go-service", "java-service", "python-library", "python-service", "react-site", "terraform-module",
        "typescript-service",
    }  # fmt: skip
    assert {"runbook", "slo", "alert-rules", "kubernetes-base", "ci-github", "ci-gitlab", "catalog-descriptor"} <= set(
        names
    )


def test_a_default_is_made_of_what_was_asked_before() -> None:
    for scaffold in library():
        asked = set[str]()
        for question in scaffold.questions:
            read = set(re.findall(r"\{\{\s*(\w+)", str(question.default or "")))
            assert read <= asked, f"{scaffold.name}: {question.name}"
            asked.add(question.name)


def test_scaffolds_ask_the_same_thing_in_the_same_way() -> None:
    asked: dict[str, set[tuple[str, str]]] = {}
    for one in library():
        for question in one.questions:
            if question.asked and question.name != "runbook":
                asked.setdefault(question.name, set()).add((question.type, question.help))
    assert {name for name, ways in asked.items() if len(ways) > 1} == {"python"}
