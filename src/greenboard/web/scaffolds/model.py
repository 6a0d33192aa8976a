"""Scaffolds and what was made from them, as values for their pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString

from greenboard.core.refs import Ref
from greenboard.rules.types import Outcome
from greenboard.scaffolds import store
from greenboard.scaffolds.lagging import Standing
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.rendering import Task
from greenboard.scaffolds.shelf import Offered
from greenboard.scaffolds.types import Landing, Purpose, State, Step
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, words
from greenboard.web.words import Said

_UNDERWAY = Said("no_data", "◌", "Under way")
_FAILED = Said("fail", "✕", "Failed")
_OPEN = Said("no_data", "◌", "Pull request open")
_LANDED = Said("pass", "✓", "In place")
_READY = Said("pass", "✓", "Ready")
_CLOSED = Said("not_applicable", "–", "Closed, not merged")
_DONE = Said("pass", "✓", "Done")
_NOT_YET = Said("not_applicable", "·", "Not yet")
WAYS = {Landing.REPOSITORY: "a new repository", Landing.PULL_REQUEST: "a pull request", Landing.DOWNLOAD: "a download"}
PURPOSES = {Purpose.START: "start", Purpose.FIX: "fix", Purpose.UPDATE: "update"}
_STEPS: Mapping[Step, str] = {
    Step.RENDER: "Render the files",
    Step.CREATE: "Make the repository",
    Step.PUSH: "Push the branch",
    Step.OPEN: "Open the pull request",
    Step.REGISTER: "Enter it into the catalog",
}


@dataclass(frozen=True)
class Card:
    """A scaffold in the list of all."""

    full: str
    title: str
    about: str
    url: str
    languages: str
    version: str
    source: str
    made: int
    behind: int


@dataclass(frozen=True)
class Line:
    """Something that was made, in a list."""

    number: int
    url: str
    title: str
    scaffold: str
    version: str
    purpose: str
    state: Said
    repository: str
    repository_url: str
    pull: int | None
    pull_url: str
    entity: str
    entity_url: str
    by: str
    began: SafeString | str
    error: str


@dataclass(frozen=True)
class StepLine:
    """A step of a making."""

    title: str
    state: Said
    error: str = ""


@dataclass(frozen=True)
class TaskLine:
    """What is left to do: where one sees whether it is done, and whether it is, as far as that is known."""

    title: str
    url: str
    level: str
    state: Said | None


@dataclass(frozen=True)
class BehindLine:
    """Something that lags behind its scaffold, or not."""

    number: int
    url: str
    repository: str
    entity: str
    entity_url: str
    version: str
    newest: str
    behind: bool
    update_url: str
    update: str


def card(one: Offered, made: int, behind: int, asked: str) -> Card:
    """A scaffold; `asked` is what its form is to know already."""
    scaffold = one.scaffold
    return Card(
        full=one.full,
        title=scaffold.title,
        about=scaffold.description,
        url=reverse("scaffold", args=[one.full]) + asked,
        languages=", ".join(scaffold.languages),
        version=scaffold.version,
        source=one.source,
        made=made,
        behind=behind,
    )


def line(row: Making, now: datetime) -> Line:
    """A making."""
    ref = store.entity(row)
    return Line(
        number=row.pk,
        url=reverse("making", args=[row.pk]),
        title=row.title,
        scaffold=row.scaffold,
        version=row.version,
        purpose=PURPOSES[Purpose(row.purpose)],
        state=said(row),
        repository=row.repository,
        repository_url=row.url,
        pull=row.number,
        pull_url=row.pull_url,
        entity=str(ref) if ref else "",
        entity_url=links.entity(ref) if ref else "",
        by=row.by,
        began=words.when(row.began_at, now),
        error=row.error,
    )


def said(row: Making) -> Said:
    """How far it is, for people."""
    if row.state == State.UNDERWAY:
        return _UNDERWAY
    if row.state == State.FAILED:
        return _FAILED
    if row.way == Landing.DOWNLOAD:
        return _READY
    return _LANDED if row.landed_at else _CLOSED if row.closed_at else _OPEN


def steps(row: Making) -> list[StepLine]:
    """The steps of a making, as far as it has them."""
    done = {
        Step.RENDER: bool(row.files),
        Step.CREATE: bool(row.clone_url),
        Step.PUSH: bool(row.commit),
        Step.OPEN: row.number is not None,
        Step.REGISTER: row.state == State.DONE,
    }
    lines, reached = list[StepLine](), False
    for step in _steps(row):
        state = _DONE if done[step] else _NOT_YET
        error = ""
        if not done[step] and not reached:
            reached, error = True, row.error
            state = _FAILED if row.state == State.FAILED else _UNDERWAY
        lines.append(StepLine(_STEPS[step], state, error))
    return lines


def _steps(row: Making) -> list[Step]:
    if row.way == Landing.DOWNLOAD:
        return [Step.RENDER]
    new, pull = row.way == Landing.REPOSITORY, row.reviewed
    registers = row.purpose == Purpose.START and (row.registered != [] or row.state != State.DONE)
    wanted = {Step.RENDER: True, Step.CREATE: new, Step.PUSH: True, Step.OPEN: pull, Step.REGISTER: registers}
    return [step for step in Step if wanted[step]]


def task(one: Task, card: Scorecard | None, ref: Ref | None, outcome: Outcome | None) -> TaskLine:
    """A task of a scaffold; its rule is of that scorecard, and the entity is the one that was made."""
    rule = card.rule(one.rule) if card else None
    if card is None or rule is None:
        return TaskLine(one.title, "", "", None)
    url = f"{links.entity(ref)}#{rule.id}" if ref else links.rule(card.name, rule.id)
    level = next((level.title for level in card.levels if level.name == rule.level), "")
    return TaskLine(one.title, url, level, words.OUTCOMES[outcome] if outcome else None)


def behind(one: Standing) -> BehindLine:
    """How something that was made stands."""
    ref = store.entity(one.first)
    return BehindLine(
        number=one.first.pk,
        url=reverse("making", args=[one.first.pk]),
        repository=one.first.repository,
        entity=str(ref) if ref else "",
        entity_url=links.entity(ref) if ref else "",
        version=one.version,
        newest=one.newest,
        behind=one.behind,
        update_url=reverse("making", args=[one.update.pk]) if one.update else "",
        update=said(one.update).word if one.update else "",
    )
