"""Looking at one working tree: its entities, and every fact that a reader finds in it.

Nothing is dropped without a word: a reader that cannot read leaves a gap for what it would have
said. A reader that says what its fact type does not allow is our own fault and raises.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from greenboard.catalog import graph
from greenboard.catalog.types import Declared, Entity
from greenboard.core import links
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts.described import describe
from greenboard.facts.types import Fact, Gap, Source, SourceKind
from greenboard.facts.vocabulary import FactError, Vocabulary
from greenboard.repository import readers
from greenboard.repository.components import Survey, survey
from greenboard.repository.entities import Subjects, subjects
from greenboard.repository.languages import language_of, rank
from greenboard.repository.tree import NotARepository, Tree
from greenboard.repository.types import Component, Found, Missed, Reader, Scope

Say = Callable[[str], None]


class ReaderFault(Exception):
    """A reader failed, or said something that its fact type does not allow: a bug of ours, not of the input."""


@dataclass(frozen=True)
class Look:
    """What one working tree said.

    `problems` are descriptors and workspace files that were not understood, and relations that cannot be.
    """

    tree: Tree
    repository: Entity
    declared: Declared
    facts: tuple[Fact, ...]
    gaps: tuple[Gap, ...]
    problems: tuple[UserError, ...]


def look(path: Path, *, now: datetime, vocabulary: Vocabulary, progress: Say | None = None) -> Look:
    """Read a working tree.

    Raises:
        NotARepository: there is no working tree at `path`.
        ReaderFault: one of our readers is wrong.

    """
    tree = Tree.open(path)
    say = progress or (lambda _: None)
    say(f"{tree.root.name}: listing files")
    surveyed = survey(tree)
    entities = subjects(surveyed)
    reading = _Reading(vocabulary)
    for scope, about, refs in _scopes(tree, surveyed, entities, now):
        say(f"{tree.root.name}: reading {scope.component.path or 'the root'}")
        for reader in discover():
            if reader.about == about:
                reading.run(reader, scope, refs)
    described = _stamped(tree, describe(entities.declared, now, complete=False))
    return Look(
        tree=tree,
        repository=entities.repository,
        declared=entities.declared,
        facts=tuple(_settled(described, reading.facts)),
        gaps=tuple(reading.gaps),
        problems=(*surveyed.problems, *graph.check(entities.declared)),
    )


def find(paths: Sequence[Path]) -> tuple[list[Path], list[UserError]]:
    """The working trees at these paths.

    A path is a working tree itself, or a folder of working trees: its direct children, and theirs.
    What is neither is told as an error, one for each; hidden folders are passed over.
    """
    found: dict[Path, None] = {}
    errors: list[UserError] = []
    for path in paths:
        if (path / ".git").exists():
            found[path] = None
            continue
        inner, others = _below(path)
        found.update(dict.fromkeys(inner))
        errors.extend(_refusals(others if inner else [path]))
    return list(found), errors


def _below(path: Path) -> tuple[list[Path], list[Path]]:
    """The working trees in a folder, and the folders in it that neither are one nor hold one."""
    trees: list[Path] = []
    others: list[Path] = []
    for child in _folders(path):
        inner = [child] if (child / ".git").exists() else [deep for deep in _folders(child) if (deep / ".git").exists()]
        trees.extend(inner)
        if not inner:
            others.append(child)
    return trees, others


def _folders(path: Path) -> list[Path]:
    try:
        return sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith("."))
    except OSError:
        return []


def _refusals(paths: Sequence[Path]) -> Iterator[UserError]:
    for path in paths:
        try:
            Tree.open(path)
        except NotARepository as error:
            yield error


@lru_cache(maxsize=1)
def discover() -> tuple[Reader, ...]:
    """Every reader in `repository/readers`, by name."""
    found: list[Reader] = []
    for module in pkgutil.iter_modules(readers.__path__):
        reader = getattr(importlib.import_module(f"{readers.__name__}.{module.name}"), "READER", None)
        if isinstance(reader, Reader):
            found.append(reader)
    return tuple(sorted(found, key=lambda reader: reader.name))


def _scopes(
    tree: Tree, surveyed: Survey, entities: Subjects, now: datetime
) -> Iterator[tuple[Scope, str, tuple[Ref, ...]]]:
    """What is read, for readers about what, and the entities that its facts are about.

    Entities that live in the same folder share one reading.
    """
    whole = Component(entities.repository.ref.name, "", "repository", rank(language_of(path) for path in tree.files))
    yield Scope(tree, whole, tree.files, now), "repository", (entities.repository.ref,)
    together: dict[str, list[Ref]] = defaultdict(list)
    scopes: dict[str, Scope] = {}
    for part, ref in zip(surveyed.parts, entities.refs, strict=True):
        together[part.component.path].append(ref)
        scopes.setdefault(part.component.path, Scope(tree, part.component, part.files, now, surveyed.shared))
    for path, scope in scopes.items():
        yield scope, "component", tuple(together[path])


class _Reading:
    """Runs readers and gathers what they say, checked against the vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.facts: list[Fact] = []
        self.gaps: list[Gap] = []

    def run(self, reader: Reader, scope: Scope, refs: Sequence[Ref]) -> None:
        """Run one reader. When it fails as a whole, nothing of what it said is kept."""
        try:
            said = list(reader.read(scope))
        except UserError as error:
            reason = error.what + (f" ({error.expected} expected)" if error.expected else "")
            said = [Missed(type_name, reason, str(error.place or "")) for type_name in reader.types]
        except RecursionError:
            said = [Missed(type_name, "nested too deeply to be read") for type_name in reader.types]
        except Exception as error:
            # The boundary between readers and the rest: a bug in one is named by its reader and tree, so
            # that the other repositories are still judged; it ends with exit code 70 all the same.
            raise ReaderFault(f"reader {reader.name} in {scope.tree.root}: {type(error).__name__}: {error}") from error
        for one in said:
            if one.type not in reader.types:
                raise ReaderFault(f"reader {reader.name} speaks of {one.type}, which it does not declare")
            self._keep(reader, scope, refs, one)

    def _keep(self, reader: Reader, scope: Scope, refs: Sequence[Ref], said: Found | Missed) -> None:
        commit = scope.tree.commit
        if isinstance(said, Missed):
            source = Source(SourceKind.REPOSITORY, reader.name, said.location, commit)
            self.gaps.extend(Gap(ref, said.type, said.reason, source, scope.now, said.unclear) for ref in refs)
            return
        try:
            value = self.vocabulary.normalise(said.type, said.value)
        except FactError as error:
            raise ReaderFault(f"reader {reader.name} in {scope.tree.root}: {error}") from error
        source = Source(said.source, said.tool or reader.name, said.location, commit, _link(scope.tree, said.location))
        at = said.observed_at or scope.now
        self.facts.extend(Fact(ref, said.type, value, source, at, dict(said.places)) for ref in refs)


def _stamped(tree: Tree, described: Sequence[Fact]) -> list[Fact]:
    """Facts of descriptors with the commit they were read at, and where that can be opened."""
    return [
        replace(fact, source=replace(fact.source, commit=tree.commit, link=_link(tree, fact.source.location)))
        if fact.source.location
        else fact
        for fact in described
    ]


def _link(tree: Tree, location: str) -> str:
    """Where a person can open a place, for a file that is in the commit; "" where the forge is not known."""
    entry = tree.entries.get(location.partition(":")[0])
    if entry is not None and not entry.tracked:
        return ""
    base = tree.once("files on the forge", lambda: links.files(_origin(tree), tree.commit))
    return links.at(base, location if entry else "")


def _origin(tree: Tree) -> str:
    return tree.git("config", "--get", "remote.origin.url", check=False).strip()


def _settled(described: Sequence[Fact], read: Sequence[Fact]) -> Iterator[Fact]:
    """All facts, without the owners of CODEOWNERS for entities whose descriptor names the owner."""
    owned = {fact.entity for fact in described if fact.type == "ownership"}
    yield from described
    yield from (fact for fact in read if fact.type != "ownership" or fact.entity not in owned)
