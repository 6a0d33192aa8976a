"""Asking for exemptions: of one pair or of thousands alike, and for one that follows another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from greenboard.access import audit
from greenboard.access.decide import Asker, Permission, sight
from greenboard.access.errors import Absent, InTheWay
from greenboard.catalog.sight import covered
from greenboard.core.errors import UserError
from greenboard.core.happened import Happening
from greenboard.core.refs import Ref
from greenboard.exemptions import finding, telling
from greenboard.exemptions.models import Event, Exemption
from greenboard.exemptions.types import OPEN, Category, Did, Pair, State, Terms
from greenboard.facts import store as facts
from greenboard.scorecards import store as scorecards

MOST = 10_000
SHORTEST = 10
_LONGEST = 4_000
_BATCH = 500
_Key = tuple[int, str, str, str, str]


@dataclass(frozen=True)
class Asked:
    """What was asked for: the numbers of what was made, and the pairs left out since they are exempt or asked for."""

    made: Sequence[int]
    left_out: Sequence[Pair] = ()


def ask(pairs: Collection[Pair], terms: Terms, by: Asker, now: datetime, *, source: str = "") -> Asked:
    """Ask for an exemption of each pair, all or nothing.

    Of one pair it is refused where it is exempt so already, or asked for; of several such pairs are left out.

    Raises:
        Absent: there is no such entity, scorecard or rule, or it may not be seen.
        PermissionDenied: they may see it, and not ask for it.
        UserError: the terms are no terms, or there are too many pairs.
        InTheWay: it is there already.

    """
    _check(terms, by, now)
    if not 0 < len(pairs) <= MOST:
        raise UserError("not a number of exemptions to ask for", expected=f"1 to {MOST:,}", got=str(len(pairs)))
    _rules(pairs)
    return _make(list(dict.fromkeys(pairs)), terms, by, now, source=source)


def renew(number: int, terms: Terms, by: Asker, now: datetime) -> int:
    """Ask for one that follows another: of the same pair and reach, from its end on where it still holds.

    Raises:
        Absent, PermissionDenied, UserError: as for `ask`.
        InTheWay: it has not been decided, or somebody asked for its renewal already.

    """
    before = finding.row(number, by)
    if before.holds_from is None:
        raise InTheWay(f"exemption {number} was never approved", hint="Ask for a new one.")
    later = before.renewals.filter(state__in=[one.value for one in OPEN]).order_by("id").first()
    if later is not None:
        raise InTheWay(f"{later.requested_by} asked for its renewal already: exemption {later.pk}")
    holds = before.state == State.APPROVED and before.holds_to is not None and before.holds_to > now
    starts = before.holds_to if holds and terms.starts is None else terms.starts
    asked = replace(terms, starts=starts, within=finding.within(before))
    _check(asked, by, now)
    pair = Pair(finding.ref(before), before.scorecard, before.rule)
    return _make([pair], asked, by, now, renews=before).made[0]


def _check(terms: Terms, by: Asker, now: datetime) -> None:
    """Refuse what can be no exemption."""
    reason = terms.reason.strip()
    if not SHORTEST <= len(reason) <= _LONGEST:
        raise UserError(
            "the reason says too little" if len(reason) < SHORTEST else "the reason is too long",
            expected=f"{SHORTEST} to {_LONGEST:,} characters",
            hint="Say why the rule cannot be met by then, for whoever decides.",
        )
    if (terms.category is Category.MITIGATED) is not bool(terms.control.strip()):
        mitigated = terms.category is Category.MITIGATED
        raise UserError(
            "what stands against the risk is not said" if mitigated else "a control stands against it: it is mitigated",
            hint="A mitigated exemption names the control; a waived one has none.",
        )
    if terms.within.environment and terms.within.path:
        raise UserError("an exemption is of one environment or of one path, not of both")
    if terms.ends is None and sight(by, Permission.EXEMPTIONS_ENDLESS).nothing:
        raise UserError("it has no end", hint="Say until when. Only who may do without an end leaves it open.")
    if terms.ends is not None and terms.ends <= max(now, terms.starts or now):
        raise UserError("it would end before it begins", got=f"{terms.ends:%Y-%m-%d}", hint="Choose a later day.")


def _rules(pairs: Iterable[Pair]) -> None:
    for card, rule in sorted({(pair.scorecard, pair.rule) for pair in pairs}):
        scorecards.rule(scorecards.standard(card, facts.vocabulary()), rule)


def _entities(pairs: Collection[Pair], by: Asker, terms: Terms) -> dict[Ref, int]:
    """The surrogate ids of what is asked about, which whoever asks may see and may ask for."""
    refs = {pair.entity for pair in pairs}
    ids = facts.known(refs)
    seen = covered(sight(by), refs) & ids.keys()
    unseen = sorted(refs - seen)
    if unseen:
        raise Absent(f"no entity {unseen[0]}")
    needed = [Permission.EXEMPTIONS_REQUEST, *([Permission.EXEMPTIONS_ENDLESS] if terms.ends is None else [])]
    for permission in needed:
        if covered(sight(by, permission), refs) != refs:
            raise PermissionDenied(permission.value)
    return ids


def _make(
    pairs: Sequence[Pair],
    terms: Terms,
    by: Asker,
    now: datetime,
    *,
    renews: Exemption | None = None,
    source: str = "",
) -> Asked:
    name = finding.name(by)
    try:
        with transaction.atomic():
            ids = _entities(pairs, by, terms)
            there = _there(ids, terms, now) if renews is None else {}
            left_out = [pair for pair in pairs if _key(pair, ids, terms) in there]
            fresh = [pair for pair in pairs if _key(pair, ids, terms) not in there]
            if len(pairs) == 1 and not fresh:
                raise InTheWay(there[_key(pairs[0], ids, terms)])
            rows = [_row(pair, ids[pair.entity], terms, name, now) for pair in fresh]
            for row in rows:
                row.renews, row.source = renews, source
            made = Exemption.objects.bulk_create(rows, batch_size=_BATCH)
            told = [Event(exemption=row, did=Did.REQUESTED.value, by=name, at=now, text=row.reason) for row in made]
            Event.objects.bulk_create(told, batch_size=_BATCH)
            numbers = [row.pk for row in made]
            telling.tell(Happening.EXEMPTION_REQUESTED, numbers, now, by=name)
            audit.note("exemption.requested", telling.target(numbers), after=_noted(numbers, terms))
    except IntegrityError:
        raise InTheWay("somebody else asked for the same at this moment", hint="Look at the ledger.") from None
    return Asked(numbers, left_out)


def _there(ids: Mapping[Ref, int], terms: Terms, now: datetime) -> dict[_Key, str]:
    """What is exempt in the same reach already, or asked for, and what to say of it."""
    found = {}
    rows = Exemption.objects.filter(state__in=[one.value for one in OPEN])
    rows = rows.filter(environment=terms.within.environment, path=terms.within.path)
    for part in facts.chunks(sorted(ids.values())):
        for row in rows.filter(entity_id__in=part):
            if row.state == State.REQUESTED:
                said = f"{row.requested_by} asked for it already: exemption {row.pk}"
            elif row.holds_to is None or row.holds_to > now:
                said = f"it is exempt already, by exemption {row.pk}; ask for its renewal there"
            else:
                continue
            found[row.entity_id, row.scorecard, row.rule, row.environment, row.path] = said
    return found


def _key(pair: Pair, ids: Mapping[Ref, int], terms: Terms) -> _Key:
    return ids[pair.entity], pair.scorecard, pair.rule, terms.within.environment, terms.within.path


def _row(pair: Pair, entity: int, terms: Terms, by: str, now: datetime) -> Exemption:
    return Exemption(
        entity_id=entity,
        scorecard=pair.scorecard,
        rule=pair.rule,
        environment=terms.within.environment,
        path=terms.within.path,
        category=terms.category.value,
        reason=terms.reason.strip(),
        control=terms.control.strip(),
        requested_by=by,
        requested_at=now,
        starts=terms.starts,
        ends=terms.ends,
    )


def _noted(numbers: Sequence[int], terms: Terms) -> dict[str, object]:
    ends = None if terms.ends is None else f"{terms.ends:%Y-%m-%d}"
    said = {"category": terms.category.value, "reason": terms.reason, "ends": ends, "within": str(terms.within)}
    return {"exemptions": list(numbers), **said}
