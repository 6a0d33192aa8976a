"""The workflows that there are, by name. Declaring one loads nothing of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from greenboard.durable.types import Body, Workflow

_declared: dict[str, Workflow] = {}


def workflow(name: str, *, every: str | None = None, waits: bool = False) -> Callable[[Body], Workflow]:
    """Declare an async function as a workflow, see `Workflow`. Names stay: work that waits is found by them."""

    def declare(body: Body) -> Workflow:
        return add(Workflow(name, body, every, waits))

    return declare


def add(made: Workflow) -> Workflow:
    """Declare a workflow.

    Raises:
        ValueError: another one has its name.

    """
    if _declared.setdefault(made.name, made) != made:
        raise ValueError(f"two workflows are named {made.name}")
    return made


def declared() -> Mapping[str, Workflow]:
    """All that were declared so far."""
    return MappingProxyType(_declared)
