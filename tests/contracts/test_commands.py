"""The command line as a whole."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

COMMAND = Path(sys.executable).with_name("greenboard")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)


def test_help_lists_every_command_with_what_it_is_for() -> None:
    done = run("--help")
    assert done.returncode == 0
    for name in ("check", "rule", "serve"):
        assert f"  {name} " in done.stdout


def test_every_command_has_help() -> None:
    listed = run("--help").stdout.partition("Commands:")[2]
    names = [line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "]
    assert names
    for name in names:
        assert run(name, "--help").returncode == 0, name


def test_help_starts_in_under_three_tenths_of_a_second() -> None:
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        run("--help")
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.3


def test_an_unknown_command_is_bad_input() -> None:
    assert run("chekc").returncode == 2
