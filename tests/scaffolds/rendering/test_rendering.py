"""Rendering by the real process: what is made, and how what is wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.scaffolds.rendering.conftest import Write

from greenboard.core.errors import UserError
from greenboard.scaffolds.rendering import Recorded, recorded, render

FILES = {
    "{{ name }}/a.txt.jinja": "Hello {{ name }}\n",
    "{% if name == 'x' %}b.txt{% endif %}": "b",
    "run.sh": "#!/bin/sh\n",
}


def test_it_renders_and_remembers(write: Write, tmp_path: Path) -> None:
    copier = (
        "_subdirectory: template\n_secret_questions: [key]\nname: shop\nkey: secret\nslug: {default: s, when: false}\n"
    )
    scaffold = write(FILES, copier=copier)
    (scaffold.folder / "template" / "run.sh").chmod(0o755)
    made = render(scaffold, {"key": "hush"}, tmp_path / "made" / "it")
    assert made.files == (".copier-answers.yml", "run.sh", "shop/a.txt")
    assert (made.folder / "shop" / "a.txt").read_text() == "Hello shop\n"
    assert (made.folder / "run.sh").stat().st_mode & 0o111
    assert (made.answers, recorded(made.folder)) == ({"name": "shop"}, (Recorded("try", "1.0.0", {"name": "shop"}),))
    assert "hush" not in (made.folder / ".copier-answers.yml").read_text()
    assert render(scaffold, {}, tmp_path / "again").digest == made.digest


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a.txt.jinja": "one\n{% if %}\n"}, "try/template/a.txt.jinja:2: rendering failed: "),
        pytest.param(
            {"b.txt.jinja": "one\ntwo\n{{ nothing.at.all }}\n"},
            "try/template/b.txt.jinja:3: rendering failed: 'nothing' is",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"c.txt.jinja": "{{ 1 / 0 }}"},
            "try/template/c.txt.jinja:1: rendering failed: division by zero",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_mistake_in_a_template_has_its_place(write: Write, tmp_path: Path, files: dict[str, str], told: str) -> None:
    with pytest.raises(UserError) as refused:
        render(write({"first.txt": "first", **files}), {}, tmp_path / "made")
    assert str(refused.value).startswith(told)
    assert not (tmp_path / "made").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["scaffolds"]


def test_an_answer_that_is_not_valid_is_told(write: Write, tmp_path: Path) -> None:
    copier = "_subdirectory: template\nname: {type: str, validator: '{% if name != \"x\" %}it has to be x{% endif %}', default: x}\n"
    with pytest.raises(UserError, match=r"'name'.*it has to be x"):
        render(write({}, copier=copier), {"name": "y"}, tmp_path / "made")


def test_answers_that_nobody_asks_for_and_missing_ones_are_refused(write: Write, tmp_path: Path) -> None:
    scaffold = write({}, copier="_subdirectory: template\nname: {type: str}\n")
    with pytest.raises(UserError) as refused:
        render(scaffold, {"nam": "x"}, tmp_path / "made")
    assert "asks nothing called 'nam'. Did you mean 'name'?" in str(refused.value)
    assert "the question 'name' needs an answer" in str(refused.value)


def test_a_folder_with_something_in_it_is_left_alone(write: Write, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is something already"):
        render(write({}), {}, tmp_path)


@pytest.mark.slow
def test_what_copier_brings_under_another_licence_is_not_loaded(write: Write, tmp_path: Path) -> None:
    ours = write({"a.txt.jinja": "{{ [1]|to_json }} {{ 'a'|b64encode }}"})
    assert (render(ours, {}, tmp_path / "made").folder / "a.txt").read_text() == "[1] YQ=="
    theirs = write({"a.txt.jinja": "{{ 'x'|win_basename }}"}, at="other")
    with pytest.raises(UserError, match="No filter named 'win_basename'"):
        render(theirs, {}, tmp_path / "none")
