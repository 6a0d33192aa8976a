"""Loading the sample organization: ninety days, each looked at, recorded and evaluated in turn.

Every day is one transaction that also notes the day (in the run of its evaluation), so that a load
that was killed goes on where it stopped, and for the moment that it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from greenboard.facts import store as facts
from greenboard.facts.service import record
from greenboard.facts.vocabulary import Vocabulary
from greenboard.project.intake import take_in
from greenboard.project.sample import attested, campaign, exempt, reviews, script, tools, views
from greenboard.project.sample.script import Script
from greenboard.project.sample.working import Working
from greenboard.repository.collect import Look, look
from greenboard.results import service as results
from greenboard.results import store
from greenboard.scorecards.definition import find
from greenboard.scorecards.types import Scorecard

DAYS = 90
SCORECARD = "production-readiness"
_NOTE = "sample:"
Say = Callable[[str], None]


@dataclass
class _Loading:
    script: Script
    scorecard: Scorecard
    words: Vocabulary
    now: datetime
    trees: Sequence[Working]


def ensure(data_dir: Path, now: datetime, progress: Say, *, days: int = DAYS) -> None:
    """Load the sample unless it is loaded; go on where an earlier load was stopped.

    Needs a migrated database. The repositories are written to `data_dir/sample/`. `days` is how
    long the history is.

    Raises:
        UserError: the folder cannot be written.

    """
    done = _days_done()
    if 0 in done:
        return
    root = data_dir / "sample"
    root.mkdir(parents=True, exist_ok=True)
    last = min(done, default=days + 1)
    anchor = done[last] + timedelta(days=last) if done else now
    first = last - 1
    told = script.read()
    trees = [Working(told, each, root / "repositories" / each.name, anchor) for each in told.repositories]
    loading = _Loading(told, find(SCORECARD, facts.vocabulary()), facts.vocabulary(), anchor, trees)
    progress(f"Sample organization: writing {len(trees)} git repositories")
    for tree in trees:
        tree.restart()
        tree.advance(first + 1)
    # While one day is recorded and judged, the working trees of the next one are written and read.
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(_see, loading, first, begin=not done)
        for day in range(first, -1, -1):
            if day % 15 == 0:
                progress(f"Sample organization: {anchor - timedelta(days=day):%d %b %Y}, {day} days to go")
            looks = coming.result()
            if day > 0:
                coming = ahead.submit(_see, loading, day - 1, begin=False)
            _play(loading, day, looks)


def loaded() -> bool:
    """Whether the sample is loaded to its end."""
    return 0 in _days_done()


def _days_done() -> dict[int, datetime]:
    """The days that are done, counted back from the moment of the load, with their moments."""
    return {int(note.removeprefix(_NOTE)): at for note, at in store.noted(_NOTE).items()}


def _see(loading: _Loading, day: int, *, begin: bool) -> list[Look]:
    """Bring the repositories to a day, and look at those that moved; at first at all."""
    at = loading.now - timedelta(days=day)
    moved = [tree for tree in loading.trees if tree.advance(day) or begin]
    return [look(tree.folder, now=at, vocabulary=loading.words) for tree in moved]


def _play(loading: _Loading, day: int, looks: Sequence[Look]) -> None:
    """One day: what changed in the repositories, what the tools said, and what comes of it."""
    at = loading.now - timedelta(days=day)
    with transaction.atomic():
        take_in(looks, at, cause="sample", around=loading.script.organization)
        _hear(loading, day, at)
        if day == 0:
            attested.give(at)
        exempt.play(loading.scorecard.name, day, at)
        results.evaluate(loading.scorecard, at, note=f"{_NOTE}{day}")
        reviews.play(day, at)
        if day == 0:
            campaign.begin(loading.scorecard.name, at)
            views.keep(at)


def _hear(loading: _Loading, day: int, at: datetime) -> None:
    known = facts.present(at)
    parts = [part for tree in loading.trees for part in tree.repository.components if tools.named(part) in known]
    heard = [tools.said(loading.script, part, loading.words, loading.now, day) for part in parts]
    record([fact for said, _ in heard for fact in said], [gap for _, gaps in heard for gap in gaps], at)
