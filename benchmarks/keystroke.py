"""Milliseconds from a key in the rule editor to the painted counts, in a real browser. One JSON object.

Entities get the facts of the rules' own examples, mixed at random, in a database of their own; the server runs as
`greenboard serve` does. The page measures itself, from the time of the key event to the frame that shows the numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RULE = "/scorecards/production-readiness/rules/inf-1-images/edit"
DRAFT = "workload.all(w, w.image_pinned) && workload.all(w, w.replicas >= "
PAUSE = 400
"""Milliseconds between keys: each is answered before the next."""
LOOK = 500
"""Entities that one look speaks of."""


def fill(folder: Path, count: int) -> str:
    """Write the entities and their facts, through the services that everybody uses; an administrator's session."""
    from greenboard.project import running

    running.prepare(folder, sample=False)
    from django.test import Client

    from greenboard.access.models import Person
    from greenboard.catalog import store as catalog
    from greenboard.catalog.types import Declared, Entity
    from greenboard.core import clock
    from greenboard.core.refs import Ref
    from greenboard.facts.service import record
    from greenboard.facts.types import Fact, Source, SourceKind
    from greenboard.results.service import evaluate
    from greenboard.scorecards import examples
    from greenboard.web import content

    chance = random.Random(1)
    known = [
        [examples.facts(one, content.vocabulary()) for one in rule.examples] for rule in content.scorecards()[0].rules
    ]
    source, now = Source(SourceKind.CONNECTION, "benchmark"), clock.now()
    refs = [Ref("service", "default", f"service-{number:05}") for number in range(count)]
    entities = tuple(Entity(ref, tier=chance.randint(0, 4), lifecycle="production") for ref in refs)
    catalog.save(Declared(entities), now, cause="benchmark")
    for start in range(0, count, LOOK):
        said: list[Fact] = []
        for ref in refs[start : start + LOOK]:
            row: dict[str, Any] = {}
            for several in chance.sample(known, k=len(known) // 3):
                row |= chance.choice(several)
            said += [Fact(ref, name, value, source, now) for name, value in row.items()]
        record(said, [], now)
    evaluate(content.scorecards()[0], clock.now())  # the worker has nothing to catch up with
    client = Client()
    client.force_login(Person.objects.create_superuser("grace", password=None))
    return client.cookies["sessionid"].value


def serve(folder: Path, stack: ExitStack) -> str:
    """Start the server on the folder; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    surroundings = {**os.environ, "GREENBOARD_DATA_DIR": str(folder), "GREENBOARD_PORT": str(port)}
    command = [sys.executable, "-c", "from greenboard.project.main import main; main()", "serve"]
    out = stack.enter_context((folder / "log").open("w"))
    server = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=out, stderr=out)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").close()
            return f"http://127.0.0.1:{port}"
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


def measure(address: str, session: str, keys: int) -> dict[str, Any]:
    """Type digits behind a draft, one by one, and read what the page says of each."""
    from playwright.sync_api import sync_playwright

    browser = next(path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path)
    with sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page(base_url=address)
        page.set_default_timeout(300_000)  # the first answer waits for the server to read the catalog
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page.goto(RULE)
        page.click(".tall .cm-content")
        page.keyboard.press("Control+a")
        page.keyboard.type(f"{DRAFT}1")
        page.wait_for_selector("[data-panel=live]:not(.stale) .draft")
        waits, servers = [], []
        for number in range(keys):
            page.keyboard.press("Backspace" if number % 2 else str(number % 9))
            page.wait_for_timeout(PAUSE)
            panel = page.locator("[data-panel=live]")
            waits.append(float(panel.get_attribute("data-keystroke-ms") or "nan"))
            servers.append(float(panel.get_attribute("data-server-ms") or "nan"))
    return {
        "keystroke_ms": round(statistics.median(waits), 1),
        "p90_ms": round(statistics.quantiles(waits, n=10)[-1], 1),
        "server_ms": round(statistics.median(servers), 1),
    }


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--entities", type=int, default=10_000)
    asked.add_argument("--keys", type=int, default=60)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenboard-keystroke-") as name, ExitStack() as stack:
        os.environ["GREENBOARD_DATA_DIR"] = name
        session = fill(Path(name), given.entities)
        address = serve(Path(name), stack)
        print(json.dumps({"entities": given.entities, "keys": given.keys, **measure(address, session, given.keys)}))


if __name__ == "__main__":
    main()
