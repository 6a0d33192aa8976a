"""Declaring an entity, or changing one that was declared so."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError

from greenboard.access import origin
from greenboard.access.origin import Origin
from greenboard.catalog import native, parts
from greenboard.catalog.native import EntityModel
from greenboard.core import yaml
from greenboard.core.errors import UserErrors
from greenboard.facts import pushing
from greenboard.facts.pushing import Pushed, Reach
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Result


class Declare(Given):
    """The entity as a descriptor has it: `kind`, `name`, `owner`, and whatever else is to be said of it."""

    entity: dict[str, Any] = Field(
        description="`kind`, `name`, `owner` and more, a line for each, as descriptors have it."
    )


def perform(given: Declare, moment: Moment) -> Result:
    """Make the entity be what is said; one that a descriptor declares is refused, since it is changed there."""
    document = yaml.Document(given.entity, f"run {moment.run}")
    try:
        model = EntityModel.model_validate(given.entity)
    except ValidationError as invalid:
        raise UserErrors(yaml.explain(document, EntityModel, error) for error in invalid.errors()) from None
    refusals = parts.Refusals()
    found = native.declared(model, document, (), refusals)
    if refusals.errors or found is None:
        raise UserErrors(refusals.errors)
    with origin.acting(Origin("system", f"workflow {moment.workflow}, run {moment.run}", "worker")):
        pushing.take(Pushed(found), Reach(), cause=f"workflow {moment.workflow}")
    return Done({"entity": str(found.entities[0].ref)})


KIND = Kind("entity", "Declare or change an entity", Declare, perform)
