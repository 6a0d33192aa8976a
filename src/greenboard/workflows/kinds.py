"""What steps can do: modules in `workflows.steps`, found by looking, each with a `KIND`, and what plugins bring."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from croniter import croniter  # type: ignore[import-untyped]

from greenboard.core.discovery import modules
from greenboard.core.errors import UserError, suggest
from greenboard.core.refs import Ref
from greenboard.plugins import registry
from greenboard.plugins.contract import Action, Inputs, Performing, Refused
from greenboard.workflows.types import Asked, Call, Done, Failed, Result

STEPS = "greenboard.workflows.steps"


class Given(Inputs):
    """What a step is given (`with`). Texts that are one expression may come to any type, which is checked then."""


@dataclass(frozen=True)
class Moment:
    """What a step finds when it is performed.

    Args:
        run: The number of the run.
        path: Which step of it.
        key: The same for every attempt of this step and for no other: sent along, it makes effects happen once.
        workflow: Its name.
        entity: What the run is about.
        by: Who started it.
        now: The moment.
        depth: How many runs are above this one.
        asked: What it asked for when it was performed before; None the first time.
        until: How long it waits, where it did.
        heard: What it heard since.
        address: Where the answer to a callback is sent.
        hosts: The only hosts that the secrets among `given` may be sent to; None where there are none.
        secrets: The texts of the secrets among `given`.

    """

    run: int
    path: str
    key: str
    workflow: str
    entity: Ref | None
    by: str
    now: datetime
    depth: int = 0
    asked: Asked | None = None
    until: datetime | None = None
    heard: tuple[Mapping[str, Any], ...] = ()
    address: str = ""
    hosts: frozenset[str] | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def late(self) -> bool:
        """Whether it waited to the end."""
        return self.until is not None and self.now >= self.until


@dataclass(frozen=True)
class Kind:
    """Something that steps can do.

    `sealed` are the parts of `given` that may use secrets. One that is `pure` looks at nothing but what it is given,
    so that a rehearsal has it do that. One that `waits` cannot take anything back. To one that is `answered` others
    may answer later, at `callback.url`. What is `rare` of `given` is folded away in forms. `calls` says which requests
    it would send, without sending any; it raises UserError as far as they would be refused.
    """

    name: str
    title: str
    model: type[Inputs]
    perform: Callable[[Any, Moment], Result]
    sealed: frozenset[str] = frozenset()
    pure: bool = False
    waits: bool = False
    answered: bool = False
    check: Callable[[Any], None] | None = None
    rare: frozenset[str] = frozenset()
    calls: Callable[[Any, Moment], Sequence[Call]] | None = None


def known() -> Mapping[str, Kind]:
    """Every kind of step by its name; one of a plugin has that of the plugin before it: `plugin.name`."""
    brought = (_brought(plugin, one) for plugin, one in registry.brought("greenboard_actions", Action))
    return {**_ours(), **{kind.name: kind for kind in brought}}


@cache
def _ours() -> Mapping[str, Kind]:
    return {kind.name: kind for kind in (module.KIND for module in modules(STEPS))}


def _brought(plugin: str, one: Action) -> Kind:
    where = f"the action {one.name}"

    def perform(given: Inputs, moment: Moment) -> Result:
        entity = str(moment.entity) if moment.entity else ""
        told = Performing(moment.run, moment.key, moment.workflow, entity, moment.by, moment.now)
        try:
            came = registry.call(plugin, where, lambda: one.perform(given, told), dict, (Refused,))
        except Refused as error:
            return Failed(str(error), again=error.again)
        except UserError as error:
            return Failed(str(error))
        try:
            return Done(json.loads(json.dumps(came, allow_nan=False)))
        except (TypeError, ValueError) as error:
            return Failed(f"the plugin {plugin} gave outputs that are no JSON: {error}")

    return Kind(f"{plugin}.{one.name}", one.title, one.inputs, perform)


def find(name: str) -> Kind:
    """The kind of a name.

    Raises:
        UserError: there is none.

    """
    kind = known().get(name)
    if kind is None:
        raise UserError(f"no step does {name!r}", expected=", ".join(sorted(known())), hint=suggest(name, known()))
    return kind


def check_cron(text: str) -> None:
    """Refuse what is not five fields of cron.

    Raises:
        ValueError: it is not.

    """
    if len(text.split()) != 5 or not croniter.is_valid(text):
        raise ValueError("not a time as cron has it, such as `0 8 * * 1-5`")


def after(text: str, moment: datetime) -> datetime:
    """The next time of a schedule after a moment."""
    found: datetime = croniter(text, moment).get_next(datetime)
    return found
