"""What changed and why, with one line per cause: a broken connection is one line, not 31. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from greenboard.catalog.naming import NAMES
from greenboard.core.kept import Kept
from greenboard.core.once import notes
from greenboard.core.refs import Ref
from greenboard.results.changes import Changes
from greenboard.results.rows import Cause, Change
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, words
from greenboard.web.asked import Asked
from greenboard.web.seen import Seen
from greenboard.web.standing import rung

_ALL = 2_000
"""So many changes are read; of more, those of the newest causes."""
_CAUSES = 60
_LINES = 50
WORSE, BETTER, LOST = "worse", "better", "lost"
_ORDER = {WORSE: 0, LOST: 1, BETTER: 2}
_SIGN = {WORSE: ("▼", "Worse"), BETTER: ("▲", "Better"), LOST: ("◌", "Lost data")}
_WORDS = {
    "fact": "Fact",
    "rule": "Rule changed",
    "clock": "Time passed",
    "scope": "Entity changed",
    "exemption": "Exemption",
    "first": "First look",
}


@dataclass(frozen=True)
class Line:
    """One change inside a group."""

    name: str
    url: str
    text: str
    rule_url: str


@dataclass(frozen=True)
class Group:
    """Everything that one cause did in one direction."""

    direction: str
    glyph: str
    word: str
    title: str
    url: str
    text: str
    cause: str
    cause_kind: str
    source: str
    link: str
    exact: str
    at: datetime
    lines: tuple[Line, ...]
    more: int


@dataclass(frozen=True)
class Digest:
    """What changed in a stretch of time, told at a moment."""

    now: datetime
    groups: tuple[Group, ...]
    worse: int
    better: int
    lost: int
    more: int
    partial: bool
    """Whether only the newest causes are among the groups."""

    @property
    def any(self) -> bool:
        return bool(self.groups)


def direction(change: Change) -> str:
    """Worse, better, or lost its data: the last says nothing about the entity itself."""
    if change.rule is not None and change.after in (Outcome.NO_DATA, Outcome.ERROR):
        return LOST
    return WORSE if change.worse else BETTER


def digest(
    changes: Iterable[Change],
    scorecard: Scorecard,
    asked: Asked,
    *,
    most: int = 40,
    about: str = "",
    counted: tuple[int, int, int] | None = None,
) -> Digest:
    """Group changes by cause, the worst and newest first.

    `about` says what the whole page is about, "entity" or "rule", so that no line repeats it.
    `counted` is how many results got worse, lost their data, got better, where `changes` are but the
    newest of them.
    """
    told = [change for change in changes if change.cause.kind != "first"]
    counts: dict[str, int] = defaultdict(int)
    grouped: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    for change, heading in zip(told, _headings(told), strict=True):
        grouped[heading, *_identity(change, heading, scorecard)].append(change)
        if change.rule is not None:
            counts[heading] += 1
    worse, lost, better = counted or (counts[WORSE], counts[LOST], counts[BETTER])
    order = sorted(grouped.items(), key=lambda item: max(change.at for change in item[1]), reverse=True)
    order.sort(key=lambda item: _ORDER[item[0][0]])
    groups = [_group(heading, found, scorecard, asked) for (heading, *_), found in order[:most]]
    if about == "entity":
        groups = [replace(group, title=group.text, url="", text="") for group in groups]
    if about == "rule":
        groups = [replace(group, text="") for group in groups]
    partial = (worse, lost, better) != (counts[WORSE], counts[LOST], counts[BETTER])
    return Digest(asked.now, tuple(groups), worse, better, lost, max(0, len(order) - most), partial)


def newest(
    seen: Seen,
    entities: Array | None,
    changes: Changes,
    scorecard: Scorecard,
    asked: Asked,
    *,
    most: int = 40,
    about: str = "",
) -> Digest:
    """The digest of what changed: of the newest of it where it is very much.

    `entities` are those that it is about, by number; None is all that may be seen.
    """
    if entities is None and not seen.sight.everything:
        entities = np.flatnonzero(seen.visible)
    own = changes if entities is None else changes.of(seen.whole.ids[entities])
    chosen, counted = own if len(own) <= _ALL else own.newest(_CAUSES, _ALL), own.counts()
    names = tuple(seen.whole.names.get(number) for number in np.unique(chosen.entity).tolist())
    spoken = scorecard.name, scorecard.levels, tuple((rule.id, rule.title) for rule in scorecard.rules)
    kept = _digests.of(
        (chosen.key, counted, names, spoken, asked.get("as_of"), most, about),
        lambda: digest(_told(chosen, seen), scorecard, asked, most=most, about=about, counted=counted),
    )
    return replace(kept, now=asked.now)


def _told(chosen: Changes, seen: Seen) -> list[Change]:
    notes(NAMES).update(seen.whole.names)
    return chosen.told()


_digests = Kept[Digest](40)
"""Digests by all that they show but the age of it."""


def _headings(changes: Sequence[Change]) -> list[str]:
    """The direction of each change; a fall of level goes with the lost data that caused it, if nothing got worse."""
    found: dict[tuple[Ref, str], set[str]] = defaultdict(set)
    for change in changes:
        if change.rule is not None:
            found[change.entity, change.cause.source].add(direction(change))

    def heading(change: Change) -> str:
        said = direction(change)
        beneath = found[change.entity, change.cause.source]
        # The clock takes a level only where data were lost, or for a rule that compares with now: that has no source.
        lost = LOST in beneath or change.cause.kind == "clock"
        fell = change.rule is None and said == WORSE and change.cause.source
        return LOST if fell and lost and WORSE not in beneath else said

    return [heading(change) for change in changes]


def _identity(change: Change, heading: str, scorecard: Scorecard) -> tuple[str, ...]:
    """What makes two changes one line. The text of a level's cause repeats its rule's, so it is no part of it."""
    cause = change.cause
    told = bool(cause.fact_type or cause.source)
    text = "" if told else cause.text
    if cause.kind == "clock" and not told and change.rule is not None:
        text = f"{title(scorecard, change.rule)}: {text}"  # as a level's cause says it: the same day, another rule
    if heading == LOST:
        # A tool that does not answer is one cause, whatever it would have said; a file is one entity's own.
        return cause.source or cause.fact_type, text, str(change.entity) if cause.commit else ""
    shared = (cause.kind, cause.source, cause.fact_type, text)
    # A fact is about one entity; the same words about another are another cause. A rule or a
    # moment in time reaches many at once.
    lone = cause.kind in ("fact", "scope", "exemption")
    return (*shared, str(change.entity), change.at.isoformat()) if lone else shared


def _group(heading: str, changes: Sequence[Change], scorecard: Scorecard, asked: Asked) -> Group:
    entities = list(dict.fromkeys(change.entity for change in changes))
    levels = [change for change in changes if change.rule is None]
    newest = max(change.at for change in changes)
    cause = min((change.cause for change in changes), key=lambda found: len(found.text))
    alone = entities[0] if len(entities) == 1 else None
    glyph, word = _SIGN[heading]
    return Group(
        direction=heading,
        glyph=glyph,
        word=word,
        title=alone.short if alone else words.count(len(entities), "entity", "entities"),
        url=asked.to(links.entity(alone)) if alone else "",
        text=_text(changes, levels, scorecard),
        cause=_causes(changes),
        cause_kind=_WORDS.get(cause.kind, words.sentence(cause.kind)),
        source=cause.source,
        link=links.told(cause.link),
        exact=words.exact(newest),
        at=newest,
        lines=tuple(_line(change, scorecard, asked) for change in _ordered(changes)[:_LINES]),
        more=max(0, len(changes) - _LINES),
    )


def _causes(changes: Sequence[Change]) -> str:
    """The causes of the rules that changed; a level's own cause only where no rule did."""
    texts = list(dict.fromkeys(change.cause.text for change in changes if change.rule is not None))
    texts = texts or list(dict.fromkeys(change.cause.text for change in changes))
    return "; ".join(texts[:2]) + (f"; and {len(texts) - 2} more" if len(texts) > 2 else "")


def _ordered(changes: Sequence[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: (change.entity, change.rule is not None, change.rule or ""))


def _text(changes: Sequence[Change], levels: Sequence[Change], scorecard: Scorecard) -> str:
    """The level first, then the rules: by its title where it is one alone."""
    rules = list(dict.fromkeys(change.rule for change in changes if change.rule))
    parts = []
    if len(levels) == 1:
        parts.append(transition(levels[0], scorecard))
    elif levels:
        parts.append(words.count(len(levels), "change of level", "changes of level"))
    if len(rules) == 1 and not levels:
        parts.append(title(scorecard, rules[0]))
    elif rules:
        parts.append(words.count(len(rules), "rule"))
    return ", ".join(parts)


def _line(change: Change, scorecard: Scorecard, asked: Asked) -> Line:
    if change.rule is None:
        return Line(change.entity.short, asked.to(links.entity(change.entity)), transition(change, scorecard), "")
    said = f"{title(scorecard, change.rule)}: {transition(change, scorecard)}"
    return Line(
        change.entity.short,
        asked.to(links.entity(change.entity)),
        said,
        asked.to(links.rule(scorecard.name, change.rule)),
    )


def transition(change: Change, scorecard: Scorecard) -> str:
    """`Gold → Silver`, `Pass → Fail`; of what stays and is exempt now, or no longer: `Fail, exempt`."""
    if change.rule is None:
        return f"{rung(scorecard, change.before).title} → {rung(scorecard, change.after).title}"
    if change.pardon is not None:
        return f"{_outcome(change.after)}, {'exempt' if change.pardon else 'no longer exempt'}"
    return f"{_outcome(change.before)} → {_outcome(change.after)}"


def _outcome(name: str | None) -> str:
    said = words.OUTCOMES.get(name or "")
    return said.word if said else "Not asked"


def title(scorecard: Scorecard, rule: str) -> str:
    """A rule's title; its id where the scorecard no longer has it."""
    found = scorecard.rule(rule)
    return found.title if found else rule


def said(cause: Cause) -> str:
    """A cause in one line."""
    return cause.text or _WORDS.get(cause.kind, cause.kind)
