"""Campaigns as values for pages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.safestring import SafeString

from greenboard.campaigns.definition import Definition, Scope
from greenboard.campaigns.forecast import SHARE, Day, Forecast, forecast
from greenboard.campaigns.models import Ticket
from greenboard.campaigns.pairs import DONE, EXEMPT, FAILING, Asked, Counts, Pairs
from greenboard.campaigns.store import Held, State
from greenboard.web import links, words
from greenboard.web.charts import burnup
from greenboard.web.charts.bar import Share, bar
from greenboard.web.words import Said

_STATES = {
    State.PLANNED: Said("not_applicable", "○", "Planned"),
    State.RUNNING: Said("pass", "▸", "Running"),
    State.OVERDUE: Said("fail", "!", "Overdue"),
    State.ENDED: Said("exempt", "■", "Ended"),
}
_PAIRS = {
    DONE: words.OUTCOMES["pass"],
    FAILING: words.OUTCOMES["fail"],
    EXEMPT: words.EXEMPT,
}
_TICKETS = {
    ("open", "open"): Said("fail", "●", "Open"),
    ("closed", "closed"): Said("pass", "✓", "Closed"),
    ("closed", "none"): Said("not_applicable", "–", "Not needed"),
    ("open", "shut"): Said("fail", "■", "Closed there, and still fails"),
}
_AIMS = {
    True: Said("pass", "✓", "Met"),
    False: Said("fail", "✕", "Missed"),
    None: Said("no_data", "◌", "To come"),
}
_WAITS = Said("no_data", "◌", "Waits")


@dataclass(frozen=True)
class Line:
    """A campaign in a list."""

    title: str
    url: str
    state: Said
    owner: str
    due: str
    counts: Counts
    bar: SafeString
    said: str


@dataclass(frozen=True)
class Tally:
    """A team or rule with its counts. `url` narrows the page to it, `about` leads to the thing itself."""

    title: str
    url: str
    about: str
    counts: Counts
    bar: SafeString
    said: str


@dataclass(frozen=True)
class Row:
    """One entity and one rule."""

    name: str
    url: str
    rule: str
    rule_url: str
    outcome: Said
    team: str
    ticket: str
    ticket_url: str


@dataclass(frozen=True)
class TicketLine:
    """One ticket."""

    name: str
    url: str
    what: str
    state: Said
    issue: str
    link: str
    place: str
    assignee: str
    error: str
    when: SafeString | str


@dataclass(frozen=True)
class Figure:
    """The drawing, with what it says in words and as a table."""

    drawing: SafeString
    said: str
    outlook: str
    start: str
    end: str
    top: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    milestones: tuple[tuple[date, int, Said], ...]


def line(held: Held, counts: Counts, now: datetime) -> Line:
    """A campaign in a list."""
    definition = held.definition
    return Line(
        definition.title,
        reverse("campaign", args=[held.name]),
        state(held, now),
        definition.owner,
        words.day(definition.due),
        counts,
        _bar(counts),
        said(counts),
    )


def state(held: Held, now: datetime) -> Said:
    """How far it is."""
    return _STATES[held.state(now)]


def said(counts: Counts) -> str:
    """Counts in words."""
    share = f"{int(counts.share)} %"
    parts = [f"{counts.done:,} of {counts.total:,} met ({share})", f"{counts.failing:,} failing"]
    parts += [f"{counts.undecided:,} undecided"] if counts.undecided else []
    parts += [f"{counts.exempt:,} exempt"] if counts.exempt else []
    return ", ".join(parts)


def _bar(counts: Counts, height: int = 8) -> SafeString:
    several = (
        Share("pass", counts.done),
        Share("rung-2", counts.exempt),
        Share("fail", counts.failing),
        Share("no_data", counts.undecided, hatched=True),
    )
    return bar(several, height=height)


def tally(title: str, counts: Counts, url: str = "", about: str = "") -> Tally:
    """A part of a campaign."""
    told = f"{title}: {said(counts)}" if title else said(counts)
    return Tally(title, url, about, counts, _bar(counts), told)


def rows(pairs: Pairs, tickets: Iterable[Ticket], part: slice) -> list[Row]:
    """Some of the pairs, what fails first."""
    known = {(one.entity_id, one.scorecard, one.rule): one for one in tickets}
    found = []
    for pair in pairs.told(part):
        stored, rule = pair.stored, pair.asked.rule
        key = stored.id, pair.asked.scorecard.name, rule.id
        ticket = known.get(key) or known.get((stored.id, "", ""))
        found.append(
            Row(
                stored.ref.short,
                links.entity(stored.ref),
                rule.title,
                links.rule(pair.asked.scorecard.name, rule.id),
                _PAIRS.get(pair.state, words.OUTCOMES["no_data"]),
                stored.owner.short if stored.owner else "–",
                ticket.issue if ticket else "",
                links.outside(ticket.link) if ticket else "",
            )
        )
    return found


def ticket(row: Ticket, name: str, url: str, rules: Sequence[Asked], now: datetime) -> TicketLine:
    """One ticket."""
    titles = {(one.scorecard.name, one.rule.id): one.rule.title for one in rules}
    what = titles.get((row.scorecard, row.rule), row.rule or "All that fails")
    shown = _TICKETS.get((row.wanted, row.state), _WAITS)
    return TicketLine(
        name,
        url,
        what,
        shown,
        row.issue,
        links.outside(row.link),
        row.place,
        row.assignee,
        row.error,
        words.when(row.changed_at, now),
    )


def scope(chosen: Scope) -> str:
    """Whom it asks, in words."""
    parts = [f"{words.sentence(name).lower()} {' or '.join(values)}" for name, values in chosen if values]
    return ", ".join(parts) or "every entity that the rules are asked of"


def figure(definition: Definition, kept: Sequence[tuple[date, Counts]], today: date, now: Counts) -> Figure | None:
    """The course of a campaign with its forecast; None before it started."""
    spots = [burnup.Spot(day, one.total, one.settled) for day, one in kept if day < today]
    spots.append(burnup.Spot(today, now.total, now.settled))
    if today < definition.start:
        return None
    told = forecast([Day(one.on, one.total, one.done) for one in _unbroken(spots)], definition.due)
    end = max(definition.due, today, *([told.likely] if told and told.likely else []))
    frame = burnup.Frame(spots[0].on, min(end, definition.due + timedelta(days=180)) + timedelta(days=1), _top(spots))
    aims = [burnup.Aim(one.on, one.share, _met(one.on, one.share, spots, today)) for one in definition.milestones]
    fan = burnup.Fan(told.earliest, told.likely, told.latest) if told and now.open else None
    outlook = _outlook(told, now, definition)
    summary = f"From {spots[0].done:,} of {spots[0].total:,} met to {now.settled:,} of {now.total:,}. {outlook}"
    drawn = burnup.burnup(spots, frame, aims, definition.due, fan, said=summary)
    table = tuple((f"{one.on}", (f"{one.done:,}", f"{one.total:,}")) for one in reversed(spots))
    return Figure(
        drawn,
        summary,
        outlook,
        words.day(frame.start),
        words.day(frame.end),
        f"{frame.top:,}",
        table[:: len(table) // 14 + 1],
        tuple((one.on, one.share, _aim(one, today)) for one in aims),
    )


def _aim(one: burnup.Aim, today: date) -> Said:
    return Said("no_data", "◌", "Not known") if one.met is None and one.on < today else _AIMS[one.met]


def _top(spots: Sequence[burnup.Spot]) -> int:
    return max((one.total for one in spots), default=1) or 1


def _unbroken(spots: Sequence[burnup.Spot]) -> list[burnup.Spot]:
    found = [spots[-1]]
    for one in reversed(spots[:-1]):
        if one.on != found[-1].on - timedelta(days=1):
            break
        found.append(one)
    return found[::-1]


def _met(day: date, share: int, spots: Sequence[burnup.Spot], today: date) -> bool | None:
    """Whether a milestone was met, by the count at its end; None where it is still to come or not known."""
    known = [one for one in spots if one.on == day] if day < today else []
    return None if not known else known[0].done * 100 >= share * known[0].total


def _outlook(told: Forecast | None, now: Counts, definition: Definition) -> str:
    if not now.open:
        return "All of it is met."
    if told is None:
        return "A forecast needs a week of days."
    if told.earliest is None:
        return f"At the pace of the last {told.days} days it is not foreseeable that all is met."
    late = f"and {told.latest}" if told.latest else "and maybe never"
    chance = "less than 1 %" if told.by_due < 0.01 else f"{told.by_due:.0%}".replace("%", " %")
    return (
        f"At the pace of the last {told.days} days all is met between {told.earliest} {late} "
        f"(in {SHARE} of 100 cases); by {definition.due} with a probability of {chance}."
    )
