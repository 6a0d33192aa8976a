"""Why a rule came to its outcome for one entity: the same evaluation, traced, and read from the top down."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from greenboard.facts import labels
from greenboard.facts.types import FieldValue
from greenboard.rules import named, phrases, standing, wishes
from greenboard.rules.around import RELATIONS
from greenboard.rules.clauses import Clauses
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import Parameters
from greenboard.rules.language import Program
from greenboard.rules.schema import PARAMETERS
from greenboard.rules.sentence import Clause, sentence
from greenboard.rules.trace import Point, Trace
from greenboard.rules.tree import Call, Const, Fold, FoldKind, Has, Kind, ListOf, Node, Select, Var
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import MAX_LANES, MISSING, OK, TooWide

MAX_READS = 60
_SHOWN = 3


@dataclass(frozen=True)
class Read:
    """A value that was read: `key` tells the item apart where the type has several per entity.

    For a type itself (`size(slo)`), `path` is its name and `value` how many there are. What was read of
    a related entity has the relation in its path, `dependencies().slo.sli`, the entity in its key,
    `service:default/ledger availability`, its `row` in the frame and the `item` as that has it.
    """

    path: str
    key: str | None
    value: FieldValue
    decisive: bool
    row: int | None = None
    item: str | None = None


@dataclass(frozen=True)
class Explanation:
    """What a rule came to for one entity and why, in one plain sentence.

    `missing` are the paths of what was wanted; `rows` says of those that are read through a relation
    which rows of the frame lack it.
    """

    outcome: Outcome
    text: str
    reads: tuple[Read, ...]
    missing: tuple[str, ...]
    rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def explain(program: Program, frame: Frame, row: int, parameters: Parameters | None = None) -> Explanation:
    """Explain one row of a frame. `parameters` as for `evaluate`: a value for each row."""
    try:
        trace = Trace(program, frame, row, parameters or {})
    except TooWide:
        return Explanation(Outcome.ERROR, f"it would look at more than {MAX_LANES:,} elements at once", (), ())
    walk = _Walk(trace, Clauses(trace))
    outcome, clauses = walk.outcome(program.tree)
    walk.collect(program.tree, walk.trace.root, decisive=False)
    rows = {path: tuple(sorted(several)) for path, several in walk.missing.items() if several}
    return Explanation(outcome, sentence(clauses), tuple(walk.reads.values()), tuple(sorted(walk.missing)), rows)


@dataclass
class _Walk:
    """Goes down the parts that decided, gathering clauses, reads and what was missing."""

    trace: Trace
    say: Clauses
    reads: dict[tuple[str, str | None], Read] = field(default_factory=dict)
    missing: dict[str, set[int]] = field(default_factory=dict)
    collected: set[tuple[int, int, int]] = field(default_factory=set)

    def outcome(self, node: Node) -> tuple[Outcome, list[Clause]]:
        root = self.trace.root
        state = self.trace.state(node, root)
        if state == MISSING:
            return Outcome.NO_DATA, list(self.unknown(node, root))
        if state != OK:
            return Outcome.ERROR, list(self.failed(node, root)) or [Clause("", "the expression failed")]
        passed = self.trace.truth(node, root)
        return Outcome.PASS if passed else Outcome.FAIL, list(self.decided(node, root, wanted=True))

    # Decided: true or false.

    def decided(self, node: Node, point: Point, *, wanted: bool) -> Iterator[Clause]:
        """Clauses for a part that has a value; `wanted` is the value that would have pleased the rule."""
        match node:
            case Call(function="_&&_" | "_||_"):
                yield from self._logic(node, point, wanted)
            case Call(function="!_"):
                yield from self.decided(node.arguments[0], point, wanted=not wanted)
            case Call(function="_?_:_"):
                yield from self._conditional(node, point, wanted)
            case Call(function="attested"):
                yield self._attested(node, point)
            case Fold(fold=FoldKind.ALL | FoldKind.EXISTS):
                yield from self._quantified(node, point, wanted)
            case _:
                self.collect(node, point, decisive=True)
                yield self.say.leaf(node, point, wanted)

    def _logic(self, node: Call, point: Point, wanted: bool) -> Iterator[Clause]:
        """Of `&&` and `||`: the side that decided alone, or both."""
        deciding = node.function == "_||_"
        parts = wishes.conjuncts(node, node.function)
        valued = [part for part in parts if self.trace.state(part, point) == OK]
        alone = [part for part in valued if self.trace.truth(part, point) is deciding]
        alike = wishes.asked(valued, node.function, self.trace.frame.vocabulary)
        for part in (alone[:1] if deciding is wanted else alone) or self._taken(alike, point):
            yield from self.decided(part, point, wanted=wanted)

    def _taken(self, parts: list[Node], point: Point) -> list[Node]:
        """Of `a && x || !a && y` only the branch that `a` leads to; other parts as they are."""
        tests = [wishes.conjuncts(part) for part in parts]
        written = {phrases.write(test) for several in tests for test in several}
        closed = [
            any(self.trace.state(test, point) == OK and self._turned_away(test, point, written) for test in several)
            for several in tests
        ]
        return [part for part, shut in zip(parts, closed, strict=True) if not shut] or parts

    def _turned_away(self, test: Node, point: Point, written: set[str]) -> bool:
        """Whether a test is false of which another branch asks the opposite."""
        negated = test.arguments[0] if isinstance(test, Call) and test.function == "!_" else None
        opposite = phrases.write(negated) if negated is not None else f"!{phrases.write(test)}"
        return opposite in written and not self.trace.truth(test, point)

    def _conditional(self, node: Call, point: Point, wanted: bool) -> Iterator[Clause]:
        test = node.arguments[0]
        chosen = node.arguments[1 if self.trace.truth(test, point) else 2]
        self.collect(test, point, decisive=True)
        if isinstance(chosen, Const):
            yield from self.decided(test, point, wanted=self.trace.truth(test, point))
        else:
            yield from self.decided(chosen, point, wanted=wanted)

    def _quantified(self, node: Fold, point: Point, wanted: bool) -> Iterator[Clause]:
        test = node.test
        assert test is not None
        elements = self.trace.elements(node, point)
        self.say.names[node.variable] = self.say.one(node.over)
        self.collect(node.over, point, decisive=True)
        if not elements:
            yield Clause(self.say.owner(node.over, point), f"there is no {self.say.one(node.over)}")
            return
        hit = node.fold is FoldKind.EXISTS
        lacking = self.say.lacking(node, elements, point)
        if lacking:
            self.collect(test, elements[0], decisive=True)
            yield lacking
            return
        hits = [one for one in elements if self.trace.state(test, one) == OK and self.trace.truth(test, one) is hit]
        if hits:
            for one in hits[: 1 if hit else None]:
                yield from self.decided(test, one, wanted=wanted)
            return
        if node.fold is FoldKind.EXISTS:
            yield from self._none(node, point, elements, wanted)
        else:
            yield from self._all_alike(node, point, elements, wanted)

    def _none(self, node: Fold, point: Point, elements: list[Point], wanted: bool) -> Iterator[Clause]:
        """No element holds: there is none of the sort that is asked for, or those of the sort fall short."""
        test = node.test
        assert test is not None
        parts, words = wishes.conjuncts(test), self.trace.frame.vocabulary
        traits = [part for part in parts if wishes.is_trait(part, words)]
        if not traits:
            yield from self._all_alike(node, point, elements, wanted)
            return
        of_the_sort = [one for one in elements if all(self.trace.holds(part, one) for part in traits)]
        for one in of_the_sort:
            for part in parts:
                if part not in traits and self.trace.state(part, one) == OK and not self.trace.holds(part, one):
                    yield from self.decided(part, one, wanted=wanted)
        if of_the_sort:
            return
        for one in elements:
            for part in traits:
                self.collect(part, one, decisive=True)
        sort = " and ".join(wishes.sort(part, wishes.Wishes(self.trace)) for part in traits)
        only = self.say.sorts(traits, elements)
        others = f", only {only}" if only and only not in sort else ""
        yield Clause(self.say.owner(node.over, point), f"there is no {self.say.one(node.over)} {sort}{others}")

    def _all_alike(self, node: Fold, point: Point, elements: list[Point], wanted: bool) -> Iterator[Clause]:
        """No element stands out: all hold, or none does."""
        test = node.test
        assert test is not None
        values = node.fold is FoldKind.ALL and node.over.type.inner.kind is not Kind.STRUCT
        if len(elements) <= 2 or values:
            for one in elements:
                yield from self.decided(test, one, wanted=wanted)
            return
        for one in elements:
            self.collect(test, one, decisive=True)
        each = "each" if node.fold is FoldKind.ALL else "none"
        owner = self.say.owner(node.over, point)
        which = f"{self.say.several(node.over)} of {owner}" if owner else self.say.several(node.over)
        yield Clause(f"{each} of the {len(elements)} {which}", self.say.wish(test, True))

    def _attested(self, node: Call, point: Point) -> Clause:
        fold = node.arguments[1]
        assert isinstance(fold, Fold)
        assert isinstance(fold.test, Call)
        self.collect(fold.over, point, decisive=True)
        item = phrases.value(self.trace.value(node.arguments[0], point) or "")
        same, valid = fold.test.arguments
        for one in self.trace.elements(fold, point):
            if self.trace.state(same, one) != OK or not self.trace.truth(same, one):
                continue
            self.collect(fold.test, one, decisive=True)
            assert isinstance(valid, Call)
            until = phrases.value(self.trace.value(valid.arguments[0], one) or "")
            if self.trace.truth(valid, one):
                return Clause("", f"{item} is attested until {until}")
            return Clause("", f"the attestation of {item} expired on {until}")
        return Clause("", f"nobody attests {item}")

    # Unknown: which fact or field is missing.

    def unknown(self, node: Node, point: Point) -> Iterator[Clause]:
        """Clauses for a part that has no value because something is missing."""
        match node:
            case Var():
                self._lack(node.name)
                yield Clause("", f"nothing is known of {self._named(node)}")
            case Select() if self.trace.state(node.operand, point) == OK:
                yield self._unknown_field(node, point)
            case Call(function=name) if name in RELATIONS:
                self._lack(f"{name}()")
                yield Clause("", standing.NOT_KNOWN[name])
            case Call(function="level" | "reached" | "in_team") if self._arguments_known(node, point):
                self._lack(*_beyond_path(self.trace, node, point))
                yield Clause(standing.whose(self.trace, node, point), standing.not_known(node))
            case Fold() if self.trace.state(node.over, point) == OK:
                for one in self.trace.elements(node, point):
                    for part in (node.test, node.body):
                        if part is not None and self.trace.state(part, one) == MISSING:
                            yield from self.unknown(part, one)
                yield from self._unseen(node.over, point)
            case Call(function="_?_:_" | "value") if self.trace.state(node.arguments[0], point) == OK:
                yield from self._unknown_within(node, point)
            case _:
                for part in _outside(node):
                    if self.trace.state(part, point) == MISSING:
                        yield from self.unknown(part, point)
                    else:
                        yield from self._unseen(part, point)

    def _named(self, node: Var) -> str:
        declared = self.trace.frame.vocabulary.types.get(node.name)
        if declared is None:
            return node.name
        return labels.several(declared) if node.type.kind is Kind.LIST else labels.of_type(declared)

    def _unknown_within(self, node: Call, point: Point) -> Iterator[Clause]:
        """The branch that was chosen; or the fields of which an optional holds none because they are unknown."""
        if node.function == "_?_:_":
            yield from self.unknown(node.arguments[1 if self.trace.truth(node.arguments[0], point) else 2], point)
            return
        for part in node.arguments[0].walk():
            if isinstance(part, Select) and self.trace.absent(part, point):
                yield self._unknown_field(part, point)

    def _unseen(self, listed: Node, point: Point) -> Iterator[Clause]:
        """A list that may have more elements than are known leaves open what all of them come to."""
        if not self.trace.partial(listed, point):
            return
        while isinstance(listed, Fold):
            listed = listed.over
        if isinstance(listed, Call) and listed.function not in RELATIONS:
            for part in listed.arguments:
                yield from self._unseen(part, point)
            return
        match listed:
            case Var(local=False):
                self._lack(listed.name)
            case Call(function=name) if name in RELATIONS:
                self._lack(f"{name}()")
            case Select():
                self._lack(_path(listed), self.trace.of(listed.operand, point))
        yield Clause(self.say.owner(listed, point), f"there may be more {self.say.several(listed)} than are known")

    def _lack(self, path: str, row: int | None = None) -> None:
        self.missing.setdefault(path, set()).update(() if row is None else (row,))

    def _arguments_known(self, node: Call, point: Point) -> bool:
        return all(self.trace.state(part, point) == OK for part in node.arguments)

    def _unknown_field(self, node: Select, point: Point) -> Clause:
        stated = node.operand.type.held
        self._lack(_path(node), self.trace.of(node.operand, point) if stated.through else None)
        if stated.struct == PARAMETERS:
            return Clause("", f"the rule's parameter {node.field} has no value here")
        return self.say.missing_field(node, point)

    # Failed: what could not be computed.

    def failed(self, node: Node, point: Point) -> Iterator[Clause]:
        """Clauses for a part that is in error."""
        if isinstance(node, Fold) and self.trace.state(node.over, point) == OK:
            below = [
                (part, one)
                for one in self.trace.elements(node, point)
                for part in (node.test, node.body)
                if part is not None
            ]
        else:
            below = [(part, point) for part in _outside(node)]
        causes = [(part, at) for part, at in below if self.trace.state(part, at) not in (OK, MISSING)]
        for part, at in causes[:_SHOWN]:
            yield from self.failed(part, at)
        if not causes:
            self.collect(node, point, decisive=True)
            yield Clause("", f"{phrases.write(node)} cannot be computed: {self._cause(node, point)}")

    def _cause(self, node: Node, point: Point) -> str:
        given = ", ".join(
            phrases.value(found)
            for part in _outside(node)
            if (found := self.trace.value(part, point)) is not None and not isinstance(part, ListOf)
        )
        match node:
            case Call(function="_/_" | "_%_"):
                return "a division by zero, or out of range"
            case Call(function="_[_]"):
                return f"there is no element {given}"
            case Call(function="value"):
                return "there is none"
            case Call(function="percent" | "quantile" | "math.@max" | "math.@min") if (
                node.arguments[0].type.kind is Kind.LIST
            ):
                return "the list is empty, or the share is not within 0 and 1"
            case Call(function="_+_" | "_-_" | "_*_" | "-_" | "sum" | "days" | "hours"):
                return f"the result is out of range ({given})"
        return f"it is not defined for {given}" if given else "it is not defined here"

    # Reads.

    def collect(self, node: Node, point: Point, *, decisive: bool) -> None:
        """Note every value that a part read."""
        # Parts and lanes live as long as the trace, so that their addresses tell them apart.
        place = id(node), id(point.lanes), point.lane
        if isinstance(node, Const) or place in self.collected or len(self.reads) >= MAX_READS:
            return
        self.collected.add(place)
        if isinstance(node, Select | Has):
            self._note_field(node, point, decisive)
        elif isinstance(node, Call):
            self._note_call(node, point, decisive)
        elif isinstance(node, Var):
            if not node.local and node.type.kind is Kind.LIST and self.trace.state(node, point) == OK:
                self._note(Read(node.name, None, self.trace.count(node, point), decisive))
        elif isinstance(node, Fold):
            self.collect(node.over, point, decisive=decisive)
            for one in self.trace.elements(node, point):
                for part in (node.test, node.body):
                    if part is not None:
                        self.collect(part, one, decisive=decisive)
            return
        for part in node.parts():
            self.collect(part, point, decisive=decisive)

    def _note_call(self, node: Call, point: Point, decisive: bool) -> None:
        if node.function in RELATIONS and self.trace.state(node, point) == OK:
            self._note(Read(f"{node.function}()", None, self._led_to(node, point), decisive))
        elif node.function in ("level", "reached", "in_team") and self.trace.state(node, point) == OK:
            self._note_standing(node, point, decisive)

    def _led_to(self, node: Call, point: Point) -> FieldValue:
        """How many entities a relation leads to, or the one that it can only lead to."""
        if node.type.kind is Kind.LIST:
            return self.trace.count(node, point)
        row = self.trace.of(node, point)
        return "" if row is None else self.trace.frame.name(row)

    def _note_standing(self, node: Call, point: Point, decisive: bool) -> None:
        path, row = _beyond_path(self.trace, node, point)
        team = node.function == "in_team"
        found = standing.teams(self.trace, node, point) if team else standing.level(self.trace, node, point)
        if found is not None:
            key = None if row is None else self.trace.frame.name(row)
            self._note(Read(path, key, found, decisive, row))

    def _note_field(self, node: Select | Has, point: Point, decisive: bool) -> None:
        stated = node.operand.type.held
        if stated.struct == PARAMETERS:
            return
        found = self.trace.field(node.operand, node.field, point)
        if stated.is_related and isinstance(node, Select) and node.type.kind is Kind.LIST:
            found = self.trace.count(node, point) if self.trace.state(node, point) == OK else None
        if found is None:
            return
        item = self.trace.key(node.operand, point)
        row = self.trace.of(node.operand, point) if stated.through else None
        key = item if row is None else f"{self.trace.frame.name(row)} {item or ''}".rstrip()
        self._note(Read(_path(node), key, found, decisive, row, item if row is not None else None))

    def _note(self, read: Read) -> None:
        self.reads.setdefault((read.path, read.key), read)


def _path(node: Select | Has) -> str:
    """The path of a field, with the relation that it is read through: `dependencies().slo.sli`."""
    stated = node.operand.type.held
    return ".".join(part for part in (stated.through and f"{stated.through}()", stated.struct, node.field) if part)


def _beyond_path(trace: Trace, node: Call, point: Point) -> tuple[str, int | None]:
    """The path of a level or a team, and the row that it is of where that is a related one."""
    through = node.arguments[0].type.through
    own = "in_team()" if node.function == "in_team" else f"level({json.dumps(named.card_of(node))})"
    return (f"{through}().{own}", standing.row_asked(trace, node, point)) if through else (own, None)


def _outside(node: Node) -> tuple[Node, ...]:
    """The parts of a node that have the same lanes as it has."""
    return (node.over,) if isinstance(node, Fold) else node.parts()
