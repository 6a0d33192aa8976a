"""The systemd units: understood by systemd, hardened, and with time to stop."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from greenboard.project.configuration.declared import BY_NAME, ELSEWHERE

UNITS = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
EXPOSURE = 2.5
"""On systemd's scale from 0 (hardened) to 10 (exposed)."""


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units, with a program that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here: the units cannot be verified")
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS.iterdir():
        (folder / path.name).write_text(path.read_text().replace("/opt/greenboard/bin/greenboard", "/bin/true"))
    return folder


def analyze(units: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", *arguments]
    env = {"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{units}:"}
    return subprocess.run(command, cwd=units, env=env, capture_output=True, text=True, check=False)


def test_systemd_understands_every_unit(units: Path) -> None:
    done = analyze(units, "verify", "--man=no", *(str(path) for path in sorted(units.iterdir())))
    ours = [line for line in done.stderr.splitlines() if "greenboard" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_may_do_little(units: Path, name: str) -> None:
    done = analyze(
        units, "security", "--no-pager", "--offline=yes", f"--threshold={int(EXPOSURE * 10)}", str(units / name)
    )
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze does not look at units offline")
    level = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert level is not None, done.stderr
    assert float(level[1]) <= EXPOSURE, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_nobody_special_and_sets_what_is_a_setting(name: str) -> None:
    text = (UNITS / name).read_text()
    assert "User=greenboard" in text
    variables = re.findall(r"^Environment=(GREENBOARD_\w+)=", text, re.MULTILINE)
    assert set(variables) <= {*BY_NAME, *ELSEWHERE}


@pytest.mark.parametrize("name", ["greenboard-web.service", "greenboard-worker.service"])
def test_systemd_waits_longer_than_the_process_takes(name: str) -> None:
    waits = re.search(r"^TimeoutStopSec=(\d+)$", (UNITS / name).read_text(), re.MULTILINE)
    assert waits is not None
    assert int(waits[1]) >= int(BY_NAME["GREENBOARD_STOP_SECONDS"].default) + 10
