"""What the operations take: the bodies of requests. A field that is not known is refused, and the meant one named."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FixGiven(Strict):
    """How a rule is met: in words, and by a scaffold or a workflow."""

    text: str | None = None
    scaffold: str | None = None
    workflow: str | None = None


class Parts(Strict):
    """A rule, or those parts of it that are given. What the parts may hold is said by the rule's form."""

    id: str | None = None
    item: str | None = None
    dimension: str | None = None
    title: str | None = None
    why: str | None = None
    fix: str | FixGiven | None = None
    level: str | None = None
    weight: int | None = None
    enforcement: str | None = None
    enabled_from: str | None = None
    lifecycle: str | None = None
    grace: str | None = None
    scope: dict[str, Any] | None = None
    when: str | None = None
    expression: str | None = None
    parameters: dict[str, dict[str, Any]] | None = None
    examples: list[dict[str, Any]] | None = None

    def given(self) -> dict[str, Any]:
        """The parts that were given; None takes one out."""
        return self.model_dump(exclude_unset=True, include=set(Parts.model_fields))


Limit = Annotated[int, Field(ge=0, le=500)]
"""How many entities a list names; totals are exact."""


class Check(Strict):
    """An expression to look at. `rule` is the one whose parts are taken for those not given."""

    scorecard: str
    rule: str | None = None
    expression: str
    when: str | None = None
    parameters: dict[str, dict[str, Any]] | None = None

    def given(self) -> dict[str, Any]:
        """The parts of the rule that were given."""
        return self.model_dump(exclude_unset=True, include={"expression", "when", "parameters"})


class RuleDraft(Strict):
    """A draft of a rule; parts that are not given are those of the rule of its id."""

    scorecard: str
    rule: Parts
    limit: Limit = 50


class RuleBacktest(RuleDraft):
    """A draft of a rule, and how many days to look back, today included."""

    days: Annotated[int, Field(ge=1, le=400)] = 90


class ScorecardDraft(Strict):
    """A draft of a whole scorecard, as its YAML. It includes nothing but files that ship."""

    yaml: str
    limit: Limit = 50


class Saved(Parts):
    """An edited rule, and the `digest` of the version that it is based on; "" for a rule that is new."""

    based_on: str
    note: Annotated[str, Field(max_length=500)] = ""


class Restored(Strict):
    """The `digest` of the version that is taken back."""

    based_on: str
    note: Annotated[str, Field(max_length=500)] = ""
