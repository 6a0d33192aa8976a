"""Which fields the idioms of a fact type serve: read from their compiled form, so that it is never out of date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from greenboard.facts.vocabulary import FactType, Idiom, Vocabulary
from greenboard.rules.language import compile as compile_rule


def by_field(declared: FactType, vocabulary: Vocabulary) -> Mapping[str, tuple[Idiom, ...]]:
    """The idioms that read each field, in the order in which the type gives them.

    Raises:
        RuleError: an idiom is no rule of this vocabulary.

    """
    found: dict[str, list[Idiom]] = defaultdict(list)
    for idiom in declared.idioms:
        for path in compile_rule(idiom.rule, vocabulary).reads:
            of, _, name = path.partition(".")
            if of == declared.name and name:
                found[name].append(idiom)
    return {name: tuple(several) for name, several in found.items()}
