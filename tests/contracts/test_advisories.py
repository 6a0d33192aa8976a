"""What is locked is held against what is known to be weak, without a network."""

import shutil
from pathlib import Path

from tools import advisories

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_that_is_locked_is_known_to_be_weak():
    assert advisories.weak(ROOT) == []
    assert sum(1 for _ in advisories.locked(ROOT)) > 100


def test_each_advisory_is_about_something_that_is_locked():
    names = {name for name, _, _ in advisories.locked(ROOT)}
    known = advisories.read((ROOT / "tools" / "advisories.txt").read_text())
    assert {one.name for one in known} <= names


def test_a_weak_version_is_named_with_what_is_wrong_with_it(tmp_path):
    (tmp_path / "frontend").mkdir()
    shutil.copy(ROOT / "frontend" / "package-lock.json", tmp_path / "frontend")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "requirements" / "run.txt").write_text("Django==5.2.7 \\\n    --hash=sha256:0\nurllib3==2.6.0\n")
    (found,) = advisories.weak(tmp_path)
    assert found.startswith("run.txt: django 5.2.7: CVE-2025-64459")
