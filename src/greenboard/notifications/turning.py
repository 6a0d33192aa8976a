"""Results that turned and levels that moved, as notices: one for each entity and moment, however many rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction

from greenboard.core.errors import UserError
from greenboard.core.happened import Happened, Happening, Severity
from greenboard.core.refs import Ref
from greenboard.facts.store import known, vocabulary
from greenboard.notifications import outbox
from greenboard.notifications.composing import line
from greenboard.notifications.models import Notice, Turn
from greenboard.results import store as results
from greenboard.results.rows import Change
from greenboard.rules.said import OUTCOMES, Said
from greenboard.rules.types import Outcome
from greenboard.scorecards.store import standard
from greenboard.scorecards.types import Scorecard

_MICROSECOND = timedelta(microseconds=1)
_MOST, _BATCH, _NAMED = 20, 500, 3
_OPEN = (Outcome.NO_DATA.value, Outcome.ERROR.value)
_LOST, _REACHED = Said("fail", "▾", "Level lost"), Said("pass", "▴", "Level reached")


@dataclass(frozen=True)
class Turned:
    """What became of one entity on one scorecard at one moment."""

    entity: Ref
    at: datetime
    level: Change | None
    failing: tuple[Change, ...]
    lost: tuple[Change, ...]
    better: tuple[Change, ...]


def read() -> int:
    """Make notices of the turns that wait; how many turns.

    What turned is read before the transaction: it may be a tenth of a million results, and whoever writes
    to SQLite meanwhile would wait. What two workers read is told once.
    """
    waiting = list(Turn.objects.order_by("id")[:_MOST])
    several = defaultdict[str, list[Turn]](list)
    for turn in waiting:
        several[turn.scorecard].append(turn)
    for scorecard, turns in several.items():
        notices = _notices(scorecard, {turn.at for turn in turns})
        with transaction.atomic():
            if Turn.objects.filter(pk__in=[turn.pk for turn in turns]).delete()[0]:
                Notice.objects.bulk_create(notices, batch_size=_BATCH, ignore_conflicts=True)
    return len(waiting)


def _notices(scorecard: str, moments: AbstractSet[datetime]) -> list[Notice]:
    """The notices of what turned at some moments, read together."""
    try:
        card = standard(scorecard, vocabulary())
    except UserError:  # the scorecard was taken away since
        return []
    turned = results.changes(scorecard, min(moments) - _MICROSECOND, max(moments))
    changes = [change for change in turned if change.at in moments]
    numbers = known({change.entity for change in changes})
    told = (tell(one, card) for one in gathered(changes))
    return [outbox.notice(event, numbers, glyph=said.glyph, word=said.word) for event, said in filter(None, told)]


def gathered(changes: Iterable[Change]) -> Iterator[Turned]:
    """Changes by entity. What began or ended to be asked is no turn."""
    found: defaultdict[tuple[Ref, datetime], list[Change]] = defaultdict(list)
    for change in changes:
        if change.rule is None or (change.before is not None and change.after is not None):
            found[change.entity, change.at].append(change)
    for (entity, at), several in sorted(found.items()):
        rules = [one for one in several if one.rule is not None and one.before != one.after]
        yield Turned(
            entity,
            at,
            next((one for one in several if one.rule is None and one.before != one.after), None),
            tuple(one for one in rules if one.worse and one.after == Outcome.FAIL),
            tuple(one for one in rules if one.after in _OPEN and one.before not in _OPEN),
            tuple(one for one in rules if not one.worse and one.after not in _OPEN and one.after != Outcome.FAIL),
        )


def tell(turned: Turned, card: Scorecard) -> tuple[Happened, Said] | None:
    """What to tell of it; None where nothing happened that anybody would want to hear of. Pure."""
    name, said, title = turned.entity.short, _said(turned), ""
    match said:
        case None:
            return None
        case _ if turned.level is not None:
            title = _level(turned.level, name, card)
        case _ if turned.failing:
            title = f"{name} fails {_rules(turned.failing, card)} now."
        case _ if turned.lost:
            title = f"{name} lost the data for {_rules(turned.lost, card)}."
        case _:
            title = f"{name} meets {_rules(turned.better, card)} now."
    main = (turned.failing or turned.lost or turned.better or (turned.level,))[0]
    assert main is not None, "something is said of it"
    bad = said.key == "fail"
    event = Happened(
        Happening.LEVEL_CHANGED if turned.level else Happening.RESULT_CHANGED,
        turned.at,
        title,
        why=_why(turned, main, card),
        todo=_todo(turned, card) if bad else "",
        path=_path(turned, main, card),
        entity=turned.entity,
        severity=Severity.WARNING if bad else Severity.INFO,
        key=f"turned:{card.name}:{said.key}:{main.cause.kind}:{main.cause.source}",
    )
    return event, said


def _said(turned: Turned) -> Said | None:
    if turned.level is not None:
        return _LOST if turned.level.worse else _REACHED
    for found, outcome in (
        (turned.failing, Outcome.FAIL),
        (turned.lost, Outcome.NO_DATA),
        (turned.better, Outcome.PASS),
    ):
        if found:
            return OUTCOMES[outcome]
    return None


def _level(change: Change, name: str, card: Scorecard) -> str:
    titles = {level.name: level.title for level in card.levels}
    after = titles.get(change.after or "", change.after or "no level")
    if change.worse:
        before = titles.get(change.before or "", change.before or "its level")
        return f"{name} lost {before} of {card.title} and is at {after} now."
    return f"{name} reached {after} of {card.title}."


def _rules(changes: Sequence[Change], card: Scorecard) -> str:
    shown = ", ".join(f"“{_title(one, card)}”" for one in changes[:_NAMED])
    more = len(changes) - _NAMED
    return f"{shown} and {more} more rules" if more > 1 else f"{shown} and 1 more rule" if more == 1 else shown


def _title(change: Change, card: Scorecard) -> str:
    rule = card.rule(change.rule or "")
    return rule.title if rule else change.rule or ""


def _why(turned: Turned, main: Change, card: Scorecard) -> str:
    fails = f"It fails {_rules(turned.failing, card)}. " if turned.level is not None and turned.failing else ""
    source = f" ({main.cause.source})" if main.cause.source else ""
    return f"{fails}{main.cause.text}{source}"


def _todo(turned: Turned, card: Scorecard) -> str:
    rule = card.rule(turned.failing[0].rule or "") if turned.failing else None
    return line(rule.fix, 300) if rule else "Open its page: each rule there says how it is met."


def _path(turned: Turned, main: Change, card: Scorecard) -> str:
    ref = turned.entity
    rule = f"#{main.rule}" if main.rule else ""
    return f"/entities/{ref.kind}/{ref.namespace}/{ref.name}?{urlencode({'scorecard': card.name})}{rule}"
