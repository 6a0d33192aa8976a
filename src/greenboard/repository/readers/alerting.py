"""Alert rules kept as files: how many, how many call a person, with a runbook, watching what, reaching whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from greenboard.repository.monitoring.routes import routes
from greenboard.repository.monitoring.rules import Rule, rules
from greenboard.repository.tree import Tree
from greenboard.repository.types import Found, Missed, Reader, Scope

_ORDER = ("latency", "traffic", "errors", "saturation")


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact where the component has alert rules. Shares are left out where a file could not be read."""
    found: list[Rule] = []
    whole = True
    for item in rules(scope):
        if isinstance(item, Missed):
            whole = False
            yield item
        else:
            found.append(item)
    if not found:
        return
    seen = {name for rule in found for name in rule.signals}
    # After a partial look the signals are told only where none can be lacking.
    signals = [name for name in _ORDER if name in seen]
    value: dict[str, Any] = {"golden_signals": signals} if whole or len(signals) == len(_ORDER) else {}
    places = {}
    if whole:
        value["rules"] = len(found)
        value["runbook_pct"] = round(100 * sum(rule.runbook for rule in found) / len(found), 1)
        bare = next((rule for rule in found if not rule.runbook), found[0])
        places["runbook_pct"] = bare.place
    # A rule without a severity is sent where the router likes: what it is worth is not known from here.
    if whole and all(rule.paging is not None for rule in found):
        value["paging_rules"] = sum(rule.paging is True for rule in found)
    unrouted = _unrouted(scope.tree, found)
    if whole and unrouted is not None:
        value["unrouted_rules"] = len(unrouted)
        places |= {"unrouted_rules": unrouted[0].place} if unrouted else {}
    if value:
        yield Found("alerting", value, location=found[0].place, places=places)


def _unrouted(tree: Tree, found: list[Rule]) -> list[Rule] | None:
    """The rules that reach nobody, by the one routing configuration in the tree; None where that cannot be told."""
    known = routes(tree)
    if len(known) != 1 or not all(rule.routed_here for rule in found):
        return None
    verdicts = [(rule, known[0].reaches(rule.labels)) for rule in found]
    if any(verdict is None for _, verdict in verdicts):
        return None
    return [rule for rule, verdict in verdicts if verdict is False]


READER = Reader(name="alert rules", types=("alerting",), about="component", read=read)
