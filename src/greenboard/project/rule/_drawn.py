"""A preview as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.cli.report.content import GLYPHS, WORDS
from greenboard.core import clock
from greenboard.results.preview import Compared, Preview
from greenboard.results.rows import OUTCOMES
from greenboard.rules.types import Outcome

_ORDER = (Outcome.PASS, Outcome.FAIL, Outcome.NO_DATA, Outcome.ERROR, Outcome.NOT_APPLICABLE)


def table(preview: Preview, limit: int, *, whole: bool) -> str:
    """Counts with the draft and before, who changes, whose level changes; no more than `limit` names each."""
    moment = clock.format_time(preview.ground.frame.now.replace(microsecond=0))
    total = int(preview.covered.sum())
    title = preview.scorecard.title if whole else f"{preview.rules[0].rule.title} ({preview.rules[0].rule.id})"
    lines = [f"{title}: draft over {total:,} entities as of {moment}", ""]
    lines += _rules(preview) if whole else _counts(preview, preview.rules[0])
    lines += ["", *_changes(preview, limit), "", *_levels(preview, limit)]
    return "\n".join(lines) + "\n"


def _counts(preview: Preview, compared: Compared) -> Iterator[str]:
    after, before = preview.counts(compared.after), preview.counts(compared.before, before=True)
    yield f"  {'':<16}  {'draft':>7}  {'now':>7}"
    for outcome in _ORDER:
        now = "–" if before is None else f"{before[outcome]:,}"
        yield f"  {GLYPHS[outcome]} {WORDS[outcome]:<14}  {(after or {}).get(outcome, 0):>7,}  {now:>7}"


def _rules(preview: Preview) -> Iterator[str]:
    """The rules that come to something else than now."""
    wide = max((len(one.rule.id) for one in preview.rules), default=4)
    yield f"  {'rule':<{wide}}  {'pass':>7}  {'fail':>7}  {'changed':>7}"
    for one in preview.rules:
        changed = len(preview.changed(one))
        if not changed and one.before is not None and one.after is not None:
            continue
        after = preview.counts(one.after)
        told = [f"{after[outcome]:,}" if after else "–" for outcome in (Outcome.PASS, Outcome.FAIL)]
        what = "new" if one.before is None else "gone" if one.after is None else f"{changed:,}"
        yield f"  {one.rule.id:<{wide}}  {told[0]:>7}  {told[1]:>7}  {what:>7}"


def _changes(preview: Preview, limit: int) -> Iterator[str]:
    several = len(preview.rules) > 1
    found = [(one, row) for one in preview.rules for row in preview.changed(one).tolist()]
    yield _counted(len(found), "changed outcome")
    for one, row in found[:limit]:
        assert one.before is not None
        assert one.after is not None
        before, after = OUTCOMES[one.before[row]], OUTCOMES[one.after[row]]
        turn = f"{GLYPHS[before]} {WORDS[before]} → {GLYPHS[after]} {WORDS[after]}"
        yield f"  {turn}  {_name(preview, row)}" + (f"  {one.rule.id}" if several else "")
    yield from _more(len(found), limit)


def _levels(preview: Preview, limit: int) -> Iterator[str]:
    moved = preview.moved
    yield f"{_counted(len(moved), 'changed level')}, {int(preview.fell.sum()):,} down"
    for row in moved[:limit].tolist():
        before, after = preview.level(row, before=True) or "no level", preview.level(row) or "no level"
        yield f"  {'▼' if preview.fell[row] else '▲'} {before} → {after}  {_name(preview, row)}"
    yield from _more(len(moved), limit)
    after_all, before_all = preview.levels(), preview.levels(before=True)
    yield f"\n  {'':<16}  {'draft':>7}  {'now':>7}"
    for name in reversed(after_all):
        now = f"{before_all.get(name, 0):,}" if preview.current else "–"
        yield f"  {name or 'no level':<16}  {after_all[name]:>7,}  {now:>7}"


def _name(preview: Preview, row: int) -> str:
    found = preview.ground.entities[row]
    assert found is not None, "a scorecard covers only what is in the catalog"
    return found.ref.short


def _more(total: int, limit: int) -> Iterator[str]:
    if total > limit:
        yield f"  and {total - limit:,} more: --limit says how many are named"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
