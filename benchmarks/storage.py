"""Measure what ninety days of history take on disk, beside what a snapshot of every day would take.

    python benchmarks/storage.py [--database sqlite|postgres] [--entities N] [--days N] [--daily-change SHARE]

An installation with as many entities, 100 rules and 22 fact types is made and judged. Then, day by day, every
tool confirms what it said (one statement moves the time at which facts were seen, as recording each of them
again would), such a share of entities has one field of one fact changed (through the service that records),
and a turn of the worker judges what changed and what the clock turned. Before, a small installation is taken
through some days both ways, everything recorded by the service and as described, and the rows are compared.
The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SERVER = ROOT / "tools" / "with_postgres.py"
URL = "GREENBOARD_DATABASE_URL"
SAMPLE_ENTITIES, SAMPLE_DAYS = 60, 8
TABLES = ("facts_factinterval", "results_resultinterval", "results_levelinterval", "results_cause")


class History:
    """An installation that lives through days. `rows` are the facts as they are; `changes` counts them."""

    def __init__(self, entities: int, begin: datetime, folder: Path, share: float) -> None:
        import installation
        from greenboard.results.continuous import Continuous
        from greenboard.results.live import Live

        self.installation = installation
        self.made = installation.fill(entities, begin, folder)
        self.rows = [dict(row) for row in self.made.rows]
        self.begin = begin
        self.share = share
        self.rng = random.Random(5)
        self.changes = 0
        self.worker = Continuous(lambda: (self.made.scorecard,), Live())
        self.results_changed = 0
        self.worker.whole(lambda: begin)

    def live(self, day: int, say: Callable[[History, list[Any], datetime], None]) -> None:
        """One day: every tool looks again, some find something else, and the results follow."""
        at = self.begin + timedelta(days=day)
        changed = self.rng.sample(range(len(self.rows)), round(self.share * len(self.rows)))
        told = [self._change(row, at) for row in changed]
        say(self, told, at)
        self.changes += len(told)
        done = self.worker.whole(lambda: at)
        self.results_changed += done.results_changed if done else 0

    def _change(self, row: int, at: datetime) -> Any:
        """One field of one fact of an entity becomes another."""
        facts = self.rows[row]
        name = self.rng.choice(sorted(facts))
        facts[name] = self._other(name, facts[name])
        return self.installation.statement(self.made.refs[row], name, facts[name], at)

    def _other(self, name: str, value: Any) -> Any:
        import made
        from greenboard.facts.store import vocabulary

        declared = vocabulary().types[name]
        field = self.rng.choice([one for one in declared.fields if one != declared.many])
        drawn = made.random_value(self.rng, declared.fields[field], declared.fields[field].type)
        if declared.many is None:
            return {**value, field: drawn}
        if not value:
            (item,) = self.installation.fitting({name: (made.random_item(self.rng, declared, 0),)})[name]
            return (item,)
        place = self.rng.randrange(len(value))
        return tuple({**item, field: drawn} if at == place else item for at, item in enumerate(value))

    def snapshot_bytes(self) -> int:
        """All facts and all results of a day as JSON."""
        from greenboard.facts.stored import encode
        from greenboard.results.models import ResultInterval
        from greenboard.results.rows import OUTCOMES

        facts = sum(len(encode(row)) for row in self.rows)
        held = ResultInterval.objects.filter(valid_to__isnull=True).values_list("rule__name", "outcome")
        return facts + sum(len(name) + len(OUTCOMES[outcome]) + 6 for name, outcome in held.iterator(chunk_size=20_000))


def by_service(history: History, _: list[Any], at: datetime) -> None:
    """Every tool says everything, through the service."""
    from greenboard.facts.service import record

    record(list(history.installation.said(history.made.refs, history.rows, at)), [], at)


def at_once(_: History, told: list[Any], at: datetime) -> None:
    """What recording everything comes to: what changed is recorded, of everything else the times move."""
    from greenboard.facts.models import FactInterval
    from greenboard.facts.service import record

    record(told, [], at)
    FactInterval.objects.filter(valid_to__isnull=True).update(seen_at=at, observed_at=at)


def sample_is_the_same(begin: datetime, folder: Path) -> int:
    """Live through some days both ways and compare all rows; give how many there were."""
    from django.db import transaction

    found = []
    for say in (by_service, at_once):
        with transaction.atomic():
            history = History(SAMPLE_ENTITIES, begin, folder, 0.2)
            for day in range(1, SAMPLE_DAYS + 1):
                history.live(day, say)
            found.append(dump())
            transaction.set_rollback(True)
    assert found[0] == found[1], "both ways must write the same rows"
    return len(found[0])


def dump() -> list[tuple[Any, ...]]:
    """All intervals of facts, results and levels by what they say, without surrogate ids."""
    from greenboard.facts.models import FactInterval
    from greenboard.results.models import LevelInterval, ResultInterval

    times = ("valid_from", "valid_to", "cause__text", "cause__kind")
    facts = FactInterval.objects.values_list(
        *("entity__name", "type", "source", "slot", "location", "link", "value", "places", "digest"),
        *("observed_at", "seen_at", "valid_from", "valid_to"),
    )
    results = ResultInterval.objects.values_list("entity__name", "rule__name", "outcome", "before", *times)
    levels = LevelInterval.objects.values_list("entity__name", "level", "rank", "score", "passed", "decided", *times)
    return sorted((*map(_plain, facts), *map(_plain, results), *map(_plain, levels)), key=repr)


def _plain(row: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(bytes(part) if isinstance(part, memoryview) else part for part in row)


def sizes() -> dict[str, int]:
    """Bytes on disk of the whole database and of the tables that grow, indexes included, after it was tidied up.

    By table only where the database tells: SQLite may be built without it.
    """
    from django.db import OperationalError, connection

    from greenboard.core import clock
    from greenboard.results import marks

    marks.purge(clock.now())  # they go within the hour
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM FULL")
            found = {}
            for table in TABLES:
                cursor.execute("SELECT pg_total_relation_size(%s)", [table])
                found[table] = cursor.fetchone()[0]
            cursor.execute("SELECT pg_database_size(current_database())")
            return {"all": cursor.fetchone()[0], **found}
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try:
            found = {table: _sqlite_bytes(cursor, table) for table in TABLES}
        except OperationalError:
            found = {}
    return {"all": Path(connection.settings_dict["NAME"]).stat().st_size, **found}


def _sqlite_bytes(cursor: Any, table: str) -> int:
    query = """SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name IN
        (SELECT name FROM sqlite_schema WHERE tbl_name = %s)"""
    cursor.execute(query, [table])
    return int(cursor.fetchone()[0] or 0)


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    from greenboard.project import running

    running.prepare(folder, sample=False)
    from greenboard.core import clock

    begin = clock.now() - timedelta(days=options.days + 1)
    compared = sample_is_the_same(begin, folder)
    print(f"a sample of {compared} rows is the same both ways", file=sys.stderr)
    history = History(options.entities, begin, folder, options.daily_change)
    first, of_first_day = sizes(), history.snapshot_bytes()
    began = time.perf_counter()
    for day in range(1, options.days + 1):
        history.live(day, at_once)
        print(f"day {day}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    last, of_last_day = sizes(), history.snapshot_bytes()
    growth = last["all"] - first["all"]
    snapshots = (of_first_day + of_last_day) // 2 * (options.days + 1)
    return {
        "entities": options.entities,
        "days": options.days,
        "sample_rows_compared": compared,
        "fact_changes": history.changes,
        "result_changes": history.results_changed,
        "bytes_first_day": first["all"],
        "bytes_last_day": last["all"],
        "growth_per_day": growth // options.days,
        "bytes_per_fact_change": round(growth / history.changes),
        "growth_by_table": {table: last[table] - first[table] for table in last if table != "all"},
        "daily_snapshots_bytes": snapshots,
        "ratio": round(snapshots / last["all"], 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--daily-change", type=float, default=0.05)
    options = parser.parse_args()
    if options.database == "postgres" and URL not in os.environ:
        return subprocess.run([sys.executable, SERVER, sys.executable, *sys.argv], check=False).returncode
    if options.database == "sqlite":
        os.environ.pop(URL, None)
    with tempfile.TemporaryDirectory(prefix="greenboard-storage-") as folder:
        os.environ["GREENBOARD_DATA_DIR"] = folder
        figures = measure(options, Path(folder))
    print(json.dumps({"benchmark": "storage", "database": options.database, **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
