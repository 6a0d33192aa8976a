"""From an incident to a standard: which rules an action of a post-mortem could become. Pure.

An action is words; what a rule can ask is in the idioms of the fact types. Those that share words with the action, rare
ones first, are proposed, and somebody finishes one in the editor of rules, which shows who else is exposed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from greenboard.facts.vocabulary import Vocabulary

_WORD = re.compile(r"[a-z]{3,}")
_COMMON = frozenset(
    _WORD.findall(
        "the and for with that not are was were has have had its this from into each every all any our they should "
        "must will when which while then than can add make use set per way one two are been being does did done also "
        "more keep kept least nobody call called time before after"
    )
)


@dataclass(frozen=True)
class Proposal:
    """A rule that an action could become: what it says in words, its expression, and the fact type that it reads."""

    says: str
    expression: str
    type: str
    shared: tuple[str, ...]


def propose(action: str, vocabulary: Vocabulary, most: int = 5) -> list[Proposal]:
    """The idioms that share words with an action, those that share most first; none where none does."""
    wanted = _words(action)
    known = [
        (name, idiom, _words(f"{idiom.says} {idiom.rule.replace('_', ' ')} {name.replace('_', ' ')} {declared.title}"))
        for name, declared in vocabulary.types.items()
        for idiom in declared.idioms
    ]
    often = Counter(word for _, _, said in known for word in said)
    found: list[tuple[float, Proposal]] = []
    for name, idiom, said in known:
        shared = wanted & said
        if shared:  # a word that few speak of says more than one that many do
            titled = wanted & _words(f"{name.replace('_', ' ')} {vocabulary.types[name].title}")
            weight = len(shared) + sum(1 / often[word] for word in shared) + 2 * len(titled)
            found.append((weight, Proposal(idiom.says, idiom.rule, name, tuple(sorted(shared)))))
    found.sort(key=lambda pair: (-pair[0], pair[1].type, pair[1].expression))
    return [proposal for _, proposal in found[:most]]


def _words(text: str) -> frozenset[str]:
    """The words of a text by their stems: an ending that only says how many or when is left out."""
    found = (re.sub(r"(?:ies|es|s|ed|ing)$", "", word) for word in _WORD.findall(text.lower()) if word not in _COMMON)
    return frozenset(word for word in found if len(word) > 2)
