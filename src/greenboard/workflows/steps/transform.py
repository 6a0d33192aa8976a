"""Making values of values: every expression in `values` is computed and given."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Result


class Transform(Given):
    """The values, by name."""

    values: dict[str, Any] = Field(description="A line for each: `name: ${{ inputs.a }}`.")


def perform(given: Transform, moment: Moment) -> Result:  # noqa: ARG001 - as every kind of step
    """Give them."""
    return Done(given.values)


KIND = Kind("transform", "Compute values", Transform, perform, pure=True)
