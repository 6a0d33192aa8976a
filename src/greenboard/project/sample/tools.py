"""What the sample's tools and people say of its components on a day: facts no repository has.

Texts that begin with @ are moments: `@-2h` so long before the look, `@every 3d` the last time that
something done every three days was done, `@ago 40` the day so many days ago. `@+90d` lies ahead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts.types import Fact, Gap, Source, SourceKind
from greenboard.facts.vocabulary import Vocabulary
from greenboard.project.sample.script import Component, Script

_MOMENT = re.compile(r"@(?:(?P<sign>[+-])(?P<span>\w+)|every (?P<every>\d+)d|ago (?P<ago>\d+))")


def said(
    script: Script, component: Component, vocabulary: Vocabulary, now: datetime, day: int
) -> tuple[list[Fact], list[Gap]]:
    """The facts and gaps of a component, so many days before `now`."""
    at = now - timedelta(days=day)
    ref = named(component)
    values, failing = state(script, component, day)
    facts = [
        Fact(ref, name, vocabulary.normalise(name, _moments(raw, now, at)), _source(script, name, component), at)
        for name, raw in values.items()
        if name not in failing
    ]
    gaps = [Gap(ref, name, reason, _source(script, name, component), at) for name, reason in failing.items()]
    return facts, gaps


def named(component: Component) -> Ref:
    """The reference of a component."""
    return Ref(component.kind, "default", component.name)


def state(script: Script, component: Component, day: int) -> tuple[dict[str, Any], dict[str, str]]:
    """The values by fact type, and the reasons of those that cannot be read, on a day."""
    common, own = script.tools.said.get("any", {}), script.tools.said.get(component.kind, {})
    values: dict[str, Any] = {**common, **own}
    values = {name: value for name, value in values.items() if name not in component.missing}
    _set(values, component.facts)
    failing: dict[str, str] = {}
    for change in sorted(component.changes, key=lambda change: -change.ago):
        if change.ago >= day:
            _set(values, change.set)
            failing |= change.fail
            for name in (*change.drop, *change.mend):
                failing.pop(name, None)
            for name in change.drop:
                values.pop(name, None)
    return values, failing


def _set(values: dict[str, Any], changed: Mapping[str, Any]) -> None:
    """Single facts merge field by field; lists merge item by item, by the first field of the items."""
    for name, raw in changed.items():
        before = values.get(name)
        if isinstance(raw, dict) and isinstance(before, dict):
            values[name] = {**before, **raw}
        elif isinstance(raw, list) and isinstance(before, list) and raw:
            values[name] = _items(before, raw)
        else:
            values[name] = raw


def _items(before: Iterable[dict[str, Any]], changed: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    items = {next(iter(item.values())): item for item in before}
    for item in changed:
        key = next(iter(item.values()))
        items[key] = {**items.get(key, {}), **item}
    return list(items.values())


def _source(script: Script, name: str, component: Component) -> Source:
    tool = script.tools.sources.get(name)
    if tool is None:
        raise UserError(f"the sample has no tool that supplies {name}")
    return Source(SourceKind(tool.kind), tool.name, link=tool.link.replace("<<name>>", component.name))


def _moments(raw: Any, now: datetime, at: datetime) -> Any:
    if isinstance(raw, dict):
        return {key: _moments(value, now, at) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_moments(value, now, at) for value in raw]
    found = _MOMENT.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        return raw
    if found["every"]:
        every = int(found["every"])
        return now - timedelta(days=-(-((now - at).days) // every) * every, hours=3)
    if found["ago"]:
        return now - timedelta(days=int(found["ago"]), hours=6)
    span = clock.parse_span(found["span"])
    return at + span if found["sign"] == "+" else at - span
