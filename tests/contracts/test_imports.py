"""The import contracts hold, and each of them can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

VIOLATIONS = {
    "a lower package imports a higher one": (
        "core/clock.py",
        "import greenboard.facts.types",
        "Imports point down the stack",
    ),
    "siblings import each other": (
        "rules/types.py",
        "import greenboard.repository.types",
        "Imports point down the stack",
    ),
    "pure code reaches a framework": ("rules/types.py", "import django.db", "Pure code reaches no framework"),
    "pure code starts a process": ("facts/vocabulary.py", "import subprocess", "Pure code reaches no framework"),
    "a reader imports another": (
        "repository/readers/readme.py",
        "import greenboard.repository.readers.license",
        "Readers do not import each other",
    ),
    "somebody imports a reader": (
        "repository/collect.py",
        "import greenboard.repository.readers.license",
        "Readers are found by discovery",
    ),
    "the offline part imports Django": (
        "repository/tree.py",
        "import django",
        "The engine and the readers do not know Django",
    ),
}


def lint(package: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of pyproject.toml over a copy of the package."""
    script = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [script, "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=package.parent,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def package(tmp_path: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__", "static", "html", "migrations")
    return Path(shutil.copytree(ROOT / "src" / "greenboard", tmp_path / "greenboard", ignore=ignore))


def test_the_code_keeps_every_contract(package: Path) -> None:
    done = lint(package)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("what", VIOLATIONS)
def test_a_deliberate_violation_is_refused(package: Path, what: str) -> None:
    module, statement, contract = VIOLATIONS[what]
    path = package / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{statement}\n", encoding="utf-8")
    done = lint(package)
    assert done.returncode == 1, done.stdout
    assert f"{contract}" in done.stdout.partition("Broken contracts")[2]


def test_a_package_outside_of_the_stack_is_refused(package: Path) -> None:
    (package / "utils").mkdir()
    (package / "utils" / "__init__.py").write_text("", encoding="utf-8")
    done = lint(package)
    assert done.returncode != 0
    assert "utils" in done.stdout + done.stderr
