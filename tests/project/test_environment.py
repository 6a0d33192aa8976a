"""Settings from the environment."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from greenboard.core.errors import UserError
from greenboard.project.environment import SETTINGS, Environment, secret_key

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in SETTINGS if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GREENBOARD_PORT", "http"),
        ("GREENBOARD_PORT", "70000"),
        ("GREENBOARD_DEBUG", "maybe"),
        ("GREENBOARD_ORIGIN", "x.org"),
    ],
)
def test_a_wrong_value_is_refused_by_the_setting_s_name(name: str, value: str) -> None:
    with pytest.raises(UserError, match=name):
        Environment.read({name: value})


def test_an_https_origin_makes_cookies_secure_and_its_host_known() -> None:
    environment = Environment.read({"GREENBOARD_ORIGIN": "https://ready.example.com"})
    assert environment.https
    assert "ready.example.com" in environment.hosts


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(tmp_path), range(16)))
    assert len(keys) == 1
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
