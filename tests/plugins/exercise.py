"""Uses whatever the example brings, in a process in which it is installed; prints what came of it as JSON.

Run by `test_example.py` outside of the source tree: only what is installed is there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from greenboard.project import running

if __name__ == "__main__":
    running.prepare(Path(sys.argv[1]), sample=False)

    from django.test import Client
    from django.test.utils import setup_test_environment

    from greenboard.access.models import Person
    from greenboard.catalog import saving
    from greenboard.catalog.types import Declared, Entity
    from greenboard.connections import discovery
    from greenboard.core import clock
    from greenboard.core.refs import Ref
    from greenboard.facts import service as facts
    from greenboard.facts.store import vocabulary
    from greenboard.facts.types import Fact, Source, SourceKind
    from greenboard.notifications import reaching
    from greenboard.notifications.types import Letter
    from greenboard.plugins import registry
    from greenboard.reviews import template
    from greenboard.rules import language
    from greenboard.rules.columns import Frame
    from greenboard.rules.evaluate import evaluate
    from greenboard.workflows import kinds
    from greenboard.workflows.kinds import Moment

    setup_test_environment()
    now, ref = clock.now(), Ref("service", "default", "checkout")
    saving.save(Declared((Entity(ref, title="checkout", tags=("cost-centre-4711",)),)), now, cause="example")
    cost = Fact(ref, "example_cost", {"monthly": 120.0, "budget": 100.0}, Source(SourceKind.CONNECTION, "tool"), now)
    facts.record([cost], [], now)
    program = language.compile("example.over_pct(example_cost.monthly, example_cost.budget) > 19.9", vocabulary())
    rows = [{"example_cost": {"monthly": 120.0, "budget": 100.0}}, {"example_cost": {"monthly": 9.0, "budget": 0.0}}]
    action = kinds.find("example.estimate")
    moment = Moment(1, "step", "key", "workflow", ref, "ada", now)
    channel, spool = reaching.kind("example.folder"), {"folder": str(Path(sys.argv[1]))}
    channel.check(spool)
    client = Client()
    client.force_login(Person.objects.create_superuser("ada", password="a long password"))

    def get(path: str) -> tuple[int, str]:
        answer = client.get(path)
        return answer.status_code, answer.content.decode()

    (plugin,) = registry.plugins()
    told: dict[str, Any] = {
        "state": [plugin.name, plugin.found.package, plugin.found.version, plugin.state.value, plugin.why],
        "hooks": sorted(plugin.brought),
        "from": str(Path(sys.modules["greenboard_example"].__file__ or "")),
        "verdicts": evaluate(program, Frame.build(vocabulary(), rows, now)).tolist(),
        "integration": discovery.found()["example_costs"].manifest.title,
        "template": template.find("example-cost-review").title,
        "action": str(action.perform(action.model(monthly=10.0, growth_pct=20.0), moment)),
        "letter": channel.send(spool, "", Letter("7", "now", "Hello", "A letter.", (), 0, "", "", "")).answer,
        "written": Path(sys.argv[1], "7.txt").read_text(encoding="utf-8"),
        "report": get("/reports/birds-eye/as/example.markdown"),
        "page": get("/plugins/example/about"),
        "entity": get("/entities/service/default/checkout"),
        "plugin": get("/plugins/example"),
    }
    print(json.dumps(told))
