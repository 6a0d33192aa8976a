"""`greenboard rule preview`: what a draft would change, over a real database; and that the rest needs none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests import installation
from tests.cli.conftest import COMMAND, Done

FACTS = """
import sys
from greenboard.project import running
from pathlib import Path
running.prepare(Path(sys.argv[1]), sample=False)
from datetime import timedelta
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.types import Fact, Source, SourceKind
at = clock.now() - timedelta(hours=1)
names = {"checkout": 91.0, "ledger": 72.0, "search": 12.0}
refs = {name: Ref("service", "default", name) for name in names}
catalog.save(Declared(tuple(Entity(ref, tier=2, lifecycle="production") for ref in refs.values()), ()), at, cause="t")
tool = Source(SourceKind.CONNECTION, "Codecov")
facts.record([Fact(refs[name], "coverage", {"line_pct": pct}, tool, at) for name, pct in names.items()], [], at)
"""
CARD = """
name: small
title: Small
levels: [{name: basic, title: Basic}]
rules:
  - {id: covered, item: A, title: Covered, why: w, fix: f, level: basic, expression: coverage.line_pct >= 50}
"""


def environment(folder: Path) -> dict[str, str]:
    return {**installation.kept(), **installation.own(folder)}


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three services."""
    folder = tmp_path_factory.mktemp("board")
    subprocess.run([sys.executable, "-c", FACTS, str(folder)], env=environment(folder), check=True)
    return folder


def preview(board: Path, *arguments: object) -> Done:
    words = [COMMAND, "rule", "preview", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, env=environment(board), timeout=120, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_draft_is_shown_beside_the_rule_in_force(board: Path) -> None:
    done = preview(board, "--rule", "cod-1-coverage", "--expression", "coverage.line_pct >= 80")
    assert done.code == 0, done.err
    assert "✓ pass                  1        2" in done.out
    assert "✕ fail                  2        1" in done.out
    assert "✓ pass → ✕ fail  ledger" in done.out
    assert "1 changed outcome\n" in done.out


def test_the_same_comes_as_json(board: Path) -> None:
    done = preview(board, "--rule", "cod-1-coverage", "--expression", "coverage.line_pct >= 80", "--format", "json")
    told = json.loads(done.out)
    assert (told["counts"]["pass"], told["before"]["pass"], told["changed"]["total"]) == (1, 2, 1)


def test_a_whole_scorecard_comes_from_a_file_and_a_fall_can_fail(board: Path, tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(CARD)
    done = preview(board, "--file", path, "--fail-on-worse")
    assert done.code == 0, done.err
    assert "Small: draft over 3 entities" in done.out
    assert "basic                   2        –" in done.out


def test_a_rule_in_a_file_leaves_the_rest_as_it_is(board: Path, tmp_path: Path) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text("id: cod-1-coverage\nexpression: |\n  coverage.line_pct >= 80\n")
    assert "1 changed outcome\n" in preview(board, "--file", path).out


def test_a_mistake_is_told_with_its_place_in_the_file(board: Path, tmp_path: Path) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text("id: cod-1-coverage\nexpression: coverage.line_pc >= 80\n")
    done = preview(board, "--file", path)
    assert done.code == 2
    assert f"{path}:2:22: coverage has no field 'line_pc'" in done.err
    assert "Did you mean 'line_pct'?" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name one draft"),
        (("--expression", "true"), "--expression needs --rule ID"),
        (("--rule", "x", "--expression", "true", "--scorecard", "none"), "no scorecard 'none'"),
        (("--file", "/nowhere/at/all.yaml"), "cannot be read"),
        (("--rule", "cod-1-coverage", "--expression", "1"), "must come to true or false"),
    ],
)
def test_what_cannot_be_meant_is_bad_input(board: Path, arguments: tuple[str, ...], said: str) -> None:
    done = preview(board, *arguments)
    assert done.code == 2
    assert said in done.err


@pytest.mark.slow
def test_a_level_that_falls_fails_when_asked(board: Path, tmp_path: Path) -> None:
    edit = """
import sys
from greenboard.project import setup
setup.django()
from greenboard.core import clock
from greenboard.facts.store import vocabulary
from greenboard.results import editing
from greenboard.scorecards import draft, store
card = store.standard("production-readiness", vocabulary())
for rule in card.rules:
    if rule.level == "bronze" or rule.id == "cod-1-coverage":
        parts = {"level": "bronze"} if rule.id == "cod-1-coverage" else {"enforcement": "draft"}
        change = editing.Change(card.name, rule.id, draft.fingerprint(rule), "t", clock.now())
        editing.save(change, parts, vocabulary())
"""
    folder = tmp_path / "board"
    subprocess.run([sys.executable, "-c", FACTS + edit, str(folder)], env=environment(folder), check=True)
    asked = ("--rule", "cod-1-coverage", "--expression", "coverage.line_pct >= 80")
    done = preview(folder, *asked, "--fail-on-worse")
    assert done.code == 1, done.out + done.err
    assert "▼ bronze → no level  ledger" in done.out
    assert preview(folder, *asked).code == 0


def test_an_empty_board_says_how_to_fill_it(tmp_path: Path) -> None:
    done = preview(tmp_path, "--rule", "cod-1-coverage", "--expression", "true")
    assert done.code == 2
    assert "greenboard collect" in done.err


@pytest.mark.parametrize("arguments", [["rule", "--help"], ["rule", "list"], ["rule", "test"]])
def test_what_needs_no_server_does_not_load_django(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom greenboard.project.main import group\n"
        f"group.main({arguments!r}, standalone_mode=False)\n"
        "assert 'django' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
