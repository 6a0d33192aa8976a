"""Starting runs: by people, by programs, by the clock, by what happened, and by other runs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction

from greenboard.access import audit
from greenboard.access.decide import Asker, Permission, may, sight
from greenboard.access.errors import Above, Absent, InTheWay
from greenboard.access.sight import EVERYTHING, Sight
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.workflows import allowed, attaching, inputs, keeping, log, offering, store
from greenboard.workflows.definition import Definition
from greenboard.workflows.inputs import Find, Input, Offer
from greenboard.workflows.models import Run, Step, Version
from greenboard.workflows.store import Listed
from greenboard.workflows.types import Json, Way
from greenboard.workflows.waking import wake

DEEPEST = 5
"""So many runs may start one within another."""


@dataclass(frozen=True)
class Wish:
    """A run as somebody wants it. `inputs` are as they were entered, secrets among them."""

    workflow: str
    inputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    entity: Ref | None = None


@dataclass(frozen=True)
class Cause:
    """What starts a run: how, in whose name, and what of."""

    way: Way
    by: str
    told: Mapping[str, Json] = field(default_factory=dict)
    parent: Step | None = None


@dataclass(frozen=True)
class Checked:
    """A wish that can be granted: the workflow, what it is about, and the values of its inputs."""

    listed: Listed
    about: Stored | None
    values: Mapping[str, Json] = field(repr=False)


def ask(wish: Wish, asker: Asker, way: Way) -> Run:
    """Start a run as somebody asks.

    Raises:
        UserError: there is no such workflow or entity, they may not, or what they entered does not fit.

    """
    checked = check(wish, asker)
    with transaction.atomic():
        run = _make(checked, Cause(way, allowed.account(asker)))
        audit.note("workflow.started", f"workflow:{wish.workflow}", after=_noted(run, checked))
    return run


def check(wish: Wish, asker: Asker) -> Checked:
    """Hold a wish against what somebody may, without starting anything; errors as for `ask`."""
    listed = store.workflow(wish.workflow)
    about = _about(wish.entity, sight(asker, Permission.WORKFLOWS_RUN))
    if not may(asker, Permission.WORKFLOWS_RUN) or not allowed.start(asker, listed.definition, about):
        raise Above(f"{listed.definition.title} is not yours to start", hint="Its document says who may.")
    return _checked(listed, about, wish.inputs, _Eyes(sight(asker), allowed.account(asker)))


def reading(asker: Asker) -> tuple[Find, Offer]:
    """How what somebody enters is read: what they may choose is what they see."""
    eyes = _Eyes(sight(asker), allowed.account(asker))
    return _finder(eyes), partial(offering.filled, seen=eyes.seen)


def itself(wish: Wish, cause: Cause) -> Run:
    """Start a run as the document of a workflow says; errors as for `ask`, but for what somebody may."""
    checked = _checked(store.workflow(wish.workflow), _about(wish.entity, EVERYTHING), wish.inputs, _Eyes(EVERYTHING))
    with transaction.atomic():
        return _make(checked, cause)


def _about(ref: Ref | None, seen: Sight) -> Stored | None:
    if ref is None:
        return None
    found = catalog.find(ref, sight=seen)
    if found is None:
        raise Absent(f"no entity {ref}", hint="Or it is not yours to start workflows about.")
    return found


def _checked(listed: Listed, about: Stored | None, given: Mapping[str, Any], eyes: _Eyes) -> Checked:
    made = listed.definition
    if not listed.row.enabled:
        raise InTheWay(f"{made.title} is switched off")
    if about is None and made.entity == "required":
        raise UserError(f"{made.title} is about an entity", hint="Start it from the page of one.")
    if about is not None and made.entity == "none":
        raise UserError(f"{made.title} is about no entity")
    if about is not None and made.offer.kinds and about.ref.kind not in made.offer.kinds:
        raise UserError(f"{made.title} is not about a {about.ref.kind}", expected=" or ".join(made.offer.kinds))
    if missing := keeping.missing(made):
        raise InTheWay(f"{made.title} lacks the secret {missing[0]}", hint="Enter it under Workflows, Secrets.")
    scope = {"entity": store.told(about) if about else {}, "now": clock.now()}
    offer = partial(offering.filled, seen=eyes.seen)
    return Checked(listed, about, inputs.check(made.inputs, given, scope, _finder(eyes), offer))


@dataclass(frozen=True)
class _Eyes:
    """What can be seen for a run: entities, and the files that somebody handed in."""

    seen: Sight
    by: str = ""


def _finder(eyes: _Eyes) -> Find:
    """Looks entities, people and files up, as far as they may be seen."""

    def find(field: Input, text: str) -> Json:
        if field.type == "file":
            return attaching.find(field, text, eyes.by)
        if field.type == "person":
            found = offering.people(field).filter(username=text).first()
            return found.get_username() if found else None
        try:
            ref = Ref.parse(text, kind=field.kinds[0] if len(field.kinds) == 1 else None)
        except UserError:
            return None
        there = inputs.of_kind(field, ref) and catalog.find(ref, sight=eyes.seen)
        return str(ref) if there else None

    return find


def _make(checked: Checked, cause: Cause) -> Run:
    now, made, row = clock.now(), checked.listed.definition, checked.listed.row
    depth = cause.parent.run.depth + 1 if cause.parent else 0
    if depth > DEEPEST:
        raise UserError("runs start one another too deeply", expected=f"at most {DEEPEST} within one another")
    run = Run.objects.create(
        version=Version.objects.get(workflow=row, number=row.version),
        workflow=row,
        entity_id=checked.about.id if checked.about else None,
        key=uuid.uuid4(),
        inputs=inputs.open_(made.inputs, checked.values),
        way=cause.way.value,
        by=cause.by,
        cause=dict(cause.told),
        parent=cause.parent.run if cause.parent else None,
        parent_path=cause.parent.path if cause.parent else "",
        depth=depth,
        turned_at=now,
        began_at=now,
    )
    keeping.keep(run, _secrets(made, checked.values))
    attaching.keep(run, made.inputs, checked.values)
    log.say(run, now, f"started with version {row.version} of {row.name}", by=cause.by)
    wake(run, now)
    return run


def _secrets(made: Definition, values: Mapping[str, Json]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if made.inputs[name].type == "secret"}


def _noted(run: Run, checked: Checked) -> dict[str, Json]:
    about = str(checked.about.ref) if checked.about else None
    return {"run": run.pk, "version": run.version.number, "entity": about, "inputs": run.inputs}
