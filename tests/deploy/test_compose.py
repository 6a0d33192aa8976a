"""The compose file and the container file: what they name is there, and what they set is a setting."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from greenboard.project.configuration.declared import BY_NAME

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_every_service_names_only_what_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        assert set(service["secrets"]) <= set(compose["secrets"])
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]


def test_every_process_of_ours_has_no_rights_and_time_to_stop(compose: dict[str, Any]) -> None:
    for name in ("migrate", "web", "worker"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert int(service["stop_grace_period"].rstrip("s")) >= int(BY_NAME["GREENBOARD_STOP_SECONDS"].default) + 10


def test_every_variable_is_a_setting(compose: dict[str, Any]) -> None:
    given = set(compose["services"]["web"]["environment"])
    given |= set(re.findall(r"\b(GREENBOARD_\w+)=", (DEPLOY / "Containerfile").read_text()))
    assert {name.removesuffix("_FILE") for name in given} <= set(BY_NAME)


def test_compose_itself_accepts_it(tmp_path: Path) -> None:
    done = None
    if shutil.which("docker"):
        command = ["docker", "compose", "-f", DEPLOY / "compose.yaml", "config", "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    if done is None or "unknown" in done.stderr or "is not a docker command" in done.stderr:
        pytest.skip("docker compose is not installed here: the file was held against our own expectations only")
    assert done.returncode == 0, done.stderr


def test_what_the_container_copies_is_not_kept_out_of_its_context() -> None:
    kept = (DEPLOY / "Containerfile.dockerignore").read_text().splitlines()
    wanted = {"requirements", "frontend", "library", "src", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE"}
    assert {f"!{name}" for name in wanted} <= set(kept)


def test_the_container_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["10001:10001"]
