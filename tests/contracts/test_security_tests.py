"""The page of what is tried against Greenboard names tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_each_test_that_the_page_names_is_there():
    named = NAMED.findall((ROOT / "docs" / "security-tests.md").read_text(encoding="utf-8"))
    assert len(named) > 60
    lost = [
        f"{path}::{name}" for path, name in named if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert lost == []


def test_every_test_of_security_is_on_the_page():
    page = (ROOT / "docs" / "security-tests.md").read_text(encoding="utf-8")
    tests = [name for path in (ROOT / "tests" / "security").glob("test_*.py")
             for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)]  # fmt: skip
    assert [name for name in tests if name not in page] == []
