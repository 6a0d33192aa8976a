"""The example is built, installed and used from outside of the source tree, as anybody's plugin would be."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from greenboard.plugins.specs import HOOKS

ROOT = Path(__file__).resolve().parents[2]
GREENBOARD = Path(sys.executable).with_name("greenboard")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a process in which the wheel of the example is installed, beside this Greenboard."""
    there = tmp_path_factory.mktemp("outside")
    source = shutil.copytree(ROOT / "examples" / "plugin", there / "source")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    alone = ["--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "wheel", *alone, "-w", str(there / "dist"), str(source)], check=True)
    (wheel,) = (there / "dist").glob("greenboard_example-1.0.0-*.whl")
    shutil.rmtree(source)
    subprocess.run([*pip, "install", *alone, "--target", str(there / "site"), str(wheel)], check=True)
    path = os.pathsep.join([str(there / "site"), str(ROOT / "src")])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GREENBOARD_", "DJANGO_"))}
    return {**kept, "PYTHONPATH": path, "GREENBOARD_DATA_DIR": str(there / "data"), "HOME": str(there)}


def run(variables: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    folder = variables["HOME"]
    return subprocess.run(command, env=variables, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def told(installed: dict[str, str]) -> dict[str, Any]:
    """What came of using everything that it brings."""
    script = shutil.copy(ROOT / "tests" / "plugins" / "exercise.py", installed["HOME"])
    done = run(installed, sys.executable, str(script), installed["GREENBOARD_DATA_DIR"])
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_it_is_found_by_its_entry_point_and_uses_each_hook(told: dict[str, Any]) -> None:
    assert told["state"] == ["example", "greenboard-example", "1.0.0", "ready", ""]
    assert told["hooks"] == sorted(HOOKS)
    assert not Path(told["from"]).is_relative_to(ROOT)


def test_each_hook_does_what_it_says(told: dict[str, Any]) -> None:
    assert told["verdicts"] == [1, 3]  # 20 percent over; and no budget, which is an error
    assert (told["integration"], told["template"]) == ("Example costs", "Cost review")
    assert "'yearly': 144.0" in told["action"]
    assert (told["letter"], told["written"].startswith("A letter.")) == ("written as 7.txt", True)
    assert told["report"][0] == 200
    assert told["report"][1].startswith("# ")
    assert (told["page"][0], "Hello ada." in told["page"][1]) == (200, True)
    assert "Booked on <b>4711</b>." in told["entity"][1]
    assert "Token of the cost tool" in told["plugin"][1]


def test_its_frame_is_told_where_to_ask_by_the_fragment_of_its_address(told: dict[str, Any]) -> None:
    (address,) = re.findall(r'<iframe[^>]* src="([^"]*)"', told["entity"][1])
    origin, _, fragment = unescape(address).partition("#")
    asked = parse_qs(fragment)
    assert origin == "https://panels.example.com/cost-trend"
    assert asked["entity"] == ["service:default/checkout"]
    assert asked["api"] == ["http://testserver/plugins/example/entity"]
    assert asked["proxy"] == ["http://testserver/plugins/example/proxy/"]


def test_the_commands_check_and_list_it_and_what_it_brings_stands_the_tests_of_integrations(
    installed: dict[str, str],
) -> None:
    checked = run(installed, str(GREENBOARD), "plugin", "check", "example")
    assert (checked.returncode, checked.stdout) == (0, "example: well\n"), checked.stderr
    site = installed["PYTHONPATH"].partition(os.pathsep)[0]
    folder = Path(site, "greenboard_example", "integrations", "example_costs")
    assert run(installed, str(GREENBOARD), "integration", "check", str(folder)).returncode == 0
    assert run(installed, str(GREENBOARD), "plugin", "check", "exampel").returncode == 2
    listed = run(installed, str(GREENBOARD), "plugin", "list")
    assert "ready   example (greenboard-example 1.0.0)" in listed.stdout
    off = run({**installed, "GREENBOARD_PLUGINS": "none"}, str(GREENBOARD), "plugin", "list")
    assert "off     example (greenboard-example 1.0.0)" in off.stdout


def test_its_own_tests_pass_outside_of_the_source_tree(installed: dict[str, str], tmp_path: Path) -> None:
    tests = shutil.copytree(ROOT / "examples" / "plugin" / "tests", tmp_path / "tests")
    tried = run(installed, sys.executable, "-m", "pytest", "-qp", "no:django", "-p", "no:cacheprovider", str(tests))
    assert (tried.returncode, "1 passed" in tried.stdout) == (0, True), tried.stdout


def test_a_new_plugin_begins_well(installed: dict[str, str], tmp_path: Path) -> None:
    made = run(installed, str(GREENBOARD), "plugin", "new", "fresh", "--in", str(tmp_path))
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "greenboard_fresh"
    declared = tomllib.loads(folder.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = folder / "src" / "greenboard_fresh-0.1.0.dist-info"
    about.mkdir()
    about.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: greenboard-fresh\nVersion: 0.1.0\n")
    points = declared["entry-points"]["greenboard.plugins"]
    about.joinpath("entry_points.txt").write_text(f"[greenboard.plugins]\nfresh = {points['fresh']}\n")
    path = os.pathsep.join([str(folder / "src"), str(ROOT / "src")])
    checked = run({**installed, "PYTHONPATH": path}, str(GREENBOARD), "plugin", "check")
    assert (checked.returncode, checked.stdout) == (0, "fresh: well\n"), checked.stderr
    tried = run(
        {**installed, "PYTHONPATH": path}, sys.executable, "-m", "pytest", "-qp", "no:django", str(folder / "tests")
    )
    assert tried.returncode == 0, tried.stdout
