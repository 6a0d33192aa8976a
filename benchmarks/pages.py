"""Milliseconds that each page of the board takes on the sample organization. One JSON object.

The sample is loaded into a temporary folder; pages are asked for through Django's test client, so that
the figures hold what Greenboard does and nothing of the network.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 9


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="greenboard-pages-") as folder:
        os.environ["GREENBOARD_DATA_DIR"] = folder
        get = prepare(Path(folder))
        pages = addresses()
        print(json.dumps({"runs": RUNS, "median_ms": {name: measure(get, url) for name, url in pages.items()}}))


def prepare(folder: Path) -> Callable[[str], None]:
    """Load the sample; what is returned gets a page as somebody who is signed in."""
    from greenboard.project import running

    running.prepare(folder, sample=True)
    from django.conf import settings
    from django.test import Client

    from greenboard.access.models import Person

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(Person.objects.get())

    def get(url: str) -> None:
        answer = client.get(url)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"

    return get


def addresses() -> dict[str, str]:
    """One page of each kind; of entities the one with most results."""
    from greenboard.results import store
    from greenboard.web import content, links

    scorecard = content.scorecards()[0]
    largest = max(store.levels(scorecard.name), key=lambda row: (row.decided + row.undecided, row.entity))
    return {
        "board": links.BOARD,
        "board over 90 days": f"{links.BOARD}?since=90d",
        "catalog": links.CATALOG,
        "results": links.RESULTS,
        "entity": links.entity(largest.entity),
        "scorecards": links.SCORECARDS,
        "scorecard": links.scorecard(scorecard.name),
        "rule": links.rule(scorecard.name, scorecard.rules[0].id),
        "fact types": links.FACT_TYPES,
        "palette": "/palette.json",
    }


def measure(get: Callable[[str], None], url: str) -> float:
    """The median of some calls after a first one that warms up."""
    get(url)
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        get(url)
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken) * 1000, 1)


if __name__ == "__main__":
    main()
