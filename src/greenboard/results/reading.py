"""Which rules read what: from what changed to the rules that can come to something else. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from greenboard.results.marks import ANYTHING, exempted
from greenboard.scorecards.types import Rule, Scorecard


class Reading:
    """The rules of a scorecard by what they read. Rules are named by their ids.

    `clock` are those that time alone may turn, `beyond` those that read anything but the entity's own
    facts, `relations` the relations through which some read facts of other entities.
    """

    def __init__(self, scorecard: Scorecard) -> None:
        self.name = scorecard.name
        self.all = frozenset(rule.id for rule in scorecard.rules)
        self.clock = frozenset(rule.id for rule in scorecard.rules if reads_clock(rule))
        self.beyond = frozenset(rule.id for rule in scorecard.rules if rule.looks_beyond)
        self._by_type = _by_type((rule.id, rule.reads) for rule in scorecard.rules)
        self._levels = [(rule.id, relation, read) for rule in scorecard.rules for relation, read in rule.levels]
        self.relations = {
            relation: _by_type((rule.id, rule.related.get(relation, ())) for rule in scorecard.rules)
            for relation in sorted({name for rule in scorecard.rules for name in rule.related})
        }

    def affected(self, paths: Collection[str]) -> frozenset[str]:
        """The rules that read anything of what changed: `coverage`, `coverage.line_pct`, or `*` for anything.

        Those among them of which something is exempt otherwise.
        """
        if ANYTHING in paths:
            return self.all
        read = frozenset(name for path in paths for name in _reading(self._by_type, path))
        return read | (exempted(paths, self.name) & self.all)

    def affected_through(self, relation: str, paths: Collection[str]) -> frozenset[str]:
        """The rules that read anything of what changed of an entity that a relation leads to."""
        by_type = self.relations[relation]
        return frozenset(name for path in paths for name in _reading(by_type, path))

    def levels(self, scorecard: str) -> dict[str, frozenset[str]]:
        """The rules that read a level of a scorecard, by the relation to whose level it is ("": the entity's own)."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, relation, read in self._levels:
            if read == scorecard:
                found[relation].add(name)
        return {relation: frozenset(names) for relation, names in found.items()}


def reads_clock(rule: Rule) -> bool:
    """Whether time alone may change what a rule comes to."""
    return rule.program.reads_clock or (rule.when is not None and rule.when.reads_clock)


def _by_type(rules: Iterable[tuple[str, Collection[str]]]) -> Mapping[str, list[tuple[str, frozenset[str]]]]:
    """By fact type, who reads it: the fields, none of them where the type itself is read."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, reads in rules:
        for path in reads:
            kind, _, field = path.partition(".")
            found[kind][name].add(field)
    return {
        kind: [(name, frozenset(() if "" in fields else fields)) for name, fields in by_rule.items()]
        for kind, by_rule in found.items()
    }


def _reading(by_type: Mapping[str, list[tuple[str, frozenset[str]]]], path: str) -> Iterable[str]:
    kind, _, field = path.partition(".")
    return (name for name, fields in by_type.get(kind, ()) if not field or not fields or field in fields)
