"""The parts of a repository that are built as one thing each.

Told, in this order of weight: by descriptors (greenboard.yaml, catalog-info.yaml); by workspace
files (`workspaces`); by what lies in the folders (`evidence`). Inside of a folder that a descriptor
declares, nothing is guessed. A repository that shows at most one such folder is one component, at
its root; so every repository has at least one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from greenboard.catalog import descriptors
from greenboard.catalog.following import follow
from greenboard.catalog.types import COMPONENT_KINDS, Declared, Entity, RelationKind
from greenboard.core.errors import UserError
from greenboard.core.refs import DEFAULT_NAMESPACE, Ref, slug
from greenboard.repository.evidence import aside, guess_folders
from greenboard.repository.kinds import guess_kind
from greenboard.repository.languages import language_of, rank
from greenboard.repository.tree import Tree
from greenboard.repository.types import Component
from greenboard.repository.workspaces import workspaces


@dataclass(frozen=True)
class Part:
    """A component with its own files, and the entity that a descriptor declares for it."""

    component: Component
    files: tuple[str, ...]
    entity: Entity | None = None


@dataclass(frozen=True)
class Survey:
    """What a tree consists of. `shared` are the files of no component. `problems` were not fatal."""

    repository: Ref
    parts: tuple[Part, ...]
    shared: tuple[str, ...]
    declared: Declared
    problems: tuple[UserError, ...]


def components(tree: Tree) -> tuple[Component, ...]:
    """The components of a tree, by path; there is always at least one."""
    return tuple(part.component for part in survey(tree).parts)


_SURVEYED: WeakKeyDictionary[Tree, Survey] = WeakKeyDictionary()


def survey(tree: Tree) -> Survey:
    """The components of a tree with their files, and everything that its descriptors declare; found once."""
    if tree not in _SURVEYED:
        _SURVEYED[tree] = _survey(tree)
    return _SURVEYED[tree]


def _survey(tree: Tree) -> Survey:
    declared, problems = _described(tree)
    repository = _repository(tree, declared)
    placed = _placed(tree, declared, repository, problems)
    space = workspaces(tree, aside)
    guessed = {folder for folder in guess_folders(tree, space) if not _inside(folder, placed)}
    if placed:
        guessed.discard("")
    elif len(guessed) < 2:
        guessed = {""}
    owned, shared = _share_out(tree.files, set(placed) | guessed)
    parts: list[Part] = []
    for folder in sorted(set(placed) | guessed):
        parts.extend(_parts(tree, folder, owned[folder], placed.get(folder, ())))
    return Survey(repository, _named_apart(parts), tuple(shared), declared, (*problems, *space.problems))


def _repository(tree: Tree, declared: Declared) -> Ref:
    """The repository's own reference: the one that a descriptor declares, where there is just one."""
    stated = {entity.ref for entity in declared.entities if entity.ref.kind == "repository"}
    return stated.pop() if len(stated) == 1 else Ref("repository", DEFAULT_NAMESPACE, repository_name(tree))


def repository_name(tree: Tree) -> str:
    """The name of the repository: that of its origin where it has one on a host, else of its folder."""
    origin = tree.git("config", "--get", "remote.origin.url", check=False).strip().rstrip("/")
    hosted = re.match(r"(?:(?:https?|ssh|git)://[^/]+/|[^/@:]+@[^/:]+:)(?:.*/)?([^/]+)$", origin)
    return slug((hosted[1] if hosted else tree.root.name).removesuffix(".git"))


def _described(tree: Tree) -> tuple[Declared, list[UserError]]:
    named = [path for path in tree.named(*descriptors.NAMES) if not aside(path.rpartition("/")[0])]
    return follow(named, tree.text, tree.files)


def _placed(tree: Tree, declared: Declared, repository: Ref, problems: list[UserError]) -> dict[str, list[Entity]]:
    """Entities that are built here, by folder: where the descriptor says, else where it stands.

    One that a descriptor places in another repository is declared here, but not built here.
    """
    stated = {part.source: part for part in declared.relations if part.kind is RelationKind.LIVES_IN}
    placed: dict[str, list[Entity]] = defaultdict(list)
    for entity in declared.entities:
        if entity.ref.kind not in COMPONENT_KINDS or entity.place is None:
            continue
        lives = stated.get(entity.ref)
        if lives is not None and lives.target.name != repository.name:
            continue
        beside = entity.place.path.rpartition("/")[0]
        folder = (lives.path if lives and lives.path else beside if entity.path is None else entity.path).strip("/")
        folder = "" if folder == "." else folder.removeprefix("./")
        if tree.has_folder(folder):
            placed[folder].append(entity)
        else:
            problems.append(UserError(f"{entity.ref} lives in {folder!r}, which is no folder", place=entity.place))
    return placed


def _inside(folder: str, around: Iterable[str]) -> bool:
    return any(folder == outer or not outer or folder.startswith(f"{outer}/") for outer in around)


def _share_out(paths: Sequence[str], folders: set[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Give each file to the innermost of the folders around it."""
    owned: dict[str, list[str]] = {folder: [] for folder in folders}
    shared: list[str] = []
    owner: dict[str, list[str]] = {}
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder not in owner:
            outer = folder
            while outer and outer not in folders:
                outer = outer.rpartition("/")[0]
            owner[folder] = owned.get(outer, shared)
        owner[folder].append(path)
    return owned, shared


def _parts(tree: Tree, folder: str, files: Sequence[str], entities: Sequence[Entity]) -> list[Part]:
    start = len(folder) + 1 if folder else 0
    own = [path for path in files if "/" not in path[start:] or not aside(path[start:].split("/")[0])]
    languages = rank(language_of(path) for path in own or files)
    if entities:
        return [
            Part(Component(entity.ref.name, folder, entity.ref.kind, languages), tuple(files), entity)
            for entity in entities
        ]
    name = slug(folder.rpartition("/")[2]) if folder else repository_name(tree)
    return [Part(Component(name, folder, guess_kind(tree, folder, files, languages), languages), tuple(files))]


def _named_apart(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Guessed names that occur twice become their whole path."""
    counted: Mapping[str, int] = Counter(part.component.name for part in parts)
    return tuple(
        part if part.entity or counted[part.component.name] == 1 or not part.component.path else _renamed(part)
        for part in parts
    )


def _renamed(part: Part) -> Part:
    old = part.component
    return Part(Component(slug(old.path.replace("/", "-")), old.path, old.kind, old.languages), part.files)
