"""Wishes: what a test wants of an element, without the element; and which parts only say whom it is about."""

from __future__ import annotations

from dataclasses import dataclass

from greenboard.facts import labels
from greenboard.facts.vocabulary import FieldDef, Vocabulary
from greenboard.rules import named, phrases
from greenboard.rules.schema import PARAMETERS
from greenboard.rules.trace import Trace
from greenboard.rules.tree import Call, Const, Has, Kind, ListOf, Node, Select, Var


def declared(node: Select | Has, vocabulary: Vocabulary) -> FieldDef | None:
    """The field that a part reads; None for a parameter of the rule."""
    found = vocabulary.types.get(node.operand.type.held.struct)
    return found.fields.get(node.field) if found else None


def label(node: Select | Has, vocabulary: Vocabulary) -> str:
    """What a part reads, in words: a field, or a fact of a related entity."""
    if node.operand.type.held.is_related:
        return labels.of_type(vocabulary.types[node.field])
    return labels.of_field(node.field, declared(node, vocabulary))


def bool_phrase(field: FieldDef | None, value: bool) -> str:
    """What a bool means, in the words of the vocabulary; empty where it has none."""
    if field is None:
        return ""
    return field.if_true if value else field.if_false


def conjuncts(node: Node, function: str = "_&&_") -> list[Node]:
    """The parts of `a && b && c`."""
    if isinstance(node, Call) and node.function == function:
        return [part for argument in node.arguments for part in conjuncts(argument, function)]
    return [node]


def is_trait(node: Node, vocabulary: Vocabulary) -> bool:
    """Whether a part looks only at what the thing is: `w.kind == "job"`."""
    fields = local = False
    for part in node.walk():
        if isinstance(part, Select) and _is_field(part):
            if not _names_a_trait(part, vocabulary):
                return False
            fields = True
        local |= isinstance(part, Var) and part.local
    return fields and local


def _is_field(part: Select) -> bool:
    return part.operand.type.struct != PARAMETERS and not part.operand.type.held.is_related


def _names_a_trait(node: Select, vocabulary: Vocabulary) -> bool:
    owner = vocabulary.types.get(node.operand.type.struct)
    return owner is not None and node.field in owner.fields and labels.is_trait(node.field, owner)


def _is_guard(node: Node) -> bool:
    """Whether a side of `||` may only say of whom the rule does not ask: `!x.critical`, `x.count == 0`."""
    if not isinstance(node, Call):
        return False
    none = node.function == "_==_" and any(
        isinstance(part, Const) and part.type.kind is Kind.INT and part.value == 0 for part in node.arguments
    )
    return node.function in ("!_", "_!=_") or none


def _only_asks_for_some(node: Node) -> bool:
    """Whether a side of `&&` is `size(x) > 0`, which what is said of the items says already."""
    match node:
        case Call(function="_>_", arguments=(Call(function="size"), Const(value=0))):
            return True
    return False


def asked(parts: list[Node], function: str, vocabulary: Vocabulary) -> list[Node]:
    """The parts of `&&` or `||` that ask something, or all where none does."""
    left = [part for part in parts if not is_trait(part, vocabulary)] or parts
    silent = _is_guard if function == "_||_" else _only_asks_for_some
    return [part for part in left if not silent(part)] or left


_TEXT_TESTS = {"startsWith": ("starts", "start"), "endsWith": ("ends", "end")}


def sort(node: Node, words: Wishes, *, wanted: bool = True) -> str:
    """What a test of a trait wants: `of kind security`, `other than compose`, `whose name starts with test-`."""
    match node:
        case Call(function="!_", arguments=(Call(function="startsWith" | "endsWith") as tested,)):
            return sort(tested, words, wanted=not wanted)
        case Call(function=("startsWith" | "endsWith") as name, arguments=(Select() as subject, Const(value=value))):
            does, do = _TEXT_TESTS[name]
            verb = does if wanted else f"does not {do}"
            return f"whose {words.label(subject)} {verb} with {value}"
        case Call(function="_==_", arguments=(Select(), Const())):
            return f"of {words.wish(node, True)}"
        case Call(function="_!=_", arguments=(Select(), Const(value=value))):
            return f"other than {value}"
        case Call(function="@in", arguments=(Select() as subject, ListOf(elements=elements))):
            named = [str(part.value) for part in elements if isinstance(part, Const)]
            return (
                f"of {subject.field} {', '.join(named[:-1])} or {named[-1]}"
                if len(named) > 1
                else words.wish(node, True)
            )
    return f"that {words.wish(node, True)}"


@dataclass(frozen=True)
class Wishes:
    """Words for what is wanted."""

    trace: Trace

    def wish(self, node: Node, wanted: bool) -> str:
        """What a test wants of an element: `at least 2 replicas`."""
        match node:
            case Call(function="!_"):
                return self.wish(node.arguments[0], not wanted)
            case Call(function="_&&_" | "_||_"):
                both = (node.function == "_&&_") is wanted
                parts = asked(conjuncts(node, node.function), node.function, self.trace.frame.vocabulary)
                return (" and " if both else " or ").join(self.wish(part, wanted) for part in parts)
            case Select():
                return self._bool(node, wanted)
            case Has():
                return f"{'a' if wanted else 'no'} known {self.label(node)}"
            case Call(function="reached"):
                return f"{'at least' if wanted else 'below'} {named.level_of(node)} on {named.card_of(node)}"
            case Call(function="in_team", arguments=(*_, Const(value=team))):
                return f"{'owned' if wanted else 'not owned'} within {team}"
            case Call(function=name, arguments=(Select() | Var() as subject, limit)):
                said = self._compared(name, subject, limit, wanted)
                if said:
                    return said
        return phrases.write(node) if wanted else f"not {phrases.write(node)}"

    def _bool(self, node: Select, wanted: bool) -> str:
        phrase = bool_phrase(declared(node, self.trace.frame.vocabulary), wanted)
        return phrase or f"{self.label(node)} {phrases.value(wanted)}"

    def label(self, node: Select | Has) -> str:
        return label(node, self.trace.frame.vocabulary)

    def _compared(self, name: str, subject: Select | Var, limit: Node, wanted: bool) -> str | None:
        field = declared(subject, self.trace.frame.vocabulary) if isinstance(subject, Select) else None
        label = self.label(subject) if isinstance(subject, Select) else ""
        said = self._limit(limit, field.unit if field else "")
        if said is None:
            return None
        if name in phrases.FLIPPED:
            bound = phrases.bound(name if wanted else phrases.NEGATED[name], said, subject.type.kind)
            counts = subject.type.kind is Kind.INT and labels.is_counted(label)
            if not counts:
                return f"{label} {bound}".strip()
            return f"{bound} {labels.one(label) if bound.endswith(' 1') else label}"
        if name == "@in":
            return f"{label} {'one' if wanted else 'none'} of {said}".strip()
        tested = phrases.text_test(name, said, wanted)
        return f"{label} {tested}".strip() if tested else None

    def _limit(self, limit: Node, unit: str) -> str | None:
        """A bound that is the same for every element; None for one that is not."""
        if any(isinstance(part, Var) and part.local for part in limit.walk()):
            return None
        found = self.trace.value(limit, self.trace.root) if self.trace.has(limit) else None
        if found is None:
            return phrases.value(limit.value, unit) if isinstance(limit, Const) else None
        return phrases.value(found, unit)
