"""In which project or repository the ticket of an entity belongs: what it says itself, or what is around it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from greenboard.campaigns.definition import Tickets
from greenboard.campaigns.ticketing.tools import Tool
from greenboard.catalog import store
from greenboard.catalog.store import Stored
from greenboard.catalog.types import Entity, RelationKind
from greenboard.catalog.whole import Whole
from greenboard.core.refs import Ref


@dataclass(frozen=True)
class Places:
    """Where tickets go. `homes` are the repositories that entities live in."""

    whole: Whole
    tool: Tool
    tickets: Tickets
    homes: Mapping[int, int]

    @classmethod
    def of(cls, whole: Whole, tool: Tool, tickets: Tickets) -> Places:
        """Read what relations say. One query."""
        homes = {source: target for kind, source, target in store.ends() if kind is RelationKind.LIVES_IN}
        return cls(whole, tool, tickets, homes)

    def place(self, stored: Stored) -> str:
        """The first that is said: by the entity, its repository, its system, its owners; else that of the campaign."""
        said = (self._said(entity) for entity in self._around(stored))
        return next((place for place in said if place), self.tickets.place)

    def _around(self, stored: Stored) -> Iterator[Entity]:
        yield stored.entity
        home = self.homes.get(stored.id)
        for ref in (self.whole.names.get(home) if home else None, stored.system, *stored.owners):
            found = self._entity(ref)
            if found is not None:
                yield found

    def _entity(self, ref: Ref | None) -> Entity | None:
        number = None if ref is None else self.whole.number.get(ref)
        return None if number is None else self.whole.entities[number].entity

    def _said(self, entity: Entity) -> str:
        for key in self.tool.annotations:
            told = str(entity.annotations.get(key, "")).split(",")[0].strip()
            if told:
                return told if self.tool.everywhere else told.split("/")[0]
        links = [link.url for link in entity.links] if entity.ref.kind == "repository" and self.tool.hosts else []
        for url in links:
            if url.startswith(self.tool.hosts):
                return url.removeprefix(self.tool.hosts).removesuffix(".git").strip("/")
        return ""
