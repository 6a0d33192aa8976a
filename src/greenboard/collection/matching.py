"""Which entity a subject of a tool is: by its id in a descriptor, an annotation, a tag, a name, a repository. Pure.

The first way in which a subject can be matched, and that names anything, decides. Where it names
several, nobody guesses: a person says which. So it is where two subjects claim one entity by nothing
stronger than its name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from greenboard.catalog.types import Entity, Relation, RelationKind
from greenboard.collection.types import Standing
from greenboard.connections.types import Match
from greenboard.core.refs import Ref, slug

OWN = "greenboard.io/"
"""Annotations of this prefix name what an integration or connection knows the entity by."""
_WEAK = frozenset({"name"})
_SSH = re.compile(r"(?:ssh://)?(?:[^@/]+@)([^:/]+)(?::\d+)?[:/](.+)")
_SLUGS = {
    "github.com/project-slug": "https://github.com/",
    "gitlab.com/project-slug": "https://gitlab.com/",
    "bitbucket.org/project-slug": "https://bitbucket.org/",
}
_LOCATION = "backstage.io/source-location"
_DEEPER = re.compile(r"/(?:-/)?(?:blob|tree|src)/.*")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of matching. `why` is the match that named the entity, or the several `candidates`."""

    standing: Standing
    entity: int | None = None
    why: str = ""
    candidates: tuple[int, ...] = ()


MISSING = Verdict(Standing.MISSING)


@dataclass
class Index:
    """The entities of the catalog by everything that a tool may know them by."""

    refs: Mapping[int, Ref]
    found: dict[tuple[str, str], int | set[int]] = field(default_factory=dict)
    """One entity mostly: a set of one takes eight times as much, and a catalog may be large."""

    def add(self, by: str, value: str, number: int) -> None:
        """Let an entity be known by something."""
        before = self.found.setdefault((by, value), number)
        if isinstance(before, set):
            before.add(number)
        elif before != number:
            self.found[by, value] = {before, number}

    def get(self, match: Match, kinds: Sequence[str]) -> list[int]:
        """The entities of some kinds that a match names; no kinds are all."""
        known = self.found.get((match.by, normal(match)), set[int]())
        several = known if isinstance(known, set) else {known}
        fitting = sorted(number for number in several if not kinds or self.refs[number].kind in kinds)
        if match.by == "contact":
            # Components name the channel of their team: it is the team's.
            teams = [number for number in fitting if self.refs[number].kind == "team"]
            return teams or fitting
        return fitting


def normal(match: Match) -> str:
    """What a match is compared by."""
    match match.by:
        case "name":
            return slug(match.value)
        case "repository":
            return address(match.value)
        case "email" | "login" | "tag":
            return match.value.strip().lower()
        case "contact":
            return match.value.strip().lower().removeprefix("#").rstrip("/")
        case _:
            return match.value.strip()


def address(text: str) -> str:
    """The address of a repository without what differs from way to way of writing it: `host/path`, in lower case."""
    plain = _DEEPER.sub("", text.strip().removeprefix("url:"))
    ssh = _SSH.fullmatch(plain) if "://" not in plain or plain.startswith("ssh://") else None
    if ssh:
        host, path = ssh[1], ssh[2]
    else:
        try:
            parts = urlsplit(plain)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return ""
    path = path.strip("/").removesuffix(".git")
    return f"{host}/{path}".lower() if host and path else ""


def index(
    entities: Mapping[int, Entity],
    relations: Iterable[Relation],
    named: Iterable[str],
    logins: Mapping[str, Iterable[Ref]],
) -> Index:
    """Everything that a tool may know entities by.

    Args:
        entities: Those of the catalog, by surrogate id.
        relations: Of which `lives-in` gives components the address of their repository.
        named: What annotations under `OWN` may be called for this tool: its integration, and the connection.
        logins: Confirmed names of people at this tool, and which persons of the catalog they are.

    """
    built = Index({number: entity.ref for number, entity in entities.items()})
    numbers = {ref: number for number, ref in built.refs.items()}
    keys = {OWN + name for name in named}
    for number, entity in entities.items():
        _enter(built, number, entity, keys)
    homes = [(one.source, one.target) for one in relations if one.kind is RelationKind.LIVES_IN and not one.path]
    for source, target in homes:
        if source in numbers and target in numbers:
            for url in _addresses(entities[numbers[target]]):
                built.add("repository", url, numbers[source])
    for login, refs in logins.items():
        for ref in refs:
            if ref in numbers:
                built.add("login", login.lower(), numbers[ref])
    return built


def _enter(built: Index, number: int, entity: Entity, keys: Iterable[str]) -> None:
    built.add("entity", str(entity.ref), number)
    for name in {slug(entity.ref.name), slug(entity.ref.short), slug(entity.title or entity.ref.name)}:
        built.add("name", name, number)
    for tag in entity.tags:
        built.add("tag", tag.lower(), number)
    for key, value in entity.annotations.items():
        for one in str(value).split(","):
            built.add("annotation", f"{key}={one.strip()}", number)
            if key in keys:
                built.add("id", one.strip(), number)
    for url in _addresses(entity):
        built.add("repository", url, number)
    for contact in entity.contacts:
        if contact.kind == "email":
            built.add("email", contact.address.strip().lower(), number)
        elif contact.kind == "chat":
            built.add("contact", normal(Match("contact", contact.address)), number)


def _addresses(entity: Entity) -> set[str]:
    """The addresses of the repository that an entity is, or is built from."""
    told = [link.url for link in entity.links if link.kind == "source"] if entity.ref.kind == "repository" else []
    for key, value in entity.annotations.items():
        if key == _LOCATION:
            told.append(str(value))
        elif key in _SLUGS:
            told.append(_SLUGS[key] + str(value))
    return {url for url in map(address, told) if url}


@dataclass(frozen=True, slots=True)
class Shown:
    """A subject as a tool shows it, as far as it matters here."""

    id: int
    stream: str
    kinds: tuple[str, ...]
    matches: tuple[Match, ...]


def resolve(subjects: Iterable[Shown], known: Index) -> dict[int, Verdict]:
    """What each subject is, by its id."""
    several = list(subjects)
    found = {shown.id: _resolve(shown, known) for shown in several}
    streams = {shown.id: shown.stream for shown in several}
    claims: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, verdict in found.items():
        if verdict.entity is not None:
            claims[streams[number], verdict.entity].append(number)
    for (_, entity), claiming in claims.items():
        weak = [number for number in claiming if found[number].why.split(" ")[0] in _WEAK]
        if len(claiming) > 1:
            for number in weak:
                found[number] = Verdict(Standing.AMBIGUOUS, None, found[number].why, (entity,))
    return found


def _resolve(shown: Shown, known: Index) -> Verdict:
    for match in shown.matches:
        several = known.get(match, shown.kinds)
        why = f"{match.by} {match.value}"
        if len(several) == 1:
            return Verdict(Standing.MATCHED, several[0], why)
        if several:
            return Verdict(Standing.AMBIGUOUS, None, why, tuple(several))
    return MISSING
