"""Measure asking for thousands of exemptions in one go, deciding them in one go, and judging what follows.

    python benchmarks/exemptions.py [--count N]

An installation in a temporary folder (SQLite) with as many services, none of which meets the rule. The last line is a
JSON object of seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from typing import Any


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GREENBOARD_DATA_DIR"] = folder
        from greenboard.project import setup

        setup.django()
        print(json.dumps(_measured(count)))


def _measured(count: int) -> dict[str, float]:
    from datetime import timedelta

    from django.core.management import call_command

    from greenboard.access.models import Person
    from greenboard.catalog import store as catalog
    from greenboard.catalog.types import Declared, Entity
    from greenboard.core import clock
    from greenboard.core.refs import Ref
    from greenboard.exemptions import asking, deciding
    from greenboard.exemptions.types import Category, Pair, Terms
    from greenboard.facts.store import vocabulary
    from greenboard.results.continuous import Continuous
    from greenboard.results.live import Live
    from greenboard.scorecards.store import standards

    call_command("migrate", verbosity=0)
    ann, bob = (Person.objects.create_superuser(name, password="not used") for name in ("ann", "bob"))
    refs = [Ref("service", "default", f"s{number}") for number in range(count)]
    catalog.save(Declared(tuple(map(Entity, refs)), ()), clock.now(), cause="benchmark")
    worker = Continuous(lambda: standards(vocabulary()), Live())
    worker.whole(clock.now)
    card = standards(vocabulary())[0]
    now = clock.now()
    terms = Terms(Category.WAIVED, "Measured in a benchmark", ends=now + timedelta(days=90))
    pairs = [Pair(ref, card.name, card.rules[0].id) for ref in refs]
    asked, made = _timed(lambda: asking.ask(pairs, terms, ann, now).made)
    decided, _ = _timed(lambda: deciding.approve(dict.fromkeys(made), "Agreed", bob, clock.now()))

    def judge() -> int:
        turns = 0
        while (done := worker.turn(clock.now())) is not None and (done.marks or done.looked):
            turns += 1
        return turns

    judged, turns = _timed(judge)
    revoked, _ = _timed(lambda: deciding.revoke(dict.fromkeys(made), "Over", bob, clock.now()))
    return {"count": count, "asked": asked, "approved": decided, "judged": judged, "turns": turns, "revoked": revoked}


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = do()
    return round(time.perf_counter() - start, 2), found


if __name__ == "__main__":
    main()
