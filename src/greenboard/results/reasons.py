"""The words and the evidence of a result: what was read and from where, what is missing and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from greenboard.catalog.types import Entity
from greenboard.core import links
from greenboard.facts import labels
from greenboard.facts.merge import Snapshot
from greenboard.facts.types import Fact, Gap
from greenboard.facts.vocabulary import FactType, Vocabulary
from greenboard.results.types import Evidence, Lack, Missing
from greenboard.rules.around import own_path
from greenboard.rules.explain import Read
from greenboard.rules.types import Outcome

MAX_EVIDENCE = 50


def evidence(
    reads: Sequence[Read], snapshot: Snapshot, related: Callable[[int], Snapshot] | None = None
) -> tuple[Evidence, ...]:
    """The values that were read, those that decided first, each with its source.

    `related` gives what is known of the related entity at a row, where its facts are at hand.
    """
    ordered = sorted(reads, key=lambda read: not read.decisive)
    return tuple(_evidence(read, snapshot, related) for read in ordered[:MAX_EVIDENCE])


def _evidence(read: Read, snapshot: Snapshot, related: Callable[[int], Snapshot] | None) -> Evidence:
    kind, _, name = own_path(read.path).partition(".")
    item = read.key
    if read.row is not None:
        snapshot, item = related(read.row) if related else Snapshot(), read.item
    fact = snapshot.origin(kind, item, name)
    if fact is None:
        return Evidence(read.path, read.key, read.value, "", "", None, decisive=read.decisive)
    source = _source(fact, item, name)
    return Evidence(
        fact=read.path,
        key=read.key,
        value=read.value,
        source=source,
        link=(links.at(fact.source.link, source) if source != fact.source.name else "") or fact.source.link,
        observed_at=fact.observed_at,
        commit=fact.source.commit,
        decisive=read.decisive,
    )


def _source(fact: Fact, key: str | None, name: str) -> str:
    """Where a field stands: as exactly as the reader told, `path:line`, or else the name of the source."""
    spots = (f"{key}.{name}", key) if key is not None else (name,)
    place = next((fact.places[spot] for spot in spots if spot in fact.places), "")
    return place or fact.source.location or fact.source.name


def missing(paths: Iterable[str], snapshot: Snapshot, vocabulary: Vocabulary, now: datetime) -> tuple[Missing, ...]:
    """Why each fact that was wanted is not there. Paths are `oncall` or `oncall.schedules`.

    What is around an entity, `dependencies()` or `level("basics")`, is no fact; what would tell it is said.
    """
    return tuple(
        _missing(path, snapshot, vocabulary, now) if _type(path, vocabulary) else _not_around(path)
        for path in sorted(set(paths))
        if _type(path, vocabulary) or path.partition("(")[0] in _AROUND
    )


def of_related(name: str, path: str, known: tuple[Snapshot, Vocabulary, datetime]) -> list[Missing]:
    """Why a related entity lacks what was read of it at a path such as `dependencies().slo.sli`."""
    return [
        replace(lack, fact=path, reason=f"{name}: {lack.reason}", remedy=lack.remedy and f"Of {name}: {lack.remedy}")
        for lack in missing([own_path(path)], *known)
    ]


_AROUND = {
    "dependencies": ("nobody says what it depends on", "A list of dependencies in its descriptor would decide it."),
    "dependents": ("what depends on it is not known", "The catalog of a server knows what depends on what."),
    "parts": ("what is part of it is not known", "The catalog of a server knows what is part of what."),
    "repository": ("the repository that it lives in is not known", "Its descriptor can name it."),
    "level": ("its level is not known", "An evaluation of that scorecard would decide it."),
    "in_team": ("the team that owns it is not known", "An owner in its descriptor would decide it."),
}


def _not_around(path: str) -> Missing:
    name = path.partition("(")[0]
    reason, remedy = _AROUND[name]
    said = f"{path.removeprefix('level(').removesuffix(')')}: {reason}" if name == "level" else reason
    return Missing(path, Lack.NO_SOURCE, said, remedy)


def _type(path: str, vocabulary: Vocabulary) -> FactType | None:
    return vocabulary.types.get(path.partition(".")[0])


def _missing(path: str, snapshot: Snapshot, vocabulary: Vocabulary, now: datetime) -> Missing:
    kind = path.partition(".")[0]
    declared = vocabulary.types[kind]
    gaps = sorted(snapshot.gaps.get(kind, ()), key=lambda gap: gap.unclear)
    if gaps and not gaps[0].unclear:
        more = f" (and {len(gaps) - 1} more)" if len(gaps) > 1 else ""
        reason = f"{_where(gaps[0])} could not be read: {gaps[0].reason}{more}"
        return Missing(path, Lack.GAP, reason, "Mend it or tell it in another way, then look again.")
    if kind in snapshot.stale:
        stale = snapshot.stale[kind]
        age, limit = (now - stale.observed_at).days, stale.max_age.days
        reason = f"{labels.of_type(declared)} from {stale.source}: {age} days old, at most {limit} days count"
        return Missing(path, Lack.STALE, reason, f"A fresh look of {stale.source} would decide it.")
    name = path.partition(".")[2]
    if gaps and (kind not in snapshot.values or name in gaps[0].reason):
        what = f"{_where(gaps[0])}: {gaps[0].reason}"
        return Missing(path, Lack.NO_SOURCE, what, f"{_suppliers(declared)} would decide it.")
    if kind in snapshot.values:
        what = _unknown(declared, name)
        return Missing(path, Lack.NO_SOURCE, what, f"{_suppliers(declared)} would decide it.")
    local = "repository" in declared.supplied_by
    told = labels.several(declared) if declared.many else labels.of_type(declared)
    what = f"nothing in the repository tells of {told}" if local else f"no connected source tells of {told}"
    return Missing(path, Lack.NO_SOURCE, what, f"{_suppliers(declared)} would decide it.")


def _unknown(declared: FactType, name: str) -> str:
    """`README: dead links not known`; of a list without a field, that it may not be whole."""
    if not name:
        return f"there may be more {labels.several(declared)} than are known"
    said = f"{labels.of_field(name, declared.fields.get(name))} not known"
    return said if declared.name == "entity" else f"{labels.of_type(declared)}: {said}"


def _where(gap: Gap) -> str:
    return gap.source.location or gap.source.name


def _suppliers(declared: FactType) -> str:
    """Who could tell, for people: "A connection to an on-call tool"."""
    title = declared.title[0].lower() + declared.title[1:] if declared.title[1:2].islower() else declared.title
    words = {
        "repository": f"{title} in the repository",
        "report": "a report from CI",
        "descriptor": "the descriptor",
        "attestation": "an attestation by a named person",
        "connection": f"a connection to {declared.connects}" if declared.connects else "a connection",
    }
    told = [words[supplier] for supplier in words if supplier in declared.supplied_by]
    text = ", ".join(told[:-1]) + " or " * (len(told) > 1) + (told[-1] if told else "the catalog")
    return text[0].upper() + text[1:]


def message(outcome: Outcome, explained: str, lacks: Sequence[Missing]) -> str:
    """A sentence on why it came to this."""
    if outcome is Outcome.NO_DATA and lacks:
        first = _worst(lacks)
        return f"{first.reason}. {first.remedy}".strip()
    return explained


def _worst(lacks: Sequence[Missing]) -> Missing:
    """The one to tell first: a look that failed, then what is too old, then what nobody supplies."""
    order = (Lack.GAP, Lack.STALE, Lack.NO_SOURCE)
    return min(lacks, key=lambda lack: order.index(lack.lack))


def described(entity: Entity) -> str:
    """The entity for a sentence: its kind, and its tier where that is known."""
    tier = "" if entity.tier is None else f" of tier {entity.tier}"
    lifecycle = f" in {entity.lifecycle}" if entity.lifecycle else ""
    article = "an" if entity.ref.kind[0] in "aeiou" else "a"
    return f"{article} {entity.ref.kind}{tier}{lifecycle}"
