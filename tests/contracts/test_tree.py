"""What must hold for the files of the repository as a whole."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_locked_dependencies_name_no_host() -> None:
    locks = [*ROOT.glob("requirements/*.txt"), ROOT / "frontend" / "package-lock.json"]
    locks.append(ROOT / "tests" / "identity" / "provider" / "package-lock.json")
    assert len(locks) > 4
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r'index-url|find-links|"resolved"|https?://registry', text), lock.name


def test_every_locked_python_package_has_a_hash() -> None:
    for lock in ROOT.glob("requirements/*.txt"):
        names = re.findall(r"^[A-Za-z0-9_.-]+(?:\[[^\]]*\])?==", lock.read_text(encoding="utf-8"), re.MULTILINE)
        blocks = re.split(
            r"^(?=[A-Za-z0-9_.-]+(?:\[[^\]]*\])?==)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        assert names, lock.name
        assert all("--hash=sha256:" in block for block in blocks if "==" in block), lock.name


def test_no_built_asset_is_committed() -> None:
    built = [path for path in tracked() if "web/static/greenboard" in path.as_posix() or "node_modules" in path.parts]
    assert built == []


def test_vague_module_names_are_not_used() -> None:
    vague = {"utils", "helpers", "manager", "misc", "common"}
    assert [path for path in tracked() if path.suffix == ".py" and path.stem in vague] == []
