"""Cases of workflows: inputs, recorded answers, and what has to come of them. Pure."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Case(BaseModel):
    """A run with recorded answers. `sends` says what steps have to send, as far as it is named there."""

    model_config = ConfigDict(extra="forbid")

    case: str = Field(min_length=1)
    inputs: dict[str, Any] = {}
    entity: dict[str, Any] = {}
    event: dict[str, Any] = {}
    by: str = "ada"
    answers: dict[str, Any] = {}
    sends: dict[str, dict[str, Any]] = {}
    ends: Literal["done", "failed", "held"] = "done"
    outputs: dict[str, Any] | None = None
    undone: tuple[str, ...] | None = None


class Cases(BaseModel):
    """The cases of a workflow."""

    model_config = ConfigDict(extra="forbid")

    cases: tuple[Case, ...] = Field(min_length=1)
