"""The standards that hold: what ships, with the rules that were edited here laid over it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from greenboard.core.errors import UserError, suggest
from greenboard.facts.vocabulary import Vocabulary
from greenboard.scorecards import definition, draft
from greenboard.scorecards.models import RuleEdit
from greenboard.scorecards.types import Rule, Scorecard

_log = logging.getLogger(__name__)

Version = tuple[int, int, Any, Any]
"""Another one with every edit that begins or ends: how many did, and when the last did, as the database says it."""
_VERSION = "SELECT count(id), count(valid_to), max(valid_from), max(valid_to) FROM scorecards_ruleedit"


class NoScorecard(UserError):
    """There is none of that name."""

    status = 404


class NoRule(UserError):
    """The scorecard has none of that id."""

    status = 404


@dataclass(frozen=True)
class Edit:
    """A version of a rule that somebody saved. `until` is None while it holds."""

    scorecard: str
    rule: str
    text: str
    author: str
    note: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class _Kept:
    vocabulary: Vocabulary
    version: Version
    shipped: tuple[Scorecard, ...]
    standards: tuple[Scorecard, ...]


_kept: _Kept | None = None


def standards(vocabulary: Vocabulary) -> tuple[Scorecard, ...]:
    """Every scorecard as it holds now, the default one first.

    The same objects until an edit is made, by whichever process. One query.
    """
    global _kept  # noqa: PLW0603 - one small cache; a race only compiles twice
    kept, found = _kept, version()
    if kept is not None and kept.vocabulary is vocabulary and kept.version == found:
        return kept.standards
    shipped = kept.shipped if kept and kept.vocabulary is vocabulary else definition.shipped(vocabulary)
    begun, ended, *_ = found
    laid = shipped if begun == ended else tuple(_laid(card, vocabulary) for card in shipped)
    _kept = _Kept(vocabulary, found, shipped, laid)
    return laid


def version() -> Version:
    """Tells whether any edit began or ended since. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        found: Version = cursor.fetchone()
        return found


def standard(name: str, vocabulary: Vocabulary) -> Scorecard:
    """The standard of a name.

    Raises:
        NoScorecard: there is none.

    """
    known = {card.name: card for card in standards(vocabulary)}
    if name not in known:
        raise NoScorecard(f"no scorecard {name!r}", expected=", ".join(known), hint=suggest(name, known))
    return known[name]


def rule(card: Scorecard, name: str) -> Rule:
    """The rule of an id.

    Raises:
        NoRule: there is none.

    """
    found = card.rule(name)
    if found is None:
        raise NoRule(f"no rule {name!r} in {card.name}", hint=suggest(name, [known.id for known in card.rules]))
    return found


def find(name_or_file: str, vocabulary: Vocabulary) -> Scorecard:
    """The standard of a name, or the scorecard of a file.

    Raises:
        UserError: there is neither, or something in the file is wrong.

    """
    known = {card.name: card for card in standards(vocabulary)}
    return known.get(name_or_file) or definition.find(name_or_file, vocabulary)


def as_shipped(scorecard: str, rule: str, vocabulary: Vocabulary) -> Rule | None:
    """A rule as the scorecard's file says it, whatever was edited."""
    standards(vocabulary)
    assert _kept is not None
    return next((card.rule(rule) for card in _kept.shipped if card.name == scorecard), None)


def edits(scorecard: str, rule: str) -> list[Edit]:
    """Every edit of a rule, newest first."""
    rows = RuleEdit.objects.filter(scorecard=scorecard, rule=rule).order_by("-valid_from", "-id")
    return [_edit(row) for row in rows]


def current(scorecard: str, rule: str, *, lock: bool = False) -> Edit | None:
    """The edit of a rule that holds, if one does; with `lock`, nobody else changes it meanwhile."""
    rows = RuleEdit.objects.select_for_update() if lock else RuleEdit.objects
    row = rows.filter(scorecard=scorecard, rule=rule, valid_to__isnull=True).first()
    return _edit(row) if row is not None else None


def write(edit: Edit) -> None:
    """Keep an edit from its moment on, in the place of the one that held."""
    end(edit.scorecard, edit.rule, edit.since)
    RuleEdit.objects.create(
        scorecard=edit.scorecard,
        rule=edit.rule,
        text=edit.text,
        author=edit.author,
        note=edit.note,
        valid_from=edit.since,
    )


def end(scorecard: str, rule: str, at: datetime) -> None:
    """Let the edit of a rule end, if one holds."""
    RuleEdit.objects.filter(scorecard=scorecard, rule=rule, valid_to__isnull=True).update(valid_to=at)


def _edit(row: RuleEdit) -> Edit:
    return Edit(row.scorecard, row.rule, row.text, row.author, row.note, row.valid_from, row.valid_to)


def _laid(card: Scorecard, vocabulary: Vocabulary) -> Scorecard:
    rows = RuleEdit.objects.filter(scorecard=card.name, valid_to__isnull=True).order_by("id")
    return draft.lay(card, _readable(card, list(rows), vocabulary))


def _readable(card: Scorecard, rows: Sequence[RuleEdit], vocabulary: Vocabulary) -> list[Rule]:
    """The edited rules. One that a newer vocabulary or scorecard no longer allows must not take the others down."""
    found: list[Rule] = []
    for row in rows:
        try:
            label = f"edit of {row.rule} by {row.author}"
            found.append(draft.read(card, row.text, vocabulary, label=label, name=row.rule))
        except UserError as error:
            _log.warning("left out: %s", error)
    return found
