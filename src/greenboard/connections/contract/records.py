"""What the records of each stream look like, by the vendor's description. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from greenboard.connections.contract.bundles import Bundle, Operation
from greenboard.connections.contract.inference import Inference
from greenboard.connections.contract.shapes import ANYTHING, Origin, Shape
from greenboard.connections.expressions import Function
from greenboard.connections.plan import Plan, StreamPlan


@dataclass
class Records:
    """The operation and the shape of a record, by stream; a stream without is not described."""

    plan: Plan
    operations: dict[str, Operation] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    bodies: dict[str, Shape] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def shape(self, stream: str) -> Shape:
        """The shape of a record; anything where that is not described."""
        return self.shapes.get(stream, ANYTHING)

    def names(self, stream: str) -> Mapping[str, Shape]:
        """What expressions on a record may start with besides its fields."""
        return {"settings": ANYTHING, "root": self.shape(stream), "parent": self._above(stream)}

    def _above(self, stream: str) -> Shape:
        """What a record hangs on, with what that hangs on as its `parent`, and so on."""
        parent = self.plan.streams[stream].parent
        return replace(self.shape(parent), above=self._above(parent)) if parent else ANYTHING


def described(plan: Plan, bundle: Bundle, own: Mapping[str, Function]) -> Records:
    """Find each stream in a bundle. `own` are the functions of the integration."""
    found = Records(plan)
    for name, stream in plan.streams.items():
        if stream.take is not None and stream.parent in found.shapes:
            taken = Inference({"settings": ANYTHING}, own).infer(stream.take.tree, found.shape(stream.parent))
            found.shapes[name] = taken.element() if "array" in taken.kinds else taken
            continue
        operation = _operation(plan, stream, bundle)
        if operation is None:
            if stream.spec.get or stream.spec.post:
                found.missing.append(name)
            continue
        found.operations[name] = operation
        if operation.shape is not None:
            found.bodies[name] = operation.shape
            found.shapes[name] = _record(stream, operation.shape, own)
    return found


def _operation(plan: Plan, stream: StreamPlan, bundle: Bundle) -> Operation | None:
    spec, prefix = stream.spec, plan.manifest.contract.prefix
    if not (spec.get or spec.post):
        return None
    return bundle.find("GET" if spec.get else "POST", spec.get or spec.post, prefix)


def _record(stream: StreamPlan, body: Shape, own: Mapping[str, Function]) -> Shape:
    """What `items` and `unfold` make of a body, as the beginning of paths."""
    items = Inference({"settings": ANYTHING}, own).infer(stream.items.tree, body)
    record = items.element() if "array" in items.kinds else items
    if stream.unfold is not None:
        outer = replace(record, origin=None)
        record = Inference({"settings": ANYTHING}, own).infer(stream.unfold.tree, record).element()
        # The outer item is there as `of`; what is read of it is not varied.
        return ANYTHING if record.anything else _with(record, stream.name, outer)
    if record.kinds and "object" not in record.kinds:
        return _with(record, stream.name, ANYTHING)
    return replace(record, origin=Origin(stream.name)) if not record.anything else record


def _with(record: Shape, stream: str, outer: Shape) -> Shape:
    """A record with the item that it was unfolded from; one that is no object is its `value`."""
    if record.kinds and "object" not in record.kinds:
        return Shape(made=frozenset({"object"}), fields={"value": record, "of": outer})
    fields = {
        name: replace(shape, origin=Origin(stream, (name,))) for name in record.names() if (shape := record.named(name))
    }
    return Shape(made=frozenset({"object"}), fields={**fields, "of": outer}, origin=Origin(stream))
