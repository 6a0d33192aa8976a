"""What the fields of the editor offer. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from greenboard.catalog.types import COMPONENT_KINDS, LIFECYCLES
from greenboard.scorecards.types import Enforcement, Scorecard
from greenboard.web import words

_EFFECTS = {
    Enforcement.DRAFT: "shown, not scored",
    Enforcement.SCORED: "counts for levels and score",
    Enforcement.WARNS: "also comments on pull requests",
    Enforcement.BLOCKS_PULL_REQUEST: "also fails the check of a pull request",
    Enforcement.BLOCKS_RELEASE: "also holds a release back",
}
_TIERS = {0: "most critical", 4: "least"}


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen; `note` says what it means."""

    value: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Choices of one sort."""

    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Offer:
    """The choices of every field that has a fixed few. `ladder` is the levels as the script reads them."""

    levels: tuple[Choice, ...]
    ladder: tuple[dict[str, str], ...]
    enforcements: tuple[Choice, ...]
    dimensions: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    tiers: tuple[Choice, ...]
    lifecycles: tuple[Choice, ...]
    remedies: tuple[Group, ...] = ()


def offer(scorecard: Scorecard, remedies: tuple[Group, ...] = ()) -> Offer:
    """What a rule of the scorecard can choose among; `remedies` are the ways out that there are."""
    return Offer(
        levels=tuple(Choice(level.name, level.title) for level in scorecard.levels),
        ladder=tuple({"name": level.name, "title": level.title} for level in scorecard.levels),
        enforcements=tuple(Choice(one.value, words.sentence(one.value), _EFFECTS[one]) for one in Enforcement),
        dimensions=tuple(Choice(name, title) for name, title in scorecard.dimensions.items()),
        kinds=_named(scorecard.scope.kinds or COMPONENT_KINDS),
        tiers=tuple(Choice(str(tier), str(tier), _TIERS.get(tier, "")) for tier in range(5)),
        lifecycles=_named(LIFECYCLES),
        remedies=remedies,
    )


def _named(names: Iterable[str]) -> tuple[Choice, ...]:
    return tuple(Choice(name, words.sentence(name)) for name in names)
