"""What git knows of the repository: activity, people, signatures, releases.

Contributors are people: accounts of bots are left out, and addresses that share a name count once,
so that the bus factor is rather too low than too high. A commit that claims to be made more than a
day after now has no date that can be believed; figures of a window that meets one are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from greenboard.facts.types import FieldValue
from greenboard.repository.history import Commit, History
from greenboard.repository.types import Found, Reader, Scope

_BOT = re.compile(
    r"\[bot\]|^(mend |whitesource )?(dependabot|renovate|greenkeeper|snyk|github[ -]?actions?|gitlab[ -]?ci|jenkins"
    r"|travis|circleci|semantic-release|release-please|pre-commit[ .-]ci|copybara|allcontributors|mergify|imgbot"
    r"|weblate|crowdin|deepsource|codecov|step[ -]?security|pyup|scala steward|homebrew)\b"
    r"|\brobot\b|\bautomat(ion|ed)\b|\bci user\b",
    re.IGNORECASE,
)
_BOT_MAIL = re.compile(
    r"\[bot\]|(^|[-_.+])(ro)?bots?([-_.+\d]|@|$)|^(\d+\+)?[a-z\d-]*[-_](ro)?bot@|^(\d+\+)?github-actions@|^(ci|jenkins|automation)@"
    r"|@renovateapp\.com$",
    re.IGNORECASE,
)
_BOT_WORD = re.compile(r"\bbot\b", re.IGNORECASE)
"""Also the surname of people, so that it counts only where the address tells nothing else."""
_JOINED = re.compile(r"\w*[a-z]Bot")
_LOGIN = re.compile(r"(?:\d+\+)?([a-z0-9-]+)@users\.noreply\.github\.com")
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
    """Who made each commit, "" for a bot. One address, one name or one account is one person."""
    first: dict[str, str] = {}
    same: dict[str, str] = {}
    made: list[str] = []
    bots = {_mail(commit) for commit in commits if _is_bot(commit.name.strip(), _mail(commit))}
    for commit in commits:
        mail = _mail(commit)
        if mail in bots:
            made.append("")
            continue
        for key in _keys(commit.name, mail):
            one, two = _root(same, mail), _root(same, first.setdefault(key, mail))
            same[max(one, two)] = min(one, two)
        made.append(mail or commit.name)
    return [_root(same, mail) if mail else "" for mail in made]


def _mail(commit: Commit) -> str:
    return commit.email.strip().lower()


def _is_bot(name: str, mail: str) -> bool:
    if (
        _BOT.search(name)
        or _JOINED.fullmatch(name)
        or _BOT_MAIL.search(mail.partition("@")[0] + "@")
        or _BOT_MAIL.search(mail)
    ):
        return True
    local = mail.partition("@")[0]
    return bool(_BOT_WORD.search(name)) and ("bot" in local or not _shares_word(name, local))


def _shares_word(name: str, local: str) -> bool:
    return any(word in local for word in re.findall(r"[a-z]{3,}", name.lower().replace("bot", " ")))


def _keys(name: str, mail: str) -> Iterator[str]:
    """What tells a person: the name however it is spaced and written, which is often the account's too."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name).casefold() if char.isalnum())
    if plain:
        yield plain
    account = _LOGIN.fullmatch(mail)
    if account:
        yield account[1].replace("-", "")


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
