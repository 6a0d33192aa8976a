"""Which entities the subjects of a connection are: worked out from the catalog, or decided by a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import transaction

from greenboard.access.models import Person
from greenboard.catalog import store as catalog
from greenboard.catalog.crews import CATALOG
from greenboard.collection import matching, models
from greenboard.collection.matching import Index, Shown, Verdict
from greenboard.collection.types import Standing
from greenboard.connections.models import Connection
from greenboard.connections.types import Match
from greenboard.core.refs import Ref, slug
from greenboard.facts import bulk
from greenboard.facts.models import CURRENT, FactInterval, GapInterval
from greenboard.facts.store import chunks
from greenboard.facts.types import SourceKind
from greenboard.identity.models import Handle


def place(connection: Connection) -> set[int]:
    """Match all subjects that nobody decided about; the surrogate ids of the entities for which that changed."""
    with transaction.atomic():
        known = index(connection)
        rows = models.Subject.objects.filter(connection=connection, gone=False, decided=False)
        shown = rows.only("stream", "kinds", "matches").iterator()
        verdicts = matching.resolve(map(_shown, shown), known)
        concerned = set[int]()
        for part in chunks(sorted(verdicts)):  # a tool may show very many
            concerned |= _settle(rows.filter(pk__in=part), verdicts, known)
    return concerned


def _settle(rows: Iterable[models.Subject], verdicts: Mapping[int, Verdict], known: Index) -> set[int]:
    """Write what some subjects are now; the entities for which that is something else."""
    changed, concerned = [], set[int]()
    for row in rows:
        before = row.entity_id
        if _say(row, verdicts[row.pk], known):
            changed.append(row)
            concerned |= {one for one in (before, row.entity_id) if before != row.entity_id and one is not None}
    bulk.change(models.Subject, ("standing", "entity", "why", "candidates"), changed)
    return concerned


def decide(row: models.Subject, entity: int | None, *, ignored: bool = False, why: str = "") -> set[int]:
    """Have a subject be an entity, be ignored, or (neither) be matched again; the entities concerned."""
    with transaction.atomic():
        before = row.entity_id
        row.decided = ignored or entity is not None
        row.entity_id, row.why, row.candidates = entity, why, []
        row.standing = (Standing.IGNORED if ignored else Standing.MATCHED if entity else Standing.MISSING).value
        row.save(update_fields=["decided", "entity", "why", "candidates", "standing"])
        again = set() if row.decided else place(row.connection)
    return {one for one in (before, entity) if one is not None} | again


def index(connection: Connection) -> Index:
    """The catalog as a tool may know it."""
    entities = catalog.plain()
    named = (connection.integration, connection.name)
    return matching.index(entities, catalog.relations(), named, _logins(connection.integration))


def _logins(tool: str) -> Mapping[str, Iterable[Ref]]:
    """The confirmed names of people at a tool, and who of the catalog they are.

    Handles say the host of a tool (`github.com`): it is the one that begins as the integration does.
    """
    names: dict[int, list[str]] = defaultdict(list)
    catalogued: dict[int, Ref] = {}
    for person, host, name in Handle.objects.filter(confirmed_at__isnull=False).values_list("person", "tool", "name"):
        if host == CATALOG:
            catalogued[person] = Ref.parse(name)
        elif host.partition(".")[0].lower() == tool.partition("_")[0]:
            names[person].append(name)
    people = dict(Person.objects.filter(pk__in=names).values_list("pk", "username"))
    found: dict[str, list[Ref]] = defaultdict(list)
    for person, several in names.items():
        ref = catalogued.get(person) or Ref("person", "default", slug(people[person]))
        for name in several:
            found[name].append(ref)
    return found


def _shown(row: models.Subject) -> Shown:
    matches = tuple(Match(by, value) for by, value in row.matches)
    return Shown(row.pk, row.stream, tuple(row.kinds), matches)


def _say(row: models.Subject, verdict: Verdict, known: Index) -> bool:
    """Whether this is something else than before."""
    candidates = [str(known.refs[number]) for number in verdict.candidates]
    before = row.standing, row.entity_id, row.why, row.candidates
    row.standing, row.entity_id = verdict.standing.value, verdict.entity
    row.why, row.candidates = verdict.why, candidates
    return before != (row.standing, row.entity_id, row.why, row.candidates)


def entities(connection: Connection) -> list[int]:
    """The surrogate ids of the entities that the subjects of a connection are, in their order."""
    rows = models.Subject.objects.filter(connection=connection, standing=Standing.MATCHED.value, entity__isnull=False)
    return sorted(set(rows.values_list("entity_id", flat=True)))


def speaking(connection: Connection) -> list[int]:
    """The surrogate ids of the entities that have facts or gaps by a connection."""
    found: set[int] = set()
    for model in (FactInterval, GapInterval):
        rows = model.objects.filter(CURRENT, source_kind=SourceKind.CONNECTION.value, source=connection.name)
        found |= set(rows.values_list("entity_id", flat=True).distinct())
    return sorted(found)
