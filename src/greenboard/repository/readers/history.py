"""What git knows of the repository: activity, people, signatures, releases.

Contributors are people: accounts of bots are left out, and addresses that share a name count once,
so that the bus factor is rather too low than too high. A commit that claims to be made more than a
day after now has no date that can be believed; figures of a window that meets one are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from greenboard.facts.types import FieldValue
from greenboard.repository.history import Commit, History
from greenboard.repository.types import Found, Reader, Scope

_BOT = re.compile(
    r"\[bot\]|^(dependabot|renovate|greenkeeper|snyk-bot|github-actions|semantic-release-bot)\b|-bot@", re.IGNORECASE
)
_SKEW = timedelta(days=1)
QUARTER = timedelta(days=90)
YEAR = timedelta(days=365)


def read(scope: Scope) -> Iterator[Found]:
    """One fact; fields that lie beyond a shallow clone are absent."""
    history = scope.tree.history
    value: dict[str, FieldValue | None] = {"shallow": history.shallow}
    last = history.last()
    if last is not None and last <= scope.now + _SKEW:
        value["last_commit_at"] = min(last, scope.now)
    commits = history.since(scope.now - YEAR)
    if not any(commit.at > scope.now + _SKEW for commit in commits):
        value |= _quarter(history, commits, scope.now)
        if _whole(history, commits, scope.now - YEAR):
            value["bus_factor"] = bus_factor([name for name in _people(commits) if name])
    value |= _releases(history, scope.now)
    yield Found("history", {key: part for key, part in value.items() if part is not None}, ".git")


def _quarter(history: History, commits: Sequence[Commit], now: datetime) -> Mapping[str, FieldValue]:
    recent = [commit for commit in commits if commit.at >= now - QUARTER]
    if not _whole(history, recent, now - QUARTER):
        return {}
    value: dict[str, FieldValue] = {
        "commits_90d": len(recent),
        "contributors_90d": len(set(_people(recent)) - {""}),
    }
    if recent:
        value["signed_pct_90d"] = round(100 * sum(commit.signed for commit in recent) / len(recent), 1)
    return value


def _whole(history: History, commits: Sequence[Commit], start: datetime) -> bool:
    """Whether no commit of the window is one where a shallow clone ends."""
    return not any(commit.id in history.boundary and commit.at >= start for commit in commits)


def _people(commits: Sequence[Commit]) -> list[str]:
    """Who made each commit, "" for a bot. One name or one address is one person."""
    by_mail: dict[str, str] = {}
    by_name: dict[str, str] = {}
    made: list[str] = []
    same: dict[str, str] = {}
    for commit in commits:
        name, mail = commit.name.strip().lower(), commit.email.strip().lower()
        if _BOT.search(name) or _BOT.search(mail):
            made.append("")
            continue
        first = by_mail.setdefault(mail, mail)
        other = by_name.setdefault(name, first)
        one, two = _root(same, first), _root(same, other)
        same[max(one, two)] = min(one, two)
        made.append(first)
    return [_root(same, mail) if mail else "" for mail in made]


def _root(same: Mapping[str, str], mail: str) -> str:
    while same.get(mail, mail) != mail:
        mail = same[mail]
    return mail


def bus_factor(made_by: Sequence[str]) -> int | None:
    """The smallest number of authors who together made half of the commits; None without commits."""
    half, total = len(made_by) / 2, 0
    for number, (_, count) in enumerate(Counter(made_by).most_common(), start=1):
        total += count
        if total >= half:
            return number
    return None


def _releases(history: History, now: datetime) -> Mapping[str, FieldValue]:
    tags = history.tags()
    if tags is None:
        return {}
    versions = [tag for tag in tags if tag.names_version]
    dates = [tag.at for tag in versions if tag.at is not None and tag.at <= now + _SKEW]
    value: dict[str, FieldValue] = {"release_tags": len(versions)}
    if dates:
        value["last_release_at"] = min(max(dates), now)
    return value


READER = Reader("git", ("history",), "repository", read)
