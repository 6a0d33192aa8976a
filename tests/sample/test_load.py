"""The sample, loaded by real processes into folders of their own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

DAYS = 12
PROGRAM = """
import json, os, signal, sys
from pathlib import Path
from greenboard.project import setup
setup.django()
setup.migrate()
from greenboard.core import clock, events
from greenboard.results.events import ResultsChanged
from greenboard.project.sample import load
from greenboard.results import store
folder, days, kill_after = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])
seen = []
def count(event):
    seen.append(event)
    if len(seen) == kill_after:
        os.kill(os.getpid(), signal.SIGKILL)
events.subscribe(ResultsChanged, count)
for _ in range(int(sys.argv[3])):
    load.ensure(folder, clock.parse_time("2026-11-23T09:00:00Z"), lambda line: print(line, flush=True), days=days)
now = store.last_run(load.SCORECARD)
said = {
    "levels": [(str(row.entity), row.level, str(row.since), row.score) for row in store.levels(load.SCORECARD)],
    "held": [str(row.entity) for row in store.levels(load.SCORECARD) if row.held_since],
    "outcomes": sorted({row.outcome.value for row in store.results(load.SCORECARD)}),
    "changes": [(str(c.entity), c.rule, c.before, c.after, str(c.at), c.cause.kind, c.cause.text)
                for c in store.changes(load.SCORECARD, clock.parse_time("2026-01-01"))],
    "runs": len(store.noted("sample:")),
}
print(json.dumps(said))
"""


def start(folder: Path, times: int = 1, kill_after: int = 0) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GREENBOARD_")}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), str(DAYS), str(times), str(kill_after)],
        stdout=subprocess.PIPE,
        text=True,
        env={**kept, "GREENBOARD_DATA_DIR": str(folder)},
    )


def finish(process: subprocess.Popen[str]) -> dict:
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return json.loads(said.splitlines()[-1])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an undisturbed load comes to; it is asked for twice, and the second time does nothing."""
    return finish(start(tmp_path_factory.mktemp("whole"), times=2))


def test_every_day_is_evaluated_once(whole):
    assert whole["runs"] == DAYS + 1


def test_levels_are_spread_and_every_outcome_is_there(whole):
    assert {level for _, level, *_ in whole["levels"]} == {None, "bronze", "silver", "gold"}
    assert whole["outcomes"] == ["error", "fail", "no_data", "not_applicable", "pass"]
    assert whole["held"]


def test_levels_rise_and_fall_for_visible_reasons(whole):
    of_levels = [change for change in whole["changes"] if change[1] is None]
    assert {change[5] for change in whole["changes"]} >= {"fact", "clock"}
    assert of_levels
    assert all(change[6] for change in whole["changes"])


def test_a_load_that_is_killed_again_and_again_is_completed_by_the_next(whole, tmp_path):
    for days in (1, 3):
        process = start(tmp_path, kill_after=days)
        process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL
    assert finish(start(tmp_path)) == whole
