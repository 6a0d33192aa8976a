"""What YAML cannot say of Datadog: resources that stand beside what refers to them, as JSON:API has it."""

from __future__ import annotations

from typing import Any

from greenboard.connections.expressions.function import Registry

FUNCTIONS = Registry()


@FUNCTIONS.add("list", "list", gives="list", example="linked(included, data.relationships.steps.data)")
def linked(included: list[Any], references: list[Any]) -> list[Any] | None:
    """The included resources in the order of the references; unknown when one is not among them."""
    known = {_key(one): one for one in included}
    found = [known.get(_key(one)) for one in references]
    return None if None in found else found


def _key(resource: Any) -> str:
    return repr((resource.get("type"), resource.get("id"))) if isinstance(resource, dict) else ""
