"""Saving edited rules: refused as a whole where anything is wrong, and never over somebody else's work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from greenboard.access import audit
from greenboard.core import clock, events
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.facts.vocabulary import Vocabulary
from greenboard.results import examples
from greenboard.scorecards import draft, store
from greenboard.scorecards.events import RuleChanged, RuleSaved
from greenboard.scorecards.order import in_order
from greenboard.scorecards.store import Edit
from greenboard.scorecards.types import Rule, Scorecard


@dataclass(frozen=True)
class Change:
    """Who changes which rule, when and why. `based_on` is the fingerprint of the version they looked at."""

    scorecard: str
    rule: str
    based_on: str
    author: str
    at: datetime
    note: str = ""


class Conflict(UserError):
    """Somebody else was first. `changed` are the parts that they changed, where that is known."""

    status = 409

    def __init__(self, change: Change, edit: Edit | None, changed: tuple[str, ...]) -> None:
        parts = f" ({', '.join(changed)})" if changed else ""
        by = f" by {edit.author} at {clock.format_time(edit.since)}" if edit else ""
        note = f": {edit.note}" if edit and edit.note else ""
        super().__init__(
            f"rule {change.rule} was changed meanwhile{parts}{by}{note}",
            hint="Look at it again, then save on top of it.",
        )
        self.edit = edit
        self.changed = changed


def save(change: Change, parts: Mapping[str, Any], vocabulary: Vocabulary) -> Rule:
    """Keep a rule as somebody edited it; parts that are not given stay as they are. Same again writes nothing.

    Raises:
        Conflict: it is not the version any more that the edit is based on.
        UserError: there is no such scorecard, the rule does not compile, or its own examples do not
            hold. Nothing is written; all that is wrong is told.

    """
    try:
        with transaction.atomic():
            card, known = _begin(change, vocabulary)
            rule = _compiled(card, change, parts, vocabulary)
            if draft.fingerprint(rule) != draft.fingerprint(known):
                told = draft.text(rule)
                store.write(Edit(card.name, rule.id, told, change.author, change.note, _moment(change), None))
                _announce(change)
                _note("rule.saved", change, None if known is None else draft.text(known), told)
    except IntegrityError:  # two first edits at once: the database let one through
        raise Conflict(change, store.current(change.scorecard, change.rule), ()) from None
    return store.rule(store.standard(card.name, vocabulary), rule.id)


def restore(change: Change, vocabulary: Vocabulary) -> Rule | None:
    """Go back to what the scorecard's file says; None where that has no such rule.

    Raises:
        Conflict: it is not the version any more that was looked at.
        UserError: there is no such scorecard or rule.

    """
    with transaction.atomic():
        card, _ = _begin(change, vocabulary)
        known = store.rule(card, change.rule)
        if store.current(change.scorecard, change.rule):
            store.end(change.scorecard, change.rule, _moment(change))
            _announce(change)
            shipped = store.as_shipped(card.name, change.rule, vocabulary)
            _note("rule.restored", change, draft.text(known), None if shipped is None else draft.text(shipped))
    return store.standard(card.name, vocabulary).rule(change.rule)


def _begin(change: Change, vocabulary: Vocabulary) -> tuple[Scorecard, Rule | None]:
    """The scorecard and the rule as they are, which nobody else changes until the end of the transaction."""
    edit = store.current(change.scorecard, change.rule, lock=True)
    card = store.standard(change.scorecard, vocabulary)
    known = card.rule(change.rule)
    if draft.fingerprint(known) != change.based_on:
        raise Conflict(change, edit, tuple(_changed(change, card, known, vocabulary)))
    return card, known


def _changed(change: Change, card: Scorecard, known: Rule | None, vocabulary: Vocabulary) -> Iterator[str]:
    """The parts in which the rule differs from the version that was looked at, if that is still known."""
    told = known.written if known else {}
    for one in _versions(change, card, vocabulary):
        if draft.fingerprint(one) == change.based_on:
            keys = dict.fromkeys((*one.written, *told))
            yield from (key for key in keys if one.written.get(key) != told.get(key))
            return


def _versions(change: Change, card: Scorecard, vocabulary: Vocabulary) -> Iterator[Rule]:
    shipped = store.as_shipped(card.name, change.rule, vocabulary)
    if shipped is not None:
        yield shipped
    for edit in store.edits(card.name, change.rule):
        try:
            yield draft.read(card, edit.text, vocabulary, name=edit.rule)
        except UserError:
            continue  # a version of then that could not be saved today


def _compiled(card: Scorecard, change: Change, parts: Mapping[str, Any], vocabulary: Vocabulary) -> Rule:
    if parts.get("id", change.rule) != change.rule:
        raise UserError("a rule keeps its id", place=Place("id"), expected=change.rule, got=repr(parts["id"]))
    rule = draft.compiled(card, draft.complete(card, parts, change.rule, blank={}), vocabulary)
    others = [known for known in store.standards(vocabulary) if known.name != card.name]
    in_order([draft.placed(card, rule), *others])  # refuses levels that are read in a circle
    ladders = {known.name: known.ladder for known in others}
    wrong = [one for one in examples.attempt(card, [rule], vocabulary, ladders) if not one.holds]
    if wrong:
        raise UserErrors(_unheld(one) for one in wrong)
    return rule


def _unheld(one: examples.Tried) -> UserError:
    number = one.rule.examples.index(one.example) + 1
    title = f" ({one.example.title})" if one.example.title else ""
    return UserError(
        f"example {number}{title} of the rule does not hold: {one.message}",
        place=Place("examples"),
        expected=one.example.outcome.value,
        got=one.outcome.value if one.outcome else "facts that do not fit",
        hint="Change the rule, or say in the example what it shall come to.",
    )


def _moment(change: Change) -> datetime:
    """The moment of the change, but never before the edit that it ends."""
    held = store.current(change.scorecard, change.rule)
    return max(change.at, held.since) if held else change.at


def _note(action: str, change: Change, before: str | None, after: str | None) -> None:
    """Tell the audit log, with the rule as YAML before and after, and the reason that was given."""
    said = None if after is None else {"rule": after, "note": change.note}
    audit.note(action, f"rule:{change.scorecard}/{change.rule}", before=before and {"rule": before}, after=said)


def _announce(change: Change) -> None:
    events.announce(RuleSaved(change.scorecard, change.rule, change.at, change.author))
    transaction.on_commit(lambda: events.announce(RuleChanged(change.scorecard, change.rule, change.at)))
