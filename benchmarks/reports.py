"""Measure each report on an installation with history: how long figures, the page and each file take.

    python benchmarks/reports.py --folder DIR [--entities 10000] [--days 10]

The installation is that of `load.py`, made in the folder where it is not there yet. Figures are seconds of processor,
the median of some requests in process, once the process has read what it keeps. The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 5
FILES = ("csv", "xlsx", "pdf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=10)
    options = parser.parse_args()
    os.environ["GREENBOARD_DATA_DIR"] = str(options.folder)
    sys.path.insert(0, str(Path(__file__).parent))
    import load

    if not (options.folder / load.MADE).exists():
        options.folder.mkdir(parents=True, exist_ok=True)
        call = f"load.make({options.entities}, {options.days}, Path({str(options.folder)!r}))"
        making = f"import load; from pathlib import Path; {call}"
        subprocess.run([sys.executable, "-c", making], check=True, cwd=Path(__file__).parent)
    os.environ["GREENBOARD_SCORECARDS"] = str(options.folder / "scorecards")
    print(json.dumps(measured(options)))


def measured(options: argparse.Namespace) -> dict[str, object]:
    from greenboard.project import running

    running.prepare(options.folder, sample=False)
    from django.conf import settings
    from django.test import Client

    from greenboard.access.models import Person
    from greenboard.project.warming import read
    from greenboard.reports import found

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(Person.objects.filter(is_superuser=True)[0])
    read()
    seconds: dict[str, dict[str, float]] = {}
    for one in found.reports():
        ways = {"page": f"/reports/{one.name}", **{form: f"/reports/{one.name}.{form}" for form in FILES}}
        if one.name == "birds-eye":
            ways |= {"one by one": "/reports/birds-eye?by=entity", "by relation": "/reports/birds-eye?by=depends-on"}
        seconds[one.name] = {way: taken(lambda url=url: got(client, url)) for way, url in ways.items()}
        print(one.name, seconds[one.name], file=sys.stderr)
    seconds["overview"] = {"page": taken(lambda: got(client, "/reports"))}
    return {"entities": options.entities, "days": options.days, "processor_seconds": seconds}


def got(client: object, url: str) -> None:
    answer = client.get(url)  # type: ignore[attr-defined]
    assert answer.status_code == 200, f"{url}: {answer.status_code}"


def taken(work: Callable[[], None]) -> float:
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return round(statistics.median(times), 3)


if __name__ == "__main__":
    main()
