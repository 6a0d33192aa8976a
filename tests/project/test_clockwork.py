"""What time brings about in all that people decide: once each, on time, whatever is restarted, in any zone."""

import importlib
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.installation import prepared

clockwork = importlib.import_module("tests.project.clockwork")
ROOT = Path(__file__).resolve().parents[2]
SMALL = importlib.import_module("tests.reviews.world").SMALL
LONGEST = timedelta(hours=26)
ZONES = ("America/New_York", "Pacific/Chatham", "Asia/Kolkata", "Europe/Berlin", "UTC")
TOLD = """
import datetime, json, sys
from greenboard.project import setup
setup.django()
from tests.project import clockwork
print(json.dumps([[kind, at.isoformat(), text] for kind, at, text in clockwork.told()]))
"""


def run(folder, until, kill=0, zone="UTC"):
    """A process of its own, in a time zone of its own; how it ended."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GREENBOARD_", "DJANGO_"))}
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    own = {"GREENBOARD_DATA_DIR": str(folder), "GREENBOARD_REVIEWS": str(folder / "templates"), "TZ": zone}
    surroundings = {**kept, **own, "PYTHONPATH": path}
    command = [sys.executable, "-m", "tests.project.clockwork", str(folder), until.isoformat(), str(kill)]
    done = subprocess.run(command, env=surroundings, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-3000:]
    return done.returncode, surroundings


def told(surroundings):
    import json
    from datetime import datetime

    done = subprocess.run([sys.executable, "-c", TOLD], env=surroundings, cwd=ROOT, check=True, capture_output=True)
    return [(kind, datetime.fromisoformat(at), text) for kind, at, text in json.loads(done.stdout)]


def installation(folder):
    (prepared(folder) / "templates").mkdir()
    (folder / "templates" / "small.yaml").write_text(SMALL)
    return folder


def check(found, until):
    """Everything that was due was told once, at the first look after it, and nothing else was told."""
    left = [one for one in found if not one[0].startswith("attestation")]
    for kind, about, at in clockwork.due():
        if at >= until - LONGEST:
            continue
        several = [one for one in left if one[0] == kind and about in one[2] and at <= one[1] <= at + LONGEST]
        assert len(several) == 1, (kind, about, at, several, [one for one in left if one[0] == kind])
        left.remove(several[0])
    assert [one for one in left if one[1] < until - LONGEST] == []
    given = [at for kind, at, _ in found if kind == "attestation.given"]
    assert len(given) >= 2
    due = [one for begun in given for one in clockwork.ends(begun)]
    rest = [(kind, at) for kind, at, _ in found if kind.startswith("attestation.end")]
    for kind, moment in due:
        several = [one for one in rest if one[0] == kind and moment <= one[1] <= moment + LONGEST]
        assert len(several) == 1 or moment + LONGEST >= until, (kind, moment, rest)
        rest = [one for one in rest if one not in several]
    assert rest == []


@pytest.mark.slow
def test_two_years_with_a_process_killed_again_and_again_tell_the_same_as_two_years_in_peace(tmp_path):
    until = clockwork.BEGAN + timedelta(days=730)
    peace = installation(tmp_path / "peace")
    code, surroundings = run(peace, until)
    assert code == 0
    wanted = told(surroundings)
    check(wanted, until)
    troubled, killed, part = installation(tmp_path / "troubled"), 0, clockwork.BEGAN
    for number in range(200):
        part = min(part + timedelta(days=45), until)
        # Every other process is killed within the transaction of what it announces first, second or third.
        code, surroundings = run(troubled, part, kill=number % 2 and 1 + number // 2 % 3, zone=ZONES[number % 5])
        killed += code != 0
        if part == until and code == 0:
            break
    assert killed >= 3
    assert told(surroundings) == wanted


def _given():
    """The moment of the newest attestation."""
    return max(at for kind, at, _ in clockwork.told() if kind == "attestation.given")


@pytest.mark.django_db
def test_over_the_change_of_clocks_in_autumn_everything_is_told_once_and_on_time(tmp_path, monkeypatch):
    from greenboard.reviews import template

    (tmp_path / "small.yaml").write_text(SMALL)
    monkeypatch.setenv("GREENBOARD_REVIEWS", str(tmp_path))
    for module, name in clockwork.others():
        monkeypatch.setattr(module, name, lambda *_: 0)
    template.of_files.cache_clear()
    clockwork.build()
    until = clockwork.BEGAN + timedelta(days=260)
    moments = [clockwork.BEGAN, *(at for _, _, at in clockwork.due())]
    for at in clockwork.looks(clockwork.BEGAN - timedelta(days=1), until):
        if any(moment <= at <= moment + LONGEST for moment in moments):  # between them nothing is due
            clockwork.look(at)
            if at == _given():
                moments += [moment for _, moment in clockwork.ends(at)]
    check(clockwork.told(), until)
    template.of_files.cache_clear()
