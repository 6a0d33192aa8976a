"""Settings from the environment."""

from __future__ import annotations

import importlib
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from greenboard.core.errors import UserError
from greenboard.project.configuration import given
from greenboard.project.configuration.declared import SETTINGS
from greenboard.project.environment import Environment, secret_key

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_of_the_documentation_is_up_to_date() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert importlib.import_module("tools.settings").written(page) == page, "run python tools/settings.py"
    assert [setting.name for setting in SETTINGS if f"| `{setting.name}`" not in page] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GREENBOARD_PORT", "http"),
        ("GREENBOARD_PORT", "70000"),
        ("GREENBOARD_DEBUG", "maybe"),
        ("GREENBOARD_ORIGIN", "x.org"),
        ("GREENBOARD_LOG_FORMAT", "xml"),
        ("GREENBOARD_STOP_SECONDS", "-1"),
        ("GREENBOARD_METRICS_TOKEN", "short"),
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


def test_every_default_is_a_value_of_its_setting() -> None:
    for setting in SETTINGS:
        setting.value({})


def test_a_variable_that_is_no_setting_is_refused_with_the_one_it_may_have_meant() -> None:
    with pytest.raises(UserError, match=r"unknown setting GREENBOARD_PROT\. Did you mean 'GREENBOARD_PORT'"):
        Environment.read({"GREENBOARD_PROT": "8000"})
    with pytest.raises(UserError, match="enableServiceLinks"):
        Environment.read({"GREENBOARD_WEB_SERVICE_HOST": "10.0.0.1"})


def test_a_secret_may_stand_in_a_file_and_is_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("hunter2-hunter2-hunter2\n")
    environment = Environment.read({"GREENBOARD_METRICS_TOKEN_FILE": str(path)})
    assert environment.metrics_token == "hunter2-hunter2-hunter2"
    assert "hunter2" not in repr(environment)
    with pytest.raises(UserError) as refused:
        Environment.read({"GREENBOARD_METRICS_TOKEN": "hunter2"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"GREENBOARD_METRICS_TOKEN": "x" * 20}, "are both set"),
        ({"GREENBOARD_PORT_FILE": "/tmp/port"}, "unknown setting GREENBOARD_PORT_FILE"),
        ({"GREENBOARD_METRICS_TOKEN_FILE": "/nowhere/token"}, "/nowhere/token cannot be read: No such file"),
    ],
)
def test_a_file_for_a_secret_that_cannot_be_meant_is_refused(tmp_path: Path, more: dict[str, str], said: str) -> None:
    (tmp_path / "token").write_text("y" * 20)
    with pytest.raises(UserError, match=said):
        Environment.read({"GREENBOARD_METRICS_TOKEN_FILE": str(tmp_path / "token"), **more})


def test_every_mistake_of_a_file_of_settings_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "board.yaml"
    path.write_text("port: http\nlog_formt: json\ndebug: [1]\nmetrics_token: hunter2\nallowed_hosts: {a: b}\n")
    with pytest.raises(UserError) as refused:
        given.of_file(path)
    told = str(refused.value).splitlines()
    assert told[0] == f"{path}:1:1: port is not a port (expected a number from 1 to 65535; got 'http')"
    assert told[1] == f"{path}:2:1: unknown setting 'log_formt'. Did you mean 'log_format'?"
    assert [line.split(":")[1] for line in told] == ["1", "2", "3", "4", "5"]
    assert "hunter2" not in str(refused.value)


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "board.yaml"
    path.write_text("- port\n")
    with pytest.raises(UserError, match="not a mapping of settings"):
        given.of_file(path)


ASK = """
from greenboard.project.environment import Environment
told = Environment.read()
print(told.port, told.hosts[-1], told.log_requests, told.scorecards, sep="|")
"""


def ask(folder: Path, **variables: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GREENBOARD_")}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=folder, env={**kept, **variables}, capture_output=True, text=True, check=False
    )
    return (done.stdout + done.stderr).strip()


def test_the_file_is_found_in_the_working_folder_and_the_environment_goes_before_it(tmp_path: Path) -> None:
    text = f"port: 8123\nallowed_hosts: [a.example, b.example]\nlog_requests: true\nscorecards: {tmp_path}\n"
    (tmp_path / "greenboard.settings.yaml").write_text(text)
    assert ask(tmp_path) == f"8123|b.example|True|{tmp_path}"
    assert ask(tmp_path, GREENBOARD_PORT="9000").startswith("9000|b.example")


def test_another_file_can_be_named_and_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("port: 8124\n")
    assert ask(tmp_path, GREENBOARD_CONFIG=str(tmp_path / "other.yaml")).startswith("8124|")
    assert "GREENBOARD_CONFIG names no file" in ask(tmp_path, GREENBOARD_CONFIG="nowhere.yaml")
