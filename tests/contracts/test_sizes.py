"""The size check measures, and fails beyond its limits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sizes(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "sizes.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_code_is_within_the_limits() -> None:
    done = sizes(ROOT / "src")
    assert done.returncode == 0, done.stderr
    assert "p90" in done.stdout


def test_a_long_function_is_refused(tmp_path: Path) -> None:
    body = "\n".join(f"    a{number} = {number}" for number in range(70))
    (tmp_path / "long.py").write_text(f"def long() -> None:\n{body}\n", encoding="utf-8")
    done = sizes(tmp_path)
    assert done.returncode == 1
    assert "function of 71 lines (limit 60)" in done.stderr


def test_a_long_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("a = 1\n" * 501, encoding="utf-8")
    assert "file of 501 lines" in sizes(tmp_path).stderr


def test_broad_excepts_are_counted(tmp_path: Path) -> None:
    (tmp_path / "broad.py").write_text("try:\n    pass\nexcept Exception:\n    pass\n" * 7, encoding="utf-8")
    (tmp_path / "hidden.py").write_text("try:\n    pass\nexcept (Exception, SystemExit):\n    pass\n", encoding="utf-8")
    assert "8 broad excepts" in sizes(tmp_path).stderr
