"""The actions of a manifest against the vendor's description: operations, parameters, bodies, outputs. Pure."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from greenboard.connections import templates
from greenboard.connections.action.form import ActionDef
from greenboard.connections.contract.bundles import Bundle, Operation
from greenboard.connections.contract.inference import Inference
from greenboard.connections.contract.lint import Finding
from greenboard.connections.contract.shapes import ANYTHING, Shape
from greenboard.connections.integration import Integration
from greenboard.connections.plan import ActionPlan
from greenboard.core.errors import suggest
from greenboard.core.yaml import Path

_KINDS: Mapping[str, frozenset[str]] = {
    "text": frozenset({"string"}),
    "choice": frozenset({"string"}),
    "int": frozenset({"integer", "number"}),
    "number": frozenset({"number"}),
    "bool": frozenset({"boolean"}),
    "list": frozenset({"array"}),
    "object": frozenset({"object"}),
}


def findings(integration: Integration, bundle: Bundle, *, whole: bool) -> Iterator[Finding]:
    """What does not fit. Unless the description is `whole`, operations that it lacks are not told."""
    for name, plan in integration.plan.actions.items():
        operation = bundle.find(plan.spec.method.upper(), plan.spec.path, integration.manifest.contract.prefix)
        if operation is not None:
            yield from _Doing(integration, plan, operation).findings()
        elif whole:
            called = f"{plan.spec.method.upper()} {plan.spec.path}"
            yield Finding(("actions", name, plan.spec.method), f"the description has no {called}")


class _Doing:
    def __init__(self, integration: Integration, plan: ActionPlan, operation: Operation) -> None:
        self.integration, self.plan, self.operation = integration, plan, operation
        self.spec: ActionDef = plan.spec
        self.path: Path = ("actions", plan.name)

    def findings(self) -> Iterator[Finding]:
        yield from self._parameters()
        sent = self.operation.sent
        if sent is not None:
            yield from self._body(self.spec.body, sent, (*self.path, "body"))
        if self.operation.shape is not None:
            yield from self._outputs(self.operation.shape)

    def _parameters(self) -> Iterator[Finding]:
        asked = {*self.spec.query, *self.integration.manifest.api.query}
        for name in sorted(asked - self.operation.parameters):
            yield Finding((*self.path, "query"), f"{self.operation.name} has no parameter {name!r}")
        for name in sorted(self.operation.required - asked):
            yield Finding((*self.path, "query"), f"{self.operation.name} needs the parameter {name!r}")

    def _body(self, told: Any, shape: Shape, path: Path) -> Iterator[Finding]:
        """A template of a body against what the operation takes."""
        if shape.anything:
            return
        kinds = self._kinds(told)
        if kinds and shape.kinds and not kinds & shape.kinds:
            takes = " or ".join(sorted(shape.kinds))
            yield Finding(path, f"{' or '.join(sorted(kinds))} is sent, and {takes} is expected")
        elif isinstance(told, Mapping):
            yield from self._object(told, shape, path)
        elif isinstance(told, list):
            for at, part in enumerate(told):
                yield from self._body(part, shape.element(), (*path, at))
        elif isinstance(told, str) and not list(templates.holes(told)) and shape.enum and told not in shape.enum:
            words = ", ".join(sorted(str(word) for word in shape.enum))
            yield Finding(path, f"{told!r} is sent, and one of {words} is expected")

    def _object(self, told: Mapping[str, Any], shape: Shape, path: Path) -> Iterator[Finding]:
        for key, part in told.items():
            inside = shape.named(key)
            if inside is None:
                yield Finding((*path, key), f"there is no {key!r}. {suggest(key, shape.names()) or ''}".strip())
            else:
                yield from self._body(part, inside, (*path, key))
        lacking: list[list[str]] = [sorted(set(one.get("required", ())) - told.keys()) for one in shape.variants]
        if lacking and all(lacking):
            fewest = min(lacking, key=len)
            yield Finding(path, f"{', '.join(fewest)} is needed")

    def _kinds(self, told: Any) -> frozenset[str]:
        """The JSON types that a part of a template comes to; empty where that is open."""
        if isinstance(told, Mapping):
            return frozenset({"object"})
        if isinstance(told, list):
            return frozenset({"array"})
        if isinstance(told, bool):
            return frozenset({"boolean"})
        if isinstance(told, int | float):
            return frozenset({"number", "integer"})
        holes = list(templates.holes(told)) if isinstance(told, str) else []
        if holes and told == f"{{{holes[0]}}}":
            root, _, name = holes[0].partition(".")
            declared = self.spec.inputs.get(name) if root == "input" else None
            return _KINDS[declared.type] if declared else frozenset()
        return frozenset({"string"}) if isinstance(told, str) else frozenset()

    def _outputs(self, body: Shape) -> Iterator[Finding]:
        items = yield from self._infer(("items",), self.plan.items.tree, body)
        thing = items.element() if "array" in items.kinds else items
        for name, expression in self.plan.output.items():
            made = yield from self._infer(("output", name), expression.tree, thing)
            wanted = _KINDS.get(self.spec.output[name].type, frozenset())
            if made.kinds and wanted and not made.kinds & wanted:
                kinds = " or ".join(sorted(made.kinds))
                said = f"{self.spec.output[name].type} is expected, and this is {kinds}"
                yield Finding((*self.path, "output", name), said)

    def _infer(self, path: Path, tree: Mapping[str, Any], shape: Shape) -> Generator[Finding, None, Shape]:
        inference = Inference({"settings": ANYTHING, "input": ANYTHING, "marker": ANYTHING}, self.integration.functions)
        found = inference.infer(tree, shape)
        yield from (Finding((*self.path, *path), problem) for problem in inference.problems)
        return found
