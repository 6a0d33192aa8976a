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

from datetime import timedelta
from greenboard.facts.store import vocabulary
from greenboard.results import models, past
from greenboard.results.archive import Archive
from greenboard.results.backtest import course
from greenboard.scorecards.definition import find

from greenboard.access.models import Person
from greenboard.exemptions.models import Exemption
from greenboard.reports.models import View

def held_against_the_past(rules, moments):
    # What backtests count that the board did not: rule, moment, counts of both.
    card, kept, found = find(load.SCORECARD, vocabulary()), Archive(), []
    then = [store.rule_counts(card.name, moment) for moment in moments]
    for rule in [rule for rule in card.rules if rules(rule)]:
        for moment, day, stored in zip(moments, course(card, rule, past.read(kept, [rule], moments)).counted, then):
            ours, theirs = ({o.value: n for o, n in c.items() if n} for c in (day.counts, stored[rule.id]))
            found += [] if ours == theirs else [(rule.id, str(moment), ours, theirs)]
    return found

def stands_still(rule):
    ages = [vocabulary().types[name].max_age for name in rule.types]
    return not any(ages) and not any(program.reads_clock for program in rule.programs)

runs = sorted(models.Run.objects.exclude(note="").values_list("at", flat=True))
ends = [run.replace(hour=23, minute=59, second=59, microsecond=999999) for run in runs[:-1]]
said = {
    "otherwise_at_runs": held_against_the_past(lambda rule: True, runs),
    "otherwise_at_ends": held_against_the_past(stands_still, ends),
    "rules_that_stand_still": sum(map(stands_still, find(load.SCORECARD, vocabulary()).rules)),
    "levels": [(str(row.entity), row.level, str(row.since), row.score) for row in store.levels(load.SCORECARD)],
    "held": [str(row.entity) for row in store.levels(load.SCORECARD) if row.held_since],
    "outcomes": sorted({row.outcome.value for row in store.results(load.SCORECARD)}),
    "changes": [(str(c.entity), c.rule, c.before, c.after, str(c.at), c.cause.kind, c.cause.text)
                for c in store.changes(load.SCORECARD, clock.parse_time("2026-01-01"))],
    "runs": len(store.noted("sample:")),
    "exemptions": sorted(Exemption.objects.values_list("state", flat=True)),
    "views": View.objects.count(),
    "can_sign_in": [one.username for one in Person.objects.all() if one.has_usable_password()],
    "reviewers": sorted(Person.objects.values_list("username", flat=True)),
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


def test_a_backtest_of_every_rule_counts_what_the_board_counted_whenever_it_looked(whole):
    assert whole["otherwise_at_runs"] == []


def test_by_the_end_of_a_day_only_the_clock_and_the_age_of_facts_change_what_a_backtest_counts(whole):
    assert whole["rules_that_stand_still"] > 50
    assert whole["otherwise_at_ends"] == []


def test_levels_are_spread_and_every_outcome_is_there(whole):
    assert {level for _, level, *_ in whole["levels"]} == {None, "bronze", "silver", "gold"}
    assert whole["outcomes"] == ["error", "fail", "no_data", "not_applicable", "pass"]
    assert whole["held"]


def test_people_asked_for_exemptions_reviewed_and_kept_views_and_none_of_them_can_sign_in(whole):
    assert whole["exemptions"] == ["approved", "requested", "requested"]
    assert whole["views"] == 3
    assert {"grace-mensah", "mara-lindqvist", "samuel-adeyemi", "priya-raman"} <= set(whole["reviewers"])
    assert whole["can_sign_in"] == []


def test_levels_rise_and_fall_for_visible_reasons(whole):
    of_levels = [change for change in whole["changes"] if change[1] is None]
    assert {change[5] for change in whole["changes"]} >= {"fact", "clock"}
    assert of_levels
    assert all(change[6] for change in whole["changes"])


@pytest.mark.slow
def test_a_load_that_is_killed_again_and_again_is_completed_by_the_next(whole, tmp_path):
    for days in (1, 3):
        process = start(tmp_path, kill_after=days)
        process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL
    assert finish(start(tmp_path)) == whole
