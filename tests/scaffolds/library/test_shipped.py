"""What ships: each project reaches Silver by the check that everybody can run, and its tasks name what it lacks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from greenboard.cli.scaffold._trying import Tried, attempt
from greenboard.core import clock
from greenboard.facts import vocabulary
from greenboard.scaffolds.rendering import Scaffold, library, recorded, render
from greenboard.scorecards import definition

QUICK = {"python-service"}
"""The others are tried in the slow suite, and all by `greenboard scaffold test`."""
PROJECTS = [one for one in library() if one.makes == "project"]
PARTS = [one for one in library() if one.makes == "part"]
marked = [one if one.name in QUICK else pytest.param(one, marks=pytest.mark.slow, id=one.name) for one in PROJECTS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rendered")


@pytest.fixture(scope="module")
def tried(folder: Path, request: pytest.FixtureRequest) -> dict[str, Tried]:
    """The projects that this session asks for, judged at once."""
    wanted = [one for one in PROJECTS if one.name in QUICK or _slow(request)]
    words = vocabulary.load()
    card = definition.find("production-readiness", words)
    return {done.scaffold.name: done for done in attempt(wanted, folder, card, words, clock.now())}


def _slow(request: pytest.FixtureRequest) -> bool:
    return any(item.get_closest_marker("slow") for item in request.session.items)


@pytest.mark.parametrize("scaffold", marked, ids=lambda one: one.name)
def test_a_new_project_starts_at_silver_and_says_what_it_lacks(tried: dict[str, Tried], scaffold: Scaffold) -> None:
    done = tried[scaffold.name]
    assert (done.wrong, done.level) == ((), "silver")
    assert {task.rule for task in scaffold.tasks} == set(done.failing)


@pytest.mark.parametrize("scaffold", marked, ids=lambda one: one.name)
def test_a_new_project_remembers_its_scaffold_and_holds_no_secret(
    tried: dict[str, Tried], folder: Path, scaffold: Scaffold
) -> None:
    (own,) = recorded(folder / tried[scaffold.name].scaffold.name)
    assert (own.scaffold, own.version) == (scaffold.name, scaffold.version)
    assert set(own.parts) == {part.name for part in scaffold.parts}


@pytest.mark.slow
@pytest.mark.parametrize("scaffold", [*PROJECTS, *PARTS], ids=lambda one: one.name)
def test_it_renders_for_the_other_forge_too(scaffold: Scaffold, tmp_path: Path) -> None:
    answers = {"forge": "gitlab"} if scaffold.question("forge") else {}
    made = render(scaffold, answers, tmp_path / "made")
    assert made.files
    for name in made.files:
        if name.endswith((".yaml", ".yml")):
            assert list(yaml.safe_load_all((made.folder / name).read_text(encoding="utf-8"))), name
    if answers and scaffold.makes == "project":
        assert ".gitlab-ci.yml" in made.files
        assert not [name for name in made.files if name.startswith(".github/")]


@pytest.mark.slow
@pytest.mark.parametrize("scaffold", PROJECTS, ids=lambda one: one.name)
def test_a_new_project_starts_at_silver_at_gitlab_too(scaffold: Scaffold, tmp_path: Path) -> None:
    words = vocabulary.load()
    card = definition.find("production-readiness", words)
    (done,) = attempt([scaffold], tmp_path, card, words, clock.now(), answers={"forge": "gitlab"})
    assert done.level == "silver", done.wrong
    assert {*done.failing} <= {task.rule for task in scaffold.tasks}


def test_rules_that_scaffolds_name_are_rules() -> None:
    known = {rule.id for rule in definition.find("production-readiness", vocabulary.load()).rules}
    for one in library():
        assert {*one.fixes, *(task.rule for task in one.tasks)} <= known, one.name


def test_every_part_fixes_something() -> None:
    assert [one.name for one in PARTS if not one.fixes] == []


# Their own tests, where the language is here.


@pytest.fixture
def made(folder: Path, tried: dict[str, Tried], request: pytest.FixtureRequest) -> Path:
    return folder / request.param


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not here")


def run(project: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", ["python-service", "python-library", "batch-job"])
def test_a_python_project_passes_its_own_pipeline(name: str, tmp_path: Path) -> None:
    (scaffold,) = (one for one in PROJECTS if one.name == name)
    project = render(scaffold, {"python": f"3.{sys.version_info.minor}"}, tmp_path / name).folder
    run(project, sys.executable, "-m", "venv", ".venv")
    run(project, ".venv/bin/pip", "install", "--quiet", "--editable", ".[dev]")
    binaries = project / ".venv" / "bin"
    for command in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["pytest", "-q", "--cov"]):
        run(project, str(binaries / command[0]), *command[1:])


@pytest.mark.slow
@pytest.mark.parametrize("made", ["go-service"], indirect=True)
def test_the_go_project_passes_its_own_tests(made: Path) -> None:
    need("go")
    gofmt = Path(run(made, "go", "env", "GOROOT").strip()) / "bin" / "gofmt"
    assert run(made, str(gofmt), "-l", ".") == ""
    run(made, "go", "vet", "./...")
    run(made, "go", "test", "./...")


@pytest.mark.slow
@pytest.mark.parametrize("made", ["typescript-service", "react-site"], indirect=True)
def test_a_typescript_project_passes_its_own_pipeline(made: Path) -> None:
    need("node", "npm")
    version = tuple(int(part) for part in run(made, "node", "--version").strip()[1:].split(".")[:2])
    if made.name == "react-site" and version < (22, 12):
        pytest.skip("vitest needs Node 22.12")
    run(made, "npm", "install", "--no-audit", "--no-fund")
    for script in ("lint", "typecheck", "build", "test"):
        run(made, "npm", "run", script)


@pytest.mark.slow
def test_the_java_project_passes_its_own_tests(tmp_path: Path) -> None:
    need("java", "mvn")
    (scaffold,) = (one for one in PROJECTS if one.name == "java-service")
    project = render(scaffold, {"java": 17}, tmp_path / "java").folder
    maven = ("mvn", "--batch-mode", "--no-transfer-progress", "-q")
    known = subprocess.run([*maven, "validate"], cwd=project, capture_output=True, text=True, timeout=900, check=False)
    if "Could not transfer artifact" in known.stdout:
        pytest.skip("Maven reaches no repository")
    run(project, *maven, "verify")


@pytest.mark.slow
@pytest.mark.parametrize("made", ["terraform-module"], indirect=True)
def test_the_terraform_module_passes_its_own_tests(made: Path) -> None:
    need("terraform")
    run(made, "terraform", "fmt", "-check", "-recursive")
    run(made, "terraform", "init", "-backend=false", "-input=false")
    run(made, "terraform", "validate")
    run(made, "terraform", "test")


@pytest.mark.slow
@pytest.mark.parametrize("made", ["python-service", "batch-job", "react-site"], indirect=True)
def test_kustomize_builds_both_stages(made: Path) -> None:
    need("kubectl")
    for stage in ("staging", "production"):
        objects = list(yaml.safe_load_all(run(made, "kubectl", "kustomize", f"deploy/overlays/{stage}")))
        kinds = {each["kind"] for each in objects}
        assert {"Namespace", "NetworkPolicy", "ServiceAccount", "ConfigMap"} <= kinds
        assert ("CronJob" in kinds) != {"Deployment", "PodDisruptionBudget", "HorizontalPodAutoscaler"}.issubset(kinds)
