"""Reads descriptors: our `greenboard.yaml` and Backstage's `catalog-info.yaml`, told apart by content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from greenboard.catalog import backstage, kinds, native, parts
from greenboard.catalog.types import Declared, Entity, Kind
from greenboard.core import yaml
from greenboard.core.errors import Place, UserError, UserErrors

NAMES = ("greenboard.yaml", "greenboard.yml", "catalog-info.yaml", "catalog-info.yml")


def read(text: str, path: str, known: Iterable[Kind] = ()) -> Declared:
    """Everything that a descriptor declares, in the order of its documents.

    `path` is the file below the root of its repository: places, folders and targets start from it.
    `known` are custom kinds from elsewhere, beside those of the library and of the file itself.

    Raises:
        UserError: the first thing wrong that hides the rest (not YAML), or all that is wrong
            (UserErrors), each with line and column. Nothing of a refused descriptor counts.
        Placeholder: it is part of a template of projects, and nothing else is wrong.

    """
    refusals = parts.Refusals()
    read = list(_documents(text, path, refusals))
    found = Declared.joined(declared for _, declared in read)
    if refusals.errors and all(isinstance(error, parts.Placeholder) for error in refusals.errors):
        raise refusals.errors[0]
    every = {**kinds.named(kinds.shipped()), **kinds.named(known), **kinds.named(found.kinds)}
    kinds.refuse((*refusals.errors, *_unfit(read, every)))
    if not (found.entities or found.kinds or found.targets):
        hint = "Start with kind: service and name: NAME; see docs/descriptor.md."
        raise UserError("a descriptor that declares nothing", place=Place(path, 1, 1), hint=hint)
    return found


def _documents(text: str, path: str, refusals: parts.Refusals) -> Iterator[tuple[yaml.Document, Declared]]:
    for document in yaml.stream(text, path):
        if document.data is None:
            continue
        unprintable = [document.place(*where) for where in parts.unprintable(document.data)]
        for place in unprintable:
            refusals.add(UserError("a character that cannot be printed", place=place))
        if unprintable:
            continue
        form = backstage if backstage.matches(document.data) else native
        try:
            yield document, form.read(document, refusals)
        except UserErrors as several:
            refusals.errors.extend(several.errors)
        except UserError as one:
            refusals.add(one)


def _unfit(read: Iterable[tuple[yaml.Document, Declared]], every: Mapping[str, Kind]) -> Iterator[UserError]:
    """What does not fit the kinds, pointed at where it stands."""
    for document, declared in read:
        for entity in declared.entities:
            wrong = kinds.unknown(entity.ref.kind, every, document.place(*_start(document, entity), "kind"))
            if wrong:
                yield wrong
            for path, error in kinds.fit(entity, every):
                free = "spec" if backstage.matches(document.data) else "properties"
                error.place = document.place(*_start(document, entity), free, *path)
                yield error
        yield from kinds.unknown_ends(declared.relations, every)


def _start(document: yaml.Document, entity: Entity) -> parts.Path:
    """Where an entity starts in its document."""
    listed = document.data.get("entities") if not backstage.matches(document.data) else None
    several = range(len(listed or ()))
    index = next((at for at in several if document.place("entities", at, "name") == entity.place), None)
    return () if index is None else ("entities", index)
