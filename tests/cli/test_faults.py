"""Faults of our own are told in two lines and end with 70."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import COMMAND, NOW, Repo, Run
from tests.cli.test_check import FILES

BROKEN = """
import sys
import greenboard.results.judge as judge
def fails(*_, **__):
    raise RuntimeError("a bug")
judge.judge = fails
from greenboard.project.main import main
main()
"""


@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_of_ours_ends_with_70_and_says_what_to_do(repo: Repo, debug: bool) -> None:
    options = ["--debug"] if debug else []
    command = [sys.executable, "-c", BROKEN, *options, "check", str(repo(FILES)), "--now", NOW]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "internal fault: RuntimeError: a bug" in done.stderr
    assert "report it" in done.stderr
    assert ("Traceback" in done.stderr) is debug


def test_a_reader_that_stops_early_is_no_fault(repo: Repo) -> None:
    command = f"{COMMAND} check {repo(FILES)} --format json --now {NOW} | head -c 10"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_links_in_a_circle_are_no_fault(run: Run, repo: Repo) -> None:
    folder = repo(FILES)
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    assert run("check", folder, "--now", NOW).code == 0


@pytest.mark.slow
def test_names_that_are_not_utf_8_are_no_fault(run: Run, repo: Repo) -> None:
    folder = repo(FILES)
    Path(folder / "caf\udce9.md").write_text("# Runbook\n")
    for form in ("table", "json", "markdown", "sarif", "junit"):
        assert run("check", folder, "--format", form, "--now", NOW).code == 0


READER_BROKEN = """
import sys
import greenboard.repository.readers.readme as readme
from dataclasses import replace
def fails(scope):
    if scope.tree.has("breaks.txt"):
        raise KeyError("a bug")
    return iter(())
readme.READER = replace(readme.READER, read=fails)
from greenboard.project.main import main
main()
"""


def test_a_reader_that_breaks_on_one_repository_leaves_the_others_judged(repo: Repo, tmp_path: Path) -> None:
    good, bad = repo(FILES, name="all/good"), repo({**FILES, "breaks.txt": ""}, name="all/bad")
    command = [sys.executable, "-c", READER_BROKEN, "check", str(good.parent), "--format", "json", "--now", NOW]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    told = json.loads(done.stdout)
    assert len(told["entities"]) == 1
    assert [part["path"] for part in told["skipped"]] == [str(bad)]
    assert "KeyError: 'a bug'" in told["skipped"][0]["reason"]
    assert "please report it" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_breaks_on_the_only_repository_is_a_fault(repo: Repo) -> None:
    command = [sys.executable, "-c", READER_BROKEN, "check", str(repo({"breaks.txt": ""})), "--now", NOW]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (70, "")
    assert "report it" in done.stderr
