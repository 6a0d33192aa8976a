"""The command line as a whole."""

from __future__ import annotations

import resource
import subprocess
import sys
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


def test_help_takes_under_three_tenths_of_a_second_of_a_processor() -> None:
    """By the clock it takes a tenth on a quiet machine; of a busy one that would say more about what else it does."""

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    taken = []
    for _ in range(5):
        before = spent()
        run("--help")
        taken.append(spent() - before)
    assert min(taken) < 0.3


def test_an_unknown_command_is_bad_input() -> None:
    assert run("chekc").returncode == 2
