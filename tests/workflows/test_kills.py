"""Runs of twelve steps whose worker is killed at random points: each ends, and each effect happens once."""

from __future__ import annotations

import json
import os
import random
import time
from collections import defaultdict
from pathlib import Path

import pytest
from tests.durable import conftest as durable
from tests.durable.conftest import (  # noqa: F401 - fixtures
    Installation,
    either,
    empty_database,
    empty_file,
    here,
    kill,
    postgres,
    there,
)
from tests.workflows.conftest import Receiver, receiving

KILLS = int(os.environ.get("GREENBOARD_TEST_KILLS", "10"))
SEED = int(os.environ.get("GREENBOARD_TEST_SEED", "7"))
LIMIT = 300.0


def document(url: str) -> str:
    def call(name: str, more: str = "") -> str:
        at = f"'{url}/effect/${{{{ run.number }}}}/{name}'"
        return f"{{id: {name}, do: http, with: {{method: POST, url: {at}{more}}}, retry: {{attempts: 9, pause: 1s}}}}"

    back = ", body: {back: '${{ callback.url }}'}, callback: {within: 1h}"
    return f"""
name: twelve
title: Twelve
steps:
- {call("one")}
- {{id: two, do: transform, with: {{values: {{x: 1}}}}}}
- {call("three")}
- {{id: four, do: approve, with: {{people: [grace]}}}}
- {call("five")}
- {call("six", back)}
- id: seven
  each: ${{{{ [1, 2, 3] }}}}
  at_once: 2
  steps:
  - {{id: eight, do: http, with: {{method: POST, url: '{url}/effect/${{{{ run.number }}}}/eight-${{{{ item }}}}'}}}}
  - {{id: nine, do: transform, with: {{values: {{x: "${{{{ item }}}}"}}}}}}
- {{id: ten, do: wait, with: {{time: 1s}}}}
- {call("eleven")}
- {call("twelve")}
"""


EFFECTS = {"one", "three", "five", "six", "eight-1", "eight-2", "eight-3", "eleven", "twelve"}
KNOWN = """
import json
from greenboard.access.models import Grant, Person, Role
from greenboard.core import clock
from greenboard.workflows import answering, service, starting
from greenboard.workflows.answering import Said
from greenboard.workflows.models import Run, Step
from greenboard.workflows.service import Answer, Change
from greenboard.workflows.starting import Wish
from greenboard.workflows.types import Way
from greenboard.core.errors import UserError
"""


class Company:
    """Whoever starts runs, approves, and answers callbacks."""

    def __init__(self, made: Installation, receiver: Receiver) -> None:
        self.made, self.receiver = made, receiver
        self.answered = set[str]()
        made.ask(
            KNOWN
            + f"""
for name in ("ada", "grace"):
    person = Person.objects.create_user(name, password="a long password")
    Grant.objects.create(role=Role.objects.get(name="maintainer"), person=person, created_at=clock.now())
service.save(Change({document(receiver.url)!r}, 0, "test"))"""
        )

    def start(self) -> None:
        self.made.ask("starting.ask(Wish('twelve'), Person.objects.get(username='ada'), Way.PERSON)")

    def begun(self, number: int) -> None:
        """Wait until a run has taken a step: the worker is at work then, however slowly it started."""
        until = time.monotonic() + 60
        while self.made.ask(f"print(Step.objects.filter(run={number}).exists())") != "True":
            assert time.monotonic() < until, self.made.log()[-3000:]
            self.tend()
            time.sleep(0.1)

    def tend(self) -> dict[str, str]:
        """Approve and answer what waits; the states of all runs."""
        backs = [one.body["back"].rpartition("/")[2] for one in self.receiver.seen if one.path.endswith("/six")]
        fresh = [token for token in backs if token not in self.answered]
        self.answered |= {*fresh}
        told = self.made.ask(f"""
for step in Step.objects.filter(path="four", doing="waiting"):
    try:
        service.answer(step.run_id, "four", Answer(), Person.objects.get(username="grace"))
    except UserError as error:
        pass
for token in {fresh!r}:
    try:
        answering.take(token, Said("success"))
    except UserError as error:
        pass
print(json.dumps(dict(Run.objects.values_list("id", "state"))))""")
        found: dict[str, str] = json.loads(told)
        return found


@pytest.mark.slow
def test_a_worker_that_is_killed_at_random_points_loses_no_run_and_doubles_no_effect(
    either: Installation,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(durable, "HERE", Path(__file__).parent)
    dice = random.Random(SEED)
    with receiving(Receiver()) as receiver:
        company = Company(either, receiver)
        for number in range(KILLS):
            company.start()
            with either.working(f"w{number % 2}") as worker:
                company.begun(number + 1)
                until = time.monotonic() + dice.uniform(0, 4)
                while time.monotonic() < until:
                    company.tend()
                    time.sleep(0.05)
                kill(worker)
        with either.working("w2"):
            began = time.monotonic()
            while (states := company.tend()) and set(states.values()) != {"done"}:
                assert time.monotonic() - began < LIMIT, (states, either.log()[-3000:])
                time.sleep(0.2)
    keys = defaultdict(set)
    for one in receiver.seen:
        _, _, run, name = one.path.split("/")
        keys[run, name].add(one.headers["idempotency-key"])
    assert set(keys) == {(run, name) for run in states for name in EFFECTS}
    assert {len(several) for several in keys.values()} == {1}
    print(f"{len(receiver.seen)} requests for {len(keys)} effects, {KILLS} kills")
