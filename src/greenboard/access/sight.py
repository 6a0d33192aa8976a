"""Which entities somebody may do something with. Pure; the catalog turns it into a condition of a query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from greenboard.core.refs import Ref


@dataclass(frozen=True)
class Sight:
    """The entities that one reference of each group covers; without groups there is no bound.

    A reference covers its entity, and what that contains or, if it is a team, owns. One group comes
    from a person's grants, a second one from the bound of the token that they use.
    """

    groups: tuple[frozenset[Ref], ...] = ()

    @property
    def everything(self) -> bool:
        return not self.groups

    @property
    def nothing(self) -> bool:
        return any(not group for group in self.groups)

    def within(self, bound: Iterable[Ref]) -> Sight:
        """Narrowed to what is covered by one of these, too."""
        return Sight((*self.groups, frozenset(bound)))


EVERYTHING = Sight()
NOTHING = Sight((frozenset(),))
