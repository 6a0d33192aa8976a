"""What a campaign comes to at a moment, read from the catalog and the results of then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.campaigns.definition import Ask, Definition, Scope
from greenboard.campaigns.pairs import DONE, EXEMPT, FAILING, UNDECIDED, Asked, Pairs
from greenboard.catalog import whole as catalog
from greenboard.catalog.whole import Whole
from greenboard.core import clock
from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.facts.store import at_moment, vocabulary
from greenboard.results import models, versions
from greenboard.results.held import NONE, blocks
from greenboard.results.rows import OUTCOMES
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array
from greenboard.scorecards import store as scorecards
from greenboard.scorecards.types import Rule, Scorecard

_LEFT_OUT = NONE
_STATE = {
    Outcome.PASS: DONE,
    Outcome.FAIL: FAILING,
    Outcome.NO_DATA: UNDECIDED,
    Outcome.ERROR: UNDECIDED,
    Outcome.NOT_APPLICABLE: _LEFT_OUT,
}


def pairs(
    definition: Definition, as_of: datetime | None = None, sight: Sight = EVERYTHING, *, of: int | None = None
) -> Pairs:
    """Every entity and rule that it asks for and that was judged, as of a moment (None is now), within a sight.

    What is not applicable is not asked. A rule or scorecard that is no more asks nothing. `of` is the surrogate id of
    an entity, for those of it alone.
    """
    whole = catalog.whole(as_of)
    asked = rules(definition, as_of)
    among = whole.seen(sight)
    if of is not None:
        among &= whole.ids == of
    among = _covered(definition.scope, whole, among)
    table = _states(asked, whole, as_of, of)
    table[:, ~among] = _LEFT_OUT
    rule, entity = np.nonzero(table != _LEFT_OUT)
    return Pairs(whole, asked, entity, rule, table[rule, entity])


def rules(definition: Definition, as_of: datetime | None = None) -> tuple[Asked, ...]:
    """The rules that it asks, each once, as the scorecards were at a moment."""
    words = vocabulary()
    known = {card.name: card for card in scorecards.standards(words)}
    found: dict[tuple[str, str], Asked] = {}
    for ask in definition.asks:
        card = known.get(ask.scorecard)
        if card is not None and as_of is not None:
            card = versions.as_of(card, as_of, words)
        if card is not None:
            for rule in _chosen(ask, card, as_of):
                found.setdefault((ask.scorecard, rule.id), Asked(card, rule))
    return tuple(found.values())


def _chosen(ask: Ask, card: Scorecard, as_of: datetime | None) -> Iterator[Rule]:
    if ask.rules:
        yield from (rule for rule in card.rules if rule.id in ask.rules)
        return
    if ask.level not in card.ladder:
        return
    rank = card.rank(ask.level)
    yield from (rule for rule in card.rules if card.rank(rule.level) <= rank and rule.counts(as_of or clock.now()))


def _covered(scope: Scope, whole: Whole, among: Array) -> Array:
    """Which of some entities are asked."""
    if scope == Scope():
        return among
    found = np.zeros(len(whole), dtype=np.bool_)
    for number in np.flatnonzero(among).tolist():
        found[number] = scope.covers(whole.entities[number])
    return found


def _states(asked: tuple[Asked, ...], whole: Whole, as_of: datetime | None, of: int | None) -> Array:
    """What each rule comes to for each entity: a line for each rule, a column for each entity of the catalog."""
    table = np.full((len(asked), len(whole)), _LEFT_OUT, dtype=np.int8)
    wanted = {(one.scorecard.name, one.rule.id): line for line, one in enumerate(asked)}
    names = models.Rule.objects.filter(name__in={rule for _, rule in wanted}).values_list(
        "id", "scorecard__name", "name"
    )
    line = {number: wanted[card, name] for number, card, name in names if (card, name) in wanted}
    if not line or not len(whole):
        return table
    order = np.argsort(whole.ids)
    ids = whole.ids[order]
    states = np.array([_STATE[outcome] for outcome in OUTCOMES], dtype=np.int8)
    rows = models.ResultInterval.objects.filter(at_moment(as_of)).order_by()
    rows = rows if of is None else rows.filter(entity_id=of)
    # Of all entities a few rules: the index of rules names them, also on SQLite.
    for block in blocks(rows.filter(rule_id__in=list(line)), "rule_id", "entity_id", "outcome", "exempt"):
        at = np.minimum(np.searchsorted(ids, block[:, 1]), len(ids) - 1)
        kept = ids[at] == block[:, 1]
        lines = np.array([line[number] for number in block[kept, 0].tolist()], dtype=np.int64)
        came = states[block[kept, 2]]
        exempt = (block[kept, 3] > 0) & (came != DONE) & (came != _LEFT_OUT)
        table[lines, order[at[kept]]] = np.where(exempt, EXEMPT, came)
    return table


def check(definition: Definition) -> None:
    """Refuse what asks for scorecards, rules or levels that there are not.

    Raises:
        UserErrors: all of them, each with its place.

    """
    known = {card.name: card for card in scorecards.standards(vocabulary())}
    errors = [one for at, ask in enumerate(definition.asks) for one in _unknown(ask, known.get(ask.scorecard), at)]
    if errors:
        raise UserErrors(errors)


def _unknown(ask: Ask, card: Scorecard | None, at: int) -> Iterator[UserError]:
    place = Place(f"asks.{at}")
    if card is None:
        yield UserError(f"no scorecard {ask.scorecard!r}", place=place)
        return
    ids = [rule.id for rule in card.rules]
    for rule in ask.rules:
        if rule not in ids:
            yield UserError(f"no rule {rule!r} in {card.name}", place=place, hint=suggest(rule, ids))
    if ask.level and ask.level not in card.ladder:
        yield UserError(f"no level {ask.level!r} in {card.name}", place=place, expected=", ".join(card.ladder))
