"""Reckoning with costs: a function for rules, and an action of workflows."""

from __future__ import annotations

from greenboard.plugins import Inputs, Performing, Refused


def over_pct(monthly: float, budget: float) -> float | None:
    """By how many percent a cost is over its budget. None, where there is no budget to hold it against, is an error."""
    return max(0.0, (monthly - budget) / budget * 100) if budget > 0 else None


class Estimate(Inputs):
    """What a component costs in a month, and by how many percent that grows in a year."""

    monthly: float
    growth_pct: float = 0.0


def estimate(given: Estimate, moment: Performing) -> dict[str, object]:
    """The cost of a year. It has no effect, so it does not matter how often it is done."""
    if given.monthly < 0:
        raise Refused("a cost is not negative")
    yearly = given.monthly * 12 * (1 + given.growth_pct / 100)
    return {"yearly": round(yearly, 2), "entity": moment.entity}
