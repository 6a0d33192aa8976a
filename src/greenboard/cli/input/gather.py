"""From paths and given facts to the entities that a scorecard can be held against."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from greenboard.catalog import graph
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.cli.input import attested
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.core.refs import Ref
from greenboard.facts import observed
from greenboard.facts.merge import Snapshot, merge
from greenboard.facts.types import Fact, Gap
from greenboard.facts.vocabulary import Vocabulary
from greenboard.repository import collect
from greenboard.repository.collect import Look, ReaderFault
from greenboard.repository.tree import MAX_TEXT, NotARepository, Tree
from greenboard.results.judge import Subject

_READ = (".yaml", ".yml", ".json", ".xml", ".toml", ".tf", ".md", ".sarif")
_SAID = 10
Say = Callable[[str], None]


@dataclass(frozen=True)
class Skipped:
    """Something that was not taken in, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Member:
    """An entity with what is known of it and the folder it was found in ("" for one that only facts name)."""

    subject: Subject
    path: str


@dataclass(frozen=True)
class Gathered:
    """All that was taken in, with the relations that were declared in any of it.

    `refused` are the paths that hold no repository though they were named.
    `faults` are bugs of ours that kept a repository from being read. `vocabulary` has the custom facts that
    were found.
    """

    members: tuple[Member, ...]
    relations: tuple[Relation, ...]
    skipped: tuple[Skipped, ...]
    refused: tuple[UserError, ...]
    misdeclared: tuple[UserError, ...]
    vocabulary: Vocabulary
    faults: tuple[ReaderFault, ...] = ()


def gather(
    paths: Sequence[Path], given: Sequence[Fact], vocabulary: Vocabulary, now: datetime, *, say: Say
) -> Gathered:
    """Look at every working tree at these paths, and join the given facts to what they say."""
    roots, errors = collect.find(paths)
    looks: list[tuple[Path, Look]] = []
    faults: dict[Path, ReaderFault] = {}
    for root in roots:
        try:
            looks.append((root, collect.look(root, now=now, vocabulary=vocabulary, progress=say)))
        except NotARepository as error:
            errors.append(error)
        except ReaderFault as fault:
            faults[root] = fault
    if faults and not looks:
        raise next(iter(faults.values()))
    named = {str(path) for path in paths}
    refused = tuple(error for error in errors if error.place is not None and error.place.path in named)
    misdeclared = [*_problems(looks)]
    stated = attested.read(looks, now)
    facts = _by_entity((*given, *stated.facts))
    declared = [look.declared for _, look in looks]
    entities = [entity for part in declared for entity in part.entities]
    vocabulary = observed.extended(vocabulary, entities, (kind for part in declared for kind in part.kinds))
    members = [member for root, look in looks for member in _members(root, look, facts, vocabulary, now)]
    known = {member.subject.entity.ref for member in members} | {look.repository.ref for _, look in looks}
    strangers = [ref for ref in facts if ref not in known]
    members.extend(_stranger(ref, facts[ref], vocabulary, now) for ref in strangers)
    aside = (*errors, *misdeclared, *stated.refused, *_circles(looks), *_links(looks), *_large(looks))
    skipped = [_skip(error) for error in aside]
    skipped.extend(Skipped(str(root), f"internal fault, not read: {fault}") for root, fault in faults.items())
    whole = graph.resolve(Declared.joined(declared), strangers)
    told = tuple(members), whole.relations, tuple(skipped), refused, tuple(misdeclared)
    return Gathered(*told, vocabulary, tuple(faults.values()))


def _skip(error: UserError) -> Skipped:
    place = str(error.place) if error.place else ""
    bare = UserError(error.what, expected=error.expected, got=error.got, hint=error.hint)
    return Skipped(place, str(bare))


def _problems(looks: Iterable[tuple[Path, Look]]) -> Iterator[UserError]:
    """Descriptors that were not understood, and relations that cannot be, with the tree's folder in their place."""
    for root, look in looks:
        told: set[str] = set()
        for problem in look.problems:
            for error in problem.errors if isinstance(problem, UserErrors) else (problem,):
                if str(error) not in told:
                    told.add(str(error))
                    yield _within(root, error)


def _circles(looks: Iterable[tuple[Path, Look]]) -> Iterator[UserError]:
    """Circles of dependencies: allowed, but worth saying."""
    for root, look in looks:
        missing = {str(error) for error in graph.missing(look.declared)}
        yield from (_within(root, error) for error in graph.warnings(look.declared) if str(error) not in missing)


def _links(looks: Iterable[tuple[Path, Look]]) -> Iterator[UserError]:
    """Symbolic links that lead out of their tree: not followed."""
    for root, look in looks:
        for path, entry in look.tree.entries.items():
            # realpath, because Path.resolve raises on links that lead in a circle.
            if entry.link and not Path(os.path.realpath(look.tree.root / path)).is_relative_to(look.tree.root):
                what = "a link that leads out of the tree is not followed"
                yield UserError(what, place=Place((root / path).as_posix()), hint="Link inside the repository.")


def _large(looks: Iterable[tuple[Path, Look]]) -> Iterator[UserError]:
    """Files of the kinds that readers read, too large for them."""
    for root, look in looks:
        tree = look.tree
        found = [path for path in tree.suffixed(*_READ) if not tree.entries[path].link and _size(tree, path) > MAX_TEXT]
        for path in found[:_SAID]:
            what = f"more than {MAX_TEXT:,} bytes: read only as a report of tests, coverage or findings, if at all"
            yield UserError(what, place=Place((root / path).as_posix()))
        if len(found) > _SAID:
            yield UserError(f"{len(found) - _SAID} more files of more than {MAX_TEXT:,} bytes", place=Place(str(root)))


def _size(tree: Tree, path: str) -> int:
    try:
        return (tree.root / path).lstat().st_size
    except OSError:
        return 0


def _within(root: Path, error: UserError) -> UserError:
    if error.place is None:
        return error
    place = replace(error.place, path=(root / error.place.path).as_posix())
    return UserError(error.what, place=place, expected=error.expected, got=error.got, hint=error.hint)


def _by_entity(facts: Iterable[Fact]) -> dict[Ref, list[Fact]]:
    found: dict[Ref, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.entity].append(fact)
    return found


def _members(
    root: Path, look: Look, given: Mapping[Ref, list[Fact]], vocabulary: Vocabulary, now: datetime
) -> Iterator[Member]:
    """The entities of one tree; each reads the facts of the repository it lives in."""
    facts = _by_entity(look.facts)
    gaps: dict[Ref, list[Gap]] = defaultdict(list)
    for gap in look.gaps:
        gaps[gap.entity].append(gap)
    homes = {
        relation.source: relation for relation in look.declared.relations if relation.kind is RelationKind.LIVES_IN
    }
    for entity in look.declared.entities:
        home = homes[entity.ref].target if entity.ref in homes else None
        inherited = [*facts.get(home, ()), *given.get(home, ())] if home else []
        told = [
            *facts.get(entity.ref, ()),
            *given.get(entity.ref, ()),
            *(fact for fact in inherited if _about_repository(fact.type, vocabulary)),
        ]
        missed = [
            *gaps.get(entity.ref, ()),
            *(gap for gap in (gaps.get(home, ()) if home else ()) if _about_repository(gap.type, vocabulary)),
        ]
        snapshot = merge(told, missed, vocabulary, now)
        folder = homes[entity.ref].path if entity.ref in homes else ""
        yield Member(Subject(_known(entity, snapshot), snapshot), (root / folder).as_posix())


def _about_repository(name: str, vocabulary: Vocabulary) -> bool:
    declared = vocabulary.types.get(name)
    return declared is not None and declared.about == "repository"


def _stranger(ref: Ref, facts: Sequence[Fact], vocabulary: Vocabulary, now: datetime) -> Member:
    """An entity that no tree declares and only given facts speak of."""
    snapshot = merge(facts, (), vocabulary, now)
    return Member(Subject(_known(Entity(ref, discovered=True), snapshot), snapshot), "")


def _known(entity: Entity, snapshot: Snapshot) -> Entity:
    """The entity with the tier, lifecycle and tags that its facts give, which choose its thresholds."""
    told = snapshot.values.get("entity")
    if not isinstance(told, Mapping):
        return entity
    tier, lifecycle, tags = told.get("tier"), told.get("lifecycle"), told.get("tags")
    return replace(
        entity,
        tier=tier if isinstance(tier, int) else entity.tier,
        lifecycle=lifecycle if isinstance(lifecycle, str) else entity.lifecycle,
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, tuple) else entity.tags,
    )
