"""Service level objectives kept as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.kubernetes.belonging import belongs, of_component
from greenboard.repository.monitoring.objectives import Objective, objectives, terraform
from greenboard.repository.sniff import candidates
from greenboard.repository.terraform.owned import resources_of
from greenboard.repository.types import Found, Missed, Reader, Scope


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One item for each objective; nothing where none is kept."""
    items: list[dict[str, Any]] = []
    places: dict[str, str] = {}
    for item in (*_files(scope), *_objects(scope), *_terraform(scope)):
        if isinstance(item, Missed):
            yield item
            continue
        name = item.value["name"] or item.place
        if name in places:
            name = f"{name} ({item.place})"
        if name not in places:
            items.append({key: value for key, value in {**item.value, "name": name}.items() if value is not None})
            places |= {name: item.place, **{f"{name}.{key}": place for key, place in item.places.items()}}
    if items:
        yield Found("slo", items, location=next(iter(places.values())), places=places)


def _files(scope: Scope) -> Iterator[Objective | Missed]:
    for path in candidates(scope.tree, "objectives"):
        try:
            documents = scope.tree.yaml(path)
        except UserError as error:
            if belongs(scope, path, ()):
                yield Missed("slo", error.what, str(error.place or path))
            continue
        for document in documents:
            found = objectives(document)
            yield from (
                item for item in found if belongs(scope, path, (item.service, path.rpartition("/")[2].split(".")[0]))
            )


def _objects(scope: Scope) -> Iterator[Objective]:
    for item in of_component(scope).objects:
        if item.kind in ("PrometheusServiceLevel", "ServiceLevelObjective"):
            yield from objectives(item.document, item.within)


def _terraform(scope: Scope) -> Iterator[Objective]:
    for block in resources_of(scope):
        yield from terraform(block)


READER = Reader(name="service level objectives", types=("slo",), about="component", read=read)
