"""Exemptions as pages show them: lines of the ledger, what waits and what ends soon in pictures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString

from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.exemptions import finding
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import State, page
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, words
from greenboard.web.asked import Asked
from greenboard.web.charts.bar import Share, bar
from greenboard.web.export import Field

SOON = 30
STATES: Mapping[State, words.Said] = {
    State.REQUESTED: words.Said("no_data", "◌", "Requested"),
    State.APPROVED: words.Said("exempt", "◈", "Approved"),
    State.DENIED: words.Said("fail", "✕", "Denied"),
    State.WITHDRAWN: words.Said("not_applicable", "–", "Withdrawn"),
    State.REVOKED: words.Said("fail", "✕", "Revoked"),
    State.EXPIRED: words.Said("not_applicable", "–", "Expired"),
}
COLUMNS = (
    "id",
    "entity",
    "team",
    "scorecard",
    "rule",
    "environment",
    "path",
    "category",
    "state",
    "outcome",
    "requested_by",
    "requested_at",
    "decided_by",
    "decided_at",
    "starts",
    "ends",
    "renews",
    "reason",
    "control",
    "decision",
)
_WAITED = ((1, "Today"), (3, "1 to 3 days"), (7, "3 to 7 days"), (30, "1 to 4 weeks"), (10**6, "Longer"))
_LEFT = ((7, "This week"), (30, "Within 30 days"), (90, "Within 90 days"), (365, "Within a year"), (10**6, "Later"))
_RENEWED = ((0, "Never"), (1, "Once"), (2, "Twice"), (10**6, "More often"))
_MOST = 8
Found = Mapping[tuple[str, int, str], tuple[Outcome, bool]]
"""What rules come to now, and whether that is exempt, by scorecard, entity and rule."""


@dataclass(frozen=True)
class Line:
    """One exemption in a list."""

    number: int
    version: int
    url: str
    entity: str
    entity_url: str
    team: str
    rule: str
    rule_url: str
    within: str
    category: str
    renewal: bool
    state: words.Said
    beneath: words.Said | None
    asked: SafeString | str
    asked_by: str
    decided_by: str
    ends: str
    left: str
    soon: bool
    mine: bool
    waiting: bool
    holding: bool


@dataclass(frozen=True)
class Part:
    """One bar of a picture, with its number and the way to what it counts."""

    name: str
    count: int
    note: str
    url: str
    bar: SafeString


@dataclass(frozen=True)
class Picture:
    """Bars of the same measure."""

    name: str
    title: str
    parts: tuple[Part, ...]
    none: str


@dataclass(frozen=True)
class Beside:
    """What lines need beside their rows: titles of rules, who owns what, what rules come to, who looks."""

    cards: Mapping[str, Scorecard]
    owner: Callable[[int], Ref | None]
    found: Found
    viewer: str


def lines(rows: Iterable[Exemption], beside: Beside, asked: Asked) -> tuple[Line, ...]:
    """The rows as lines."""
    return tuple(line(row, beside, asked) for row in rows)


def line(row: Exemption, beside: Beside, asked: Asked) -> Line:
    """One row as a line."""
    ref, state = finding.ref(row), State(row.state)
    outcome = beside.found.get((row.scorecard, row.entity_id, row.rule))
    owner = beside.owner(row.entity_id)
    open_end = row.ends if state is State.APPROVED else None
    return Line(
        number=row.pk,
        version=row.version,
        url=page(row.pk),
        entity=ref.short,
        entity_url=asked.to(links.entity(ref), scorecard=row.scorecard) + f"#{row.rule}",
        team=owner.short if owner else "",
        rule=titled(beside.cards, row.scorecard, row.rule),
        rule_url=links.rule(row.scorecard, row.rule),
        within=str(finding.within(row)),
        category=words.sentence(row.category),
        renewal=row.renews_id is not None,
        state=STATES[state],
        beneath=words.OUTCOMES[outcome[0]] if outcome else None,
        asked=words.when(row.requested_at, asked.now, focus=False),
        asked_by=row.requested_by,
        decided_by=row.decided_by,
        ends=words.day(row.ends) if row.ends else "No end",
        left=words.ago(open_end, asked.now) if open_end else "",
        soon=open_end is not None and open_end - asked.now <= timedelta(days=SOON),
        mine=row.requested_by == beside.viewer,
        waiting=state is State.REQUESTED,
        holding=state is State.APPROVED,
    )


def titled(cards: Mapping[str, Scorecard], scorecard: str, rule: str) -> str:
    """A rule's title, or its id where there is none of it any more."""
    known = cards[scorecard].rule(rule) if scorecard in cards else None
    return known.title if known else rule


def pictures(
    rows: Sequence[Exemption], renewed: Mapping[int, int], beside: Beside, asked: Asked
) -> tuple[Picture, ...]:
    """Of what is open: how long it waits, how soon it ends, how often it was renewed, whose it is, who let it hold."""
    waiting = [row for row in rows if row.state == State.REQUESTED]
    holding = [row for row in rows if row.state == State.APPROVED]
    aged = _buckets([asked.now - row.requested_at for row in waiting], _WAITED)
    ending = _buckets([row.ends - asked.now for row in holding if row.ends], _LEFT)
    endless = sum(row.ends is None for row in holding)
    if endless:
        ending["Without an end"] = endless
    return (
        Picture("aged", "Waiting for a decision", _parts(aged, "no_data", asked, state="requested"), "Nothing waits."),
        Picture("ending", "Time left", _parts(ending, "exempt", asked, state="approved"), "Nothing is exempt."),
        Picture("renewed", "Renewed", _renewals(rows, renewed, asked), "Nothing is exempt or asked for."),
        Picture("teams", "By team", _teams(waiting, holding, beside, asked), "Nothing is exempt or asked for."),
        Picture("approvers", "By approver", _approvers(holding, asked), "Nobody has approved anything that holds."),
    )


def _buckets(spans: Iterable[timedelta], limits: Sequence[tuple[int, str]]) -> dict[str, int]:
    found = dict.fromkeys((name for _, name in limits), 0)
    for span in spans:
        found[next(name for most, name in limits if span <= timedelta(days=most))] += 1
    return found


def _parts(found: Mapping[str, int], kind: str, asked: Asked, **where: str) -> tuple[Part, ...]:
    most = max(found.values(), default=0)
    if not most:
        return ()
    url = asked.here(**where)
    return tuple(Part(name, count, "", url, _bar(((kind, count),), most)) for name, count in found.items())


def _renewals(rows: Sequence[Exemption], renewed: Mapping[int, int], asked: Asked) -> tuple[Part, ...]:
    """How often what is open was renewed: what never ends is a rule that nobody means to meet."""
    if not rows:
        return ()
    found = dict.fromkeys((name for _, name in _RENEWED), 0)
    for row in rows:
        found[next(name for most, name in _RENEWED if renewed[row.pk] <= most)] += 1
    most, never = max(found.values()), _RENEWED[0][1]
    return tuple(
        Part(
            name,
            count,
            "",
            asked.here(show=None if name == never else "renewals"),
            _bar((("exempt", count),), most),
        )
        for name, count in found.items()
    )


def _bar(shares: Iterable[tuple[str, int]], most: int) -> SafeString:
    """A bar as long as its count, beside the longest."""
    told = [Share(kind, count, hatched=kind == "no_data") for kind, count in shares]
    rest = most - sum(share.count for share in told)
    return bar([*told, Share("nothing", rest)], height=8)


def _teams(
    waiting: Iterable[Exemption], holding: Iterable[Exemption], beside: Beside, asked: Asked
) -> tuple[Part, ...]:
    def team(row: Exemption) -> str:
        owner = beside.owner(row.entity_id)
        return owner.short if owner else "none"

    held, asking = Counter(map(team, holding)), Counter(map(team, waiting))
    ordered = (held + asking).most_common(_MOST)
    most = ordered[0][1] if ordered else 0
    return tuple(
        Part(
            "No owner" if name == "none" else name,
            count,
            f"{asking[name]} asked for" if asking[name] else "",
            asked.here(team=name),
            _bar((("exempt", held[name]), ("no_data", asking[name])), most),
        )
        for name, count in ordered
    )


def _approvers(holding: Iterable[Exemption], asked: Asked) -> tuple[Part, ...]:
    ordered = Counter(row.decided_by for row in holding).most_common(_MOST)
    most = ordered[0][1] if ordered else 0
    return tuple(
        Part(name, count, "", asked.here(decided_by=name), _bar((("exempt", count),), most)) for name, count in ordered
    )


def exported(row: Exemption, beside: Beside) -> dict[str, Field]:
    """A row of the export."""
    outcome, owner = beside.found.get((row.scorecard, row.entity_id, row.rule)), beside.owner(row.entity_id)

    def moment(at: datetime | None) -> str | None:
        return clock.format_time(at) if at else None

    return {
        **{name: getattr(row, name) for name in COLUMNS if hasattr(row, name)},
        "id": row.pk,
        "entity": str(finding.ref(row)),
        "team": str(owner) if owner else None,
        "outcome": outcome[0].value if outcome else None,
        "requested_at": moment(row.requested_at),
        "decided_at": moment(row.decided_at),
        "starts": moment(row.starts),
        "ends": moment(row.ends),
        "renews": row.renews_id,
    }
