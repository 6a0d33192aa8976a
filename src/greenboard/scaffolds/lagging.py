"""Who lags behind: what was made from a scaffold that has a newer version since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from semantic_version import Version  # type: ignore[import-untyped]

from greenboard.scaffolds import service, shelf, store
from greenboard.scaffolds.models import Making


@dataclass(frozen=True)
class Standing:
    """Something that was made, the version that is in it, the newest one, and the update that is under way."""

    first: Making
    version: str
    newest: str
    update: Making | None = None
    tried: bool = False
    """Whether there was an update to the newest version, whatever became of it."""

    @property
    def behind(self) -> bool:
        """Whether there is a newer version than the one in it."""
        return bool(Version.coerce(self.version) < Version.coerce(self.newest))


@dataclass(frozen=True)
class Late:
    """Something that lags behind: its making, the entity by its number, what it has and the newest version."""

    making: int
    entity: int | None
    title: str
    has: str
    newest: str


def late(among: Q) -> list[Late]:
    """What lags behind, of the makings that may be seen, the newest first. Three queries, however much was made."""
    if not Making.objects.filter(first=None, landed_at__isnull=False).exists():  # mostly, and asked quickly
        return []
    newest = shelf.versions()
    landed = Making.objects.filter(first=OuterRef("pk"), landed_at__isnull=False).order_by("-id").values("version")
    due = Case(*(When(scaffold=name, then=Value(version)) for name, version in newest.items()), default=Value(""))
    rows = store.published().filter(among, scaffold__in=newest)
    rows = rows.annotate(has=Coalesce(Subquery(landed[:1]), "version"), due=due).exclude(has=F("due"))
    found = rows.values_list("pk", "entity_id", "title", "has", "scaffold")
    several = [Late(pk, entity, title, has, newest[name]) for pk, entity, title, has, name in found]
    return [one for one in several if Version.coerce(one.has) < Version.coerce(one.newest)]


def standings(rows: Iterable[Making]) -> list[Standing]:
    """How those that were made stand; of what has no scaffold any more nothing is said."""
    firsts = list(rows)
    newest = shelf.versions()
    updates: defaultdict[int, list[Making]] = defaultdict(list)
    for update in Making.objects.filter(first__in=firsts).defer("tree").order_by("id"):
        assert update.first_id is not None
        updates[update.first_id].append(update)
    return [_standing(first, updates[first.pk], newest[first.scaffold]) for first in firsts if first.scaffold in newest]


def _standing(first: Making, updates: list[Making], newest: str) -> Standing:
    landed = [one for one in updates if one.landed_at]
    open_ = next((one for one in reversed(updates) if service.under_way(one)), None)
    tried = any(one.version == newest for one in updates)
    return Standing(first, (landed[-1] if landed else first).version, newest, open_, tried)


def of(scaffold: str) -> list[Standing]:
    """Everything that was made from a scaffold and lags behind."""
    return [one for one in standings(store.published().filter(scaffold=scaffold)) if one.behind]


def counts() -> dict[str, int]:
    """How many lag behind, by scaffold."""
    found: defaultdict[str, int] = defaultdict(int)
    for one in standings(store.published()):
        found[one.first.scaffold] += one.behind
    return dict(found)
