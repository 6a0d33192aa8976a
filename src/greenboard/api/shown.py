"""Previews as JSON: totals exact, lists of entities only as long as asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.results.ground import Ground
from greenboard.results.preview import Compared, Preview
from greenboard.results.rows import OUTCOMES
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import OK, Array, StructVec, Vec

_LISTED = (Outcome.FAIL, Outcome.NO_DATA, Outcome.ERROR, Outcome.PASS)

Json = dict[str, Any]


def address(ref: Ref) -> str:
    """The page of an entity."""
    return f"/entities/{ref.kind}/{ref.namespace}/{ref.name}"


def entity(ground: Ground, row: int) -> Json:
    """One row of a ground, as it is named in lists."""
    found = ground.entities[row]
    assert found is not None, "a scorecard covers only what is in the catalog"
    return {
        "ref": str(found.ref),
        "name": found.title or found.ref.name,
        "url": address(found.ref),
        "team": team(ground, row),
        "tier": found.tier,
    }


def team(ground: Ground, row: int) -> str | None:
    """The name of the owning team, if there is one."""
    known = ground.frame.variable("entity")
    owner = known.field("owner") if isinstance(known, StructVec) else None
    if not isinstance(owner, Vec) or any(
        state is not None and state[row] != OK for state in (known.state, owner.state)
    ):
        return None
    told = ground.frame.strings.texts[int(owner.data[row])]
    try:
        return Ref.parse(told).name
    except UserError:
        return told


def rule(preview: Preview, limit: int) -> Json:
    """The preview of one rule."""
    compared = preview.rules[0]
    return {
        "counts": _counts(preview, compared.after),
        "before": _counts(preview, compared.before, before=True),
        "changed": _changed(preview, [compared], limit),
        "entities": {
            outcome.value: _entities(preview.ground, preview.rows(compared, outcome)[:limit]) for outcome in _LISTED
        },
        **_whole(preview, limit),
    }


def scorecard(preview: Preview, limit: int) -> Json:
    """The preview of a whole scorecard: its rules counted one by one, and all of them together."""
    after = [_counts(preview, one.after) for one in preview.rules]
    before = [_counts(preview, one.before, before=True) for one in preview.rules]
    rules = [
        {
            "rule": one.rule.id,
            "title": one.rule.title,
            "level": one.rule.level,
            "counts": counts,
            "before": counts_before,
            "changed": len(preview.changed(one)),
        }
        for one, counts, counts_before in zip(preview.rules, after, before, strict=True)
    ]
    return {
        "scorecard": preview.scorecard.name,
        "title": preview.scorecard.title,
        "counts": _sum(after),
        "before": None if preview.current is None else _sum(before),
        "rules": rules,
        "changed": _changed(preview, preview.rules, limit),
        "joined": int((preview.covered & ~preview.covered_before).sum()) if preview.current else 0,
        "left": int((preview.covered_before & ~preview.covered).sum()),
        **_whole(preview, limit),
    }


def _whole(preview: Preview, limit: int) -> Json:
    moved = preview.moved
    changes = [
        {
            **entity(preview.ground, row),
            "before": preview.level(row, before=True),
            "after": preview.level(row),
            "worse": bool(preview.fell[row]),
        }
        for row in moved[:limit].tolist()
    ]
    return {
        "levels": {
            "total": len(moved),
            "fell": int(preview.fell.sum()),
            "changes": changes,
            "before": preview.levels(before=True),
            "after": preview.levels(),
        },
        "entities_total": int(preview.covered.sum()),
        "as_of": clock.format_time(preview.ground.frame.now),
    }


def _changed(preview: Preview, rules: Iterable[Compared], limit: int) -> Json:
    total, shown = 0, list[Json]()
    for one in rules:
        rows = preview.changed(one)
        total += len(rows)
        for row in rows[: limit - len(shown)].tolist():
            assert one.before is not None
            assert one.after is not None
            shown.append(
                {
                    **entity(preview.ground, row),
                    "rule": one.rule.id,
                    "before": OUTCOMES[one.before[row]].value,
                    "after": OUTCOMES[one.after[row]].value,
                }
            )
    return {"total": total, "entities": shown}


def _entities(ground: Ground, rows: Array) -> list[Json]:
    return [entity(ground, row) for row in rows.tolist()]


def _counts(preview: Preview, codes: Array | None, *, before: bool = False) -> dict[str, int] | None:
    found = preview.counts(codes, before=before)
    return None if found is None else {outcome.value: count for outcome, count in found.items()}


def _sum(several: Iterable[dict[str, int] | None]) -> dict[str, int]:
    counted = [one for one in several if one is not None]
    return {outcome.value: sum(one[outcome.value] for one in counted) for outcome in OUTCOMES}
