"""`greenboard rule backtest`: what a draft would have come to on each day, over a real database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests import installation
from tests.cli.conftest import COMMAND, Done

FACTS = """
import sys
from greenboard.project import running
from pathlib import Path
running.prepare(Path(sys.argv[1]), sample=False)
from datetime import timedelta
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.types import Fact, Source, SourceKind
day, now = timedelta(days=1), clock.now()
courses = {"checkout": [91.0] * 7, "ledger": [72.0, 10.0, 72.0, 10.0, 72.0, 72.0, 72.0], "search": [80.0] * 6 + [12.0]}
refs = {name: Ref("service", "default", name) for name in courses}
entities = tuple(Entity(ref, tier=2, lifecycle="production") for ref in refs.values())
catalog.save(Declared(entities, ()), now - 7 * day, cause="t")
tool = Source(SourceKind.CONNECTION, "Codecov")
for back in range(6, -1, -1):
    at = now - back * day - timedelta(microseconds=1)
    said = [Fact(refs[name], "coverage", {"line_pct": pct[6 - back]}, tool, at) for name, pct in courses.items()]
    facts.record(said, [], at)
"""


def environment(folder: Path) -> dict[str, str]:
    return {**installation.kept(), **installation.own(folder)}


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three services and a week of coverage."""
    folder = tmp_path_factory.mktemp("board")
    subprocess.run([sys.executable, "-c", FACTS, str(folder)], env=environment(folder), check=True)
    return folder


def backtest(board: Path, *arguments: object) -> Done:
    words = [COMMAND, "rule", "backtest", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, env=environment(board), timeout=120, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_the_pass_rate_is_drawn_beside_that_of_now(board: Path) -> None:
    done = backtest(board, "--rule", "cod-1-coverage", "--expression", "coverage.line_pct >= 75", "--days", 10)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert "(cod-1-coverage): draft over 10 days, " in lines[0]
    assert lines[2] == "  draft  ◌◌◌▆▆▆▆▆▆▃  33.3 %"
    assert lines[3] == "  now    ◌◌◌█▆█▆██▆  66.7 %"
    assert "◌ nothing could be decided" in lines[4]
    assert "✓" in lines[6]
    assert "✕" in lines[6]


def test_who_flaps_and_who_failed_first_is_named(board: Path) -> None:
    done = backtest(board, "--rule", "cod-1-coverage", "--days", 7)
    assert done.code == 0, done.err
    assert "1 entity flaps\n    4 turns  ledger\n" in done.out
    assert "2 entities fail on some day\n" in done.out
    assert done.out.count("✕ first on ") == 2
    limited = backtest(board, "--rule", "cod-1-coverage", "--days", 7, "--limit", 1).out
    assert "  and 1 more: --limit says how many are named\n" in limited


def test_json_is_as_the_api_answers(board: Path) -> None:
    told = json.loads(backtest(board, "--rule", "cod-1-coverage", "--days", 7, "--format", "json").out)
    assert [day["pass"] for day in told["days"]] == [3, 2, 3, 2, 3, 3, 2]
    assert told["before"]["days"] == told["days"]
    assert told["flapping"] == [
        {"ref": "service:default/ledger", "name": "ledger", "url": "/entities/service/default/ledger", "turns": 4}
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rule", "no-such-rule"], "no rule 'no-such-rule' in production-readiness"),
        (["--rule", "cod-1-coverage", "--days", "0"], "not a number of days to look back (expected 1 to 400; got 0)"),
        (["--rule", "cod-1-coverage", "--expression", "coverage.line_pc > 1"], "coverage has no field 'line_pc'"),
    ],
)
def test_bad_input_is_told(board: Path, arguments: list[str], said: str) -> None:
    done = backtest(board, *arguments)
    assert done.code == 2
    assert said in done.err


def test_an_empty_board_is_told(tmp_path: Path) -> None:
    done = backtest(tmp_path, "--rule", "cod-1-coverage")
    assert done.code == 2
    assert "the board knows no entity. Read some in first" in done.err
