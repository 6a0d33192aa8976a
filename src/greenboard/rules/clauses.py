"""Clauses: one comparison or test of one lane, said for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from greenboard.facts import labels
from greenboard.facts.vocabulary import FactType, FieldDef
from greenboard.rules import named, phrases, standing, wishes
from greenboard.rules.around import RELATIONS
from greenboard.rules.schema import NOW, PARAMETERS
from greenboard.rules.sentence import Clause, listing
from greenboard.rules.trace import Point, Trace
from greenboard.rules.tree import Call, Const, Fold, FoldKind, Has, Kind, ListOf, Node, Select, Type, Var


@dataclass
class Clauses:
    """Words for the parts of a traced expression. `names` says what local variables stand for."""

    trace: Trace
    names: dict[str, str] = field(default_factory=dict)

    def leaf(self, node: Node, point: Point, wanted: bool) -> Clause:
        """A comparison or test that has a value; `wanted` is the one that would have pleased the rule."""
        met = self.trace.truth(node, point) is wanted
        match node:
            case Const():
                return Clause("", "the rule says so of everything")
            case Has():
                said = self._held_value(node, point) or f"{self._label(node)} not known"
                return Clause(self.subject(node.operand, point), said + ("" if met or wanted else ", wanted none"))
            case Select():
                return self._bool(node, point, wanted)
            case Call(function="reached" | "in_team"):
                return self._standing(node, point, wanted, met)
            case Call():
                return self._call(node, point, wanted, met)
            case Fold(fold=FoldKind.EXISTS_ONE):
                return self._exactly_one(node, point, met, wanted)
        return self._plainly(node, point)

    def _held_value(self, node: Has, point: Point) -> str:
        """The value of a field that is only asked to be there; empty where it is not."""
        found = self.trace.field(node.operand, node.field, point)
        if found is None:
            return ""
        meant = wishes.bool_phrase(self._declared(node), found) if isinstance(found, bool) else ""
        return meant or self._valued(node, found, phrases.value(found, self._unit(node)))

    def _plainly(self, node: Node, point: Point) -> Clause:
        return Clause("", f"{phrases.write(node)} is {'true' if self.trace.truth(node, point) else 'false'}")

    def _bool(self, node: Select, point: Point, wanted: bool) -> Clause:
        found, declared = self.trace.truth(node, point), self._declared(node)
        said = wishes.bool_phrase(declared, found)
        if not said:
            said = f"{self._label(node)} is {phrases.value(found)}"
            said += "" if found is wanted else f", wanted {phrases.value(wanted)}"
        return Clause(self.subject(node.operand, point), said)

    def _call(self, node: Call, point: Point, wanted: bool, met: bool) -> Clause:
        if node.function in phrases.FLIPPED:
            return self._comparison(node, point, wanted, met)
        if node.function == "@in":
            return self._membership(node, point, wanted, met)
        if len(node.arguments) == 2:
            limit = self.trace.value(node.arguments[1], point)
            wish = phrases.text_test(node.function, phrases.value("" if limit is None else limit), wanted)
            if wish:
                return _verdict(self.quantity(node.arguments[0], point), met, wish)
        return self._plainly(node, point)

    def _standing(self, node: Call, point: Point, wanted: bool, met: bool) -> Clause:
        """A level that is reached, or a team that owns: what it is, and what was wanted."""
        if node.function == "reached":
            said = standing.level_said(self.trace, node, point)
            wish = f"{'at least' if wanted else 'below'} {named.level_of(node)}"
            return _verdict(Clause(standing.whose(self.trace, node, point), said), met, wish)
        said = standing.teams_said(self.trace, node, point)
        team = phrases.value(self.trace.value(node.arguments[-1], point) or "")
        wish = f"{'a' if wanted else 'no'} team within {team}"
        return _verdict(Clause(standing.whose(self.trace, node, point), said), met, wish)

    def _comparison(self, node: Call, point: Point, wanted: bool, met: bool) -> Clause:
        sign = node.function if wanted else phrases.NEGATED[node.function]
        left, right = node.arguments
        if _weight(right) > _weight(left):
            left, right, sign = right, left, phrases.FLIPPED[sign]
        share = self._share(left, right, point)
        if share:
            return share
        limit = self._limit(right, left, point)
        said = self.quantity(left, point)
        if limit in said.said:
            said = self.quantity(left, point, exact=True)
        told = self._source(right, left, point)
        # A bound that is itself a fact is told as it is: "more than 3", not "at least 4".
        wish = phrases.bound(sign, limit, Kind.DOUBLE if told and left.type.kind is Kind.INT else left.type.kind)
        if not told:
            return _verdict(said, met, wish)
        return _verdict(said, met, f"{wish}, the {told}" if met else f"{wish} ({told})")

    def _share(self, left: Node, right: Node, point: Point) -> Clause | None:
        """Of `x.actions_pinned == x.actions`: `3 of 10 actions pinned`."""
        if not (isinstance(left, Select) and isinstance(right, Select) and left.type.kind is Kind.INT):
            return None
        same = phrases.write(left.operand) == phrases.write(right.operand)
        if not same or not left.field.startswith(f"{right.field}_"):
            return None
        part, whole = (phrases.value(self.trace.value(node, point) or 0) for node in (left, right))
        which = labels.words(left.field.removeprefix(f"{right.field}_"))
        return Clause(self.subject(left.operand, point), f"{part} of {whole} {self._label(right)} {which}")

    def _limit(self, node: Node, beside: Node, point: Point) -> str:
        found = self.trace.value(node, point)
        return phrases.value("" if found is None else found, self._unit(beside))

    def _source(self, limit: Node, beside: Node, point: Point) -> str:
        """Where a bound comes from when it is another fact; else nothing."""
        if not isinstance(limit, Select) or limit.operand.type.struct == PARAMETERS:
            return ""
        own = isinstance(beside, Select) and phrases.write(beside.operand) == phrases.write(limit.operand)
        owner = "" if own else f"{self.subject(limit.operand, point)} "
        return f"{owner}{self._label(limit)}"

    def lacking(self, node: Fold, elements: list[Point], point: Point) -> Clause | None:
        """Of `["a", "b"].all(x, x in y.field)` that fails: what the field holds and what of the list it lacks."""
        match node:
            case Fold(
                fold=FoldKind.ALL,
                over=ListOf(),
                test=Call(function="@in", arguments=(Var(local=True) as sought, Select() as listed)) as test,
            ) if listed.level < node.depth:
                lacks = [self.trace.value(sought, one) or "" for one in elements if not self.trace.holds(test, one)]
                held = self.trace.value(listed, point)
                if not lacks or held is None:
                    return None
                said = f"{self._label(listed)} {phrases.value(held)}" if held else f"no {self._label(listed)}"
                wish = listing([phrases.value(name) for name in lacks]) + (" too" if held else "")
                return Clause(self.subject(listed.operand, point), f"{said}, wanted {wish}")
        return None

    def sorts(self, traits: list[Node], elements: list[Point]) -> str:
        """What there is instead of what is sought: the values that traits have, or else the keys of the items."""
        fields = [part for trait in traits for part in trait.walk() if isinstance(part, Select)]
        told = [part for part in fields if part.type.kind is Kind.STRING and not self._is_key(part)]
        found = [self.trace.value(part, one) for one in elements for part in told]
        keys = [self.trace.key(part.operand, one) for one in elements for part in fields]
        return listing(list(dict.fromkeys(phrases.value(each) for each in found or keys if each)))

    def _is_key(self, node: Select) -> bool:
        owner = self._type(node.operand.type)
        return owner is not None and owner.many == node.field

    def _membership(self, node: Call, point: Point, wanted: bool, met: bool) -> Clause:
        sought, listed = node.arguments
        if isinstance(sought, Var) and sought.local and isinstance(listed, Select):
            there = "" if self.trace.truth(node, point) else "not "
            said = f"{phrases.value(self.trace.value(sought, point) or '')} {there}among {self._label(listed)}"
            return Clause(self.subject(listed.operand, point), said)
        if isinstance(sought, Const) or _weight(listed) > _weight(sought):
            wish = phrases.value(self.trace.value(sought, point) or "")
            return _verdict(self.quantity(listed, point), met, f"{wish} among them" if wanted else f"no {wish}")
        among = phrases.value(self.trace.value(listed, point) or ())
        return _verdict(self.quantity(sought, point), met, f"one of {among}" if wanted else f"none of {among}")

    def _exactly_one(self, node: Fold, point: Point, met: bool, wanted: bool) -> Clause:
        assert node.test is not None
        test, elements = node.test, self.trace.elements(node, point)
        count = sum(self.trace.truth(test, one) for one in elements)
        subject = f"{count} of {len(elements)} {self.several(node.over)}"
        return _verdict(Clause(subject, self.wish(test, True)), met, "exactly one" if wanted else "not exactly one")

    def quantity(self, node: Node, point: Point, *, exact: bool = False) -> Clause:
        """What a value is: `deployment/checkout`, `1 replica`."""
        found = self.trace.value(node, point)
        said = "nothing" if found is None else phrases.value(found, self._unit(node))
        distance = _distance(node)
        match node:
            case Select() if node.operand.type.struct == PARAMETERS:
                return Clause("", f"the rule's {labels.words(node.field)} is {said}")
            case Select():
                return Clause(self.subject(node.operand, point), self._valued(node, found, said))
            case Var(local=True):
                return self._element(node, point, said)
            case Call(function="size") if node.arguments[0].type.kind is Kind.LIST:
                return self._counted(node.arguments[0], point)
            case Call(function="level"):
                return Clause(standing.whose(self.trace, node, point), standing.level_said(self.trace, node, point))
        if distance is not None and isinstance(found, timedelta):
            moment, word = distance
            at = self.trace.value(moment, point)
            day = phrases.day(at) if isinstance(at, datetime) else ""
            span = phrases.span(found, exact=exact)
            return Clause(self.subject(moment.operand, point), f"{self._label(moment)} {day}, {span} {word}")
        return Clause("", f"{phrases.write(node)} is {said}")

    def _element(self, node: Var, point: Point, said: str) -> Clause:
        """One of a list of values: `SBOM`, `licence MIT`."""
        named = labels.one(self.names.get(node.name, node.name))
        over = node.over
        subject = self.subject(over.operand, point) if isinstance(over, Select) else ""
        return Clause(subject, f"{named} {said}")

    def _valued(self, node: Select | Has, found: object, said: str) -> str:
        label, declared = self._label(node), self._declared(node)
        plain = isinstance(found, int) and not (declared and declared.unit not in ("", "people"))
        return labels.counted(int(str(found)), label) if plain and labels.is_counted(label) else f"{label} {said}"

    def _counted(self, listed: Node, point: Point) -> Clause:
        count = self.trace.count(listed, point)
        least = "at least " if self.trace.partial(listed, point) else ""
        if isinstance(listed, Select) and listed.type.inner.kind is not Kind.STRUCT:
            held = self.trace.value(listed, point)
            named = [phrases.value(part) for part in held] if isinstance(held, tuple) else []
            which = f" ({listing(named)})" if named else ""
            return Clause(self.subject(listed.operand, point), labels.counted(count, self._label(listed)) + which)
        if isinstance(listed, Fold) and listed.fold is FoldKind.FILTER and listed.test is not None:
            every = self.trace.count(listed.over, point)
            owner = self.owner(listed, point)
            which = f"{self.several(listed)} of {owner}" if owner else self.several(listed)
            return Clause(f"{least}{count} of {every} {which}", self.wish(listed.test, True))
        label = self.several(listed) if count != 1 else self.one(listed)
        return Clause(self.owner(listed, point), f"{least}{f'{count:,}' if count else 'no'} {label}")

    # Names.

    def subject(self, struct: Node, point: Point) -> str:
        """Who a field belongs to: the item's key, or the fact type; of the entity itself nothing need be said.

        What is of a related entity is said to be: `ledger's SLO availability`.
        """
        whose = standing.name_of(self.trace, struct, point)
        declared = self._type(struct.type)
        if declared is None or declared.name == "entity":
            return whose
        key = self.trace.key(struct, point)
        kind = labels.of_type(declared)
        said = kind if key is None else key if "/" in key else f"{kind} {key}".rstrip()
        return f"{whose}'{'' if whose.endswith('s') else 's'} {said}" if whose else said

    def owner(self, listed: Node, point: Point) -> str:
        """The related entity whose facts a list holds, "" where it is no such list."""
        while isinstance(listed, Fold):
            listed = listed.over
        return standing.name_of(self.trace, listed.operand, point) if isinstance(listed, Select) else ""

    def one(self, listed: Node) -> str:
        """What a list holds, one of them."""
        return self._held(listed, several=False)

    def several(self, listed: Node) -> str:
        """What a list holds."""
        return self._held(listed, several=True)

    def _held(self, listed: Node, *, several: bool) -> str:
        match listed:
            case Fold(fold=FoldKind.FILTER):
                return self._held(listed.over, several=several)
            case Call(function=name) if name in RELATIONS:
                return name if several else labels.one(name)
            case Var() | Select():
                declared = self._type(listed.type.inner)
                if declared is not None:
                    return labels.several(declared) if several else labels.of_type(declared)
                if isinstance(listed, Select):
                    return self._label(listed)
        return "values" if several else "value"

    def missing_field(self, node: Select, point: Point) -> Clause:
        """That a field is not known, or that nothing is known of a fact of a related entity."""
        if node.operand.type.held.is_related:
            declared = self.trace.frame.vocabulary.types[node.field]
            named = labels.several(declared) if declared.many else labels.of_type(declared)
            return Clause("", f"nothing is known of {named} of {self.subject(node.operand, point)}")
        return Clause(self.subject(node.operand, point), f"{self._label(node)} not known")

    def wish(self, node: Node, wanted: bool) -> str:
        """What a test wants of an element, without the element."""
        return wishes.Wishes(self.trace).wish(node, wanted)

    def _type(self, stated: Type) -> FactType | None:
        return self.trace.frame.vocabulary.types.get(stated.held.struct)

    def _declared(self, node: Select | Has) -> FieldDef | None:
        return wishes.declared(node, self.trace.frame.vocabulary)

    def _label(self, node: Select | Has) -> str:
        return wishes.label(node, self.trace.frame.vocabulary)

    def _unit(self, node: Node) -> str:
        declared = self._declared(node) if isinstance(node, Select | Has) else None
        return declared.unit if declared else ""


def _verdict(found: Clause, met: bool, wish: str) -> Clause:
    said = found.said
    if wish in ("0", "at most 0"):
        wish = "none"
    plain = met and (wish in ("none", "at least 0", "at least 1") or wish.startswith("more than 0"))
    if plain or (wish == "at least 1" and said.startswith("no ")) or said.endswith(f" {wish}"):
        return found
    return Clause(found.subject, f"{said} (wanted {wish})" if met else f"{said}, wanted {wish}")


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
