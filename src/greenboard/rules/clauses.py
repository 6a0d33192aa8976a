"""Clauses: one comparison or test of one lane, said for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from greenboard.rules import phrases
from greenboard.rules.schema import NOW, PARAMETERS
from greenboard.rules.trace import Point, Trace
from greenboard.rules.tree import Call, Const, Fold, FoldKind, Has, Kind, ListOf, Node, Select, Var


@dataclass
class Clauses:
    """Words for the parts of a traced expression. `labels` says what local variables stand for."""

    trace: Trace
    labels: dict[str, str] = field(default_factory=dict)

    def leaf(self, node: Node, point: Point, wanted: bool) -> str:
        """A comparison or test that has a value; `wanted` is the one that would have pleased the rule."""
        match node:
            case Const():
                return "the rule says so of everything"
            case Has():
                there = self.trace.truth(node, point)
                known = f"{'a' if there else 'no'} known {phrases.words(node.field)}"
                said = f"{self.subject(node.operand, point)} has {known}"
                return said if there is wanted else f"{said}; wanted {'one' if wanted else 'none'}"
            case Select():
                met = self.trace.truth(node, point) is wanted
                return _verdict(self.quantity(node, point), met, "true" if wanted else "false")
            case Call():
                return self._call(node, point, wanted)
            case Fold(fold=FoldKind.EXISTS_ONE):
                return self._exactly_one(node, point, wanted)
        return self._plainly(node, point)

    def _plainly(self, node: Node, point: Point) -> str:
        return f"{phrases.write(node)} is {phrases.value(self.trace.truth(node, point))}"

    def _call(self, node: Call, point: Point, wanted: bool) -> str:
        met = self.trace.truth(node, point) is wanted
        if node.function in phrases.FLIPPED:
            return self._comparison(node, point, wanted, met)
        if node.function == "@in":
            return self._membership(node, point, wanted, met)
        if len(node.arguments) == 2:
            limit = self.trace.value(node.arguments[1], point)
            wish = phrases.text_test(node.function, phrases.value("" if limit is None else limit))
            if wish:
                return _verdict(self.quantity(node.arguments[0], point), met, wish if wanted else f"not {wish}")
        return self._plainly(node, point)

    def _comparison(self, node: Call, point: Point, wanted: bool, met: bool) -> str:
        sign = node.function if wanted else phrases.NEGATED[node.function]
        left, right = node.arguments
        if _weight(right) > _weight(left):
            left, right, sign = right, left, phrases.FLIPPED[sign]
        return _verdict(
            self.quantity(left, point), met, phrases.bound(sign, self._limit(right, left, point), left.type.kind)
        )

    def _limit(self, node: Node, beside: Node, point: Point) -> str:
        found = self.trace.value(node, point)
        unit = beside.field if isinstance(beside, Select) else ""
        said = phrases.value("" if found is None else found, unit)
        distance = _distance(beside)
        if distance is not None:
            said = f"{said} {distance[1]}"
        if isinstance(node, Select) and node.operand.type.struct != PARAMETERS:
            return f"{said} ({self._owner(node, beside, point)}{phrases.words(node.field)})"
        return said

    def _owner(self, node: Select, beside: Node, point: Point) -> str:
        if isinstance(beside, Select) and phrases.write(beside.operand) == phrases.write(node.operand):
            return "its "
        return f"{self.subject(node.operand, point)}: "

    def _membership(self, node: Call, point: Point, wanted: bool, met: bool) -> str:
        sought, listed = node.arguments
        if isinstance(sought, Const) or _weight(listed) > _weight(sought):
            wish = phrases.value(self.trace.value(sought, point) or "")
            return _verdict(self.quantity(listed, point), met, f"{wish} among them" if wanted else f"no {wish}")
        among = phrases.value(self.trace.value(listed, point) or ())
        return _verdict(self.quantity(sought, point), met, f"one of {among}" if wanted else f"none of {among}")

    def _exactly_one(self, node: Fold, point: Point, wanted: bool) -> str:
        assert node.test is not None
        test, elements = node.test, self.trace.elements(node, point)
        count = sum(self.trace.truth(test, one) for one in elements)
        said = f"{count} of {len(elements)} {phrases.plural(self.label(node.over))} have {self.wish(test, True)}"
        met = self.trace.truth(node, point) is wanted
        return _verdict(said, met, "exactly one" if wanted else "not exactly one")

    def quantity(self, node: Node, point: Point) -> str:
        """What a value is, as a clause: `deployment/checkout has replicas 1`."""
        found = self.trace.value(node, point)
        said = "nothing" if found is None else phrases.value(found, node.field if isinstance(node, Select) else "")
        distance = _distance(node)
        match node:
            case Select() if node.operand.type.struct == PARAMETERS:
                return f"the rule's {phrases.words(node.field)} is {said}"
            case Select():
                return f"{self.subject(node.operand, point)} has {phrases.valued(node.field)} {said}"
            case Var(local=True):
                return f"one of {self.labels.get(node.name, node.name)} is {said}"
            case Call(function="size") if node.arguments[0].type.kind is Kind.LIST:
                return self._counted(node.arguments[0], point)
        if distance is not None and isinstance(found, timedelta):
            moment, word = distance
            at = phrases.value(self.trace.value(moment, point) or "")
            return f"{self.subject(moment.operand, point)} has {phrases.words(moment.field)} {at}, {said} {word}"
        return f"{phrases.write(node)} is {said}"

    def _counted(self, listed: Node, point: Point) -> str:
        count, label = self.trace.count(listed, point), self.label(listed)
        if isinstance(listed, Select):
            return f"{self.subject(listed.operand, point)} has {count} {phrases.words(listed.field)}"
        if isinstance(listed, Fold) and listed.fold is FoldKind.FILTER and listed.test is not None:
            every = self.trace.count(listed.over, point)
            return f"{count} of {every} {phrases.plural(label)} have {self.wish(listed.test, True)}"
        if count <= 1:
            return f"there is {count or 'no'} {phrases.words(label)}"
        return f"there are {count} {phrases.plural(label)}"

    def subject(self, struct: Node, point: Point) -> str:
        """Who a field belongs to: the item's key, or the fact type."""
        name = struct.type.inner.struct if struct.type.kind is Kind.OPTIONAL else struct.type.struct
        key = self.trace.key(struct, point)
        if key is None:
            return f"the {phrases.words(name)}" if name == "entity" else phrases.words(name)
        return key if "/" in key else f"{phrases.words(name)} {key}"

    def label(self, listed: Node) -> str:
        """What a list holds."""
        match listed:
            case Var():
                return listed.type.inner.struct or listed.name
            case Select():
                return listed.field
            case Fold(fold=FoldKind.FILTER):
                return self.label(listed.over)
        return "value"

    def wish(self, node: Node, wanted: bool) -> str:
        """What a test wants of an element, without the element."""
        match node:
            case Call(function="!_"):
                return self.wish(node.arguments[0], not wanted)
            case Call(function="_&&_" | "_||_"):
                both = (node.function == "_&&_") is wanted
                return (" and " if both else " or ").join(self.wish(part, wanted) for part in node.arguments)
            case Select():
                return f"{phrases.words(node.field)} {'true' if wanted else 'false'}"
            case Has():
                return f"{'a' if wanted else 'no'} known {phrases.words(node.field)}"
            case Call(function=name, arguments=(Select() | Var() as subject, Const() as limit)):
                said = self._wished(name, subject, limit, wanted)
                if said:
                    return said
        return phrases.write(node) if wanted else f"not {phrases.write(node)}"

    def _wished(self, name: str, subject: Select | Var, limit: Const, wanted: bool) -> str | None:
        label = f"{phrases.valued(subject.field)} " if isinstance(subject, Select) else ""
        found = self.trace.value(limit, self.trace.root)
        said = phrases.value(
            limit.value if found is None else found, subject.field if isinstance(subject, Select) else ""
        )
        if name in phrases.FLIPPED:
            sign = name if wanted else phrases.NEGATED[name]
            return f"{label}{phrases.bound(sign, said, subject.type.kind)}"
        tested = phrases.text_test(name, said)
        return f"{label}{'' if wanted else 'not '}{tested}" if tested else None


def _verdict(said: str, met: bool, wish: str) -> str:
    if not met:
        return f"{said}; wanted {wish}"
    return said if said.endswith(f" {wish}") else f"{said} (wanted {wish})"


def _weight(node: Node) -> int:
    """How much a side of a comparison is what it is about, rather than what it is held against."""
    if isinstance(node, Const | ListOf):
        return 0
    names = {part.name for part in node.walk() if isinstance(part, Var)}
    return 1 if names <= {NOW, PARAMETERS} else 2


def _distance(node: Node) -> tuple[Select, str] | None:
    """Of `now - x.at` (or `age(x.at)`) and `x.at - now`: the moment, and the word for how far it is."""
    match node:
        case Call(function="_-_", arguments=(Var(name="now", local=False), Select() as moment)):
            return moment, "ago"
        case Call(function="_-_", arguments=(Select() as moment, Var(name="now", local=False))):
            return moment, "from now"
    return None
