"""What the audit log says of what somebody stated: before and after, of very much the first and how much more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from greenboard.access import audit
from greenboard.catalog import rows
from greenboard.catalog import store as catalog
from greenboard.catalog.saving import Saved
from greenboard.catalog.types import Declared, Entity
from greenboard.core.refs import Ref
from greenboard.facts.service import Recorded

MOST = 50
"""So many of each kind a line names."""


def stated(declared: Declared, saved: Saved) -> None:
    """Note entities and relations, where anything changed. A changed entity is told by the parts that differ."""
    begun, ended = saved.links
    if not (saved.created or saved.changed or begun or ended):
        return
    now = {entity.ref: entity for entity in declared.entities}
    differing = {ref: _differing(saved.before[ref], now[ref]) for ref in saved.changed[:MOST]}
    names = catalog.names({end for link in (*begun[:MOST], *ended[:MOST]) for end in link[1:3]})
    before = {
        "changed": {str(ref): old for ref, (old, _) in differing.items()},
        "relations": _first([_relation(link, names) for link in ended[:MOST]], len(ended)),
    }
    after = {
        "created": {str(ref): _whole(now[ref]) for ref in saved.created[:MOST]},
        "changed": {str(ref): new for ref, (_, new) in differing.items()},
        "relations": _first([_relation(link, names) for link in begun[:MOST]], len(begun)),
    }
    counts = {"created": len(saved.created), "changed": len(saved.changed)}
    more = {"more": {name: count - MOST for name, count in counts.items() if count > MOST}}
    target = str(declared.entities[0].ref) if len(declared.entities) == 1 else ""
    audit.note("catalog.stated", target, before=_given(before), after=_given({**after, **more}))


def withdrawn(ref: Ref, before: Entity) -> None:
    """Note that an entity was retired."""
    audit.note("catalog.withdrawn", str(ref), before=_whole(before))


def said(several: Iterable[tuple[Ref, str, str]], recorded: Recorded) -> None:
    """Note facts and gaps by entity, type and source, where anything changed. Values are in the history of facts."""
    if not recorded.changed:
        return
    told = list(several)
    about = sorted({ref for ref, _, _ in told})
    types, sources = sorted({type_ for _, type_, _ in told}), sorted({source for _, _, source in told})
    after = {
        "entities": _first([str(ref) for ref in about[:MOST]], len(about)),
        "types": _first(types[:MOST], len(types)),
        "sources": _first(sources[:MOST], len(sources)),
        "began": recorded.began,
        "ended": recorded.ended,
    }
    audit.note("facts.stated", str(about[0]) if len(about) == 1 else "", after=after)


def _differing(before: Entity, after: Entity) -> tuple[dict[str, Any], dict[str, Any]]:
    old, new = _whole(before), _whole(after)
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return {name: old.get(name) for name in names}, {name: new.get(name) for name in names}


def _whole(entity: Entity) -> dict[str, Any]:
    """What is said of an entity, by the names of its parts, as plain JSON."""
    found = rows.columns(entity)
    plain = {name: found[name] for name in ("title", "tier", "lifecycle")}
    return {name: part for name, part in plain.items() if part not in ("", None)} | dict(found["data"])


def _relation(link: Sequence[Any], names: Mapping[int, Ref]) -> str:
    return f"{names[link[1]]} {link[0]} {names[link[2]]}"


def _first(several: Iterable[str], count: int) -> list[str]:
    found = sorted(several)
    return [*found, f"and {count - len(found)} more"] if count > len(found) else found


def _given(parts: Mapping[str, Any]) -> dict[str, Any] | None:
    return {name: part for name, part in parts.items() if part} or None
