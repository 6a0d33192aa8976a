"""An object under construction: data that transformations change, and where each part was last said."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import Place

_BUILT_IN = ("apps", "batch", "autoscaling", "policy", "extensions", "")


@dataclass
class Part:
    """One object. `names` are all that it has had, so that a patch of an overlay finds it by an earlier one."""

    data: dict[str, Any]
    path: str
    places: dict[yaml.Path, Place]
    names: set[str] = field(default_factory=set)

    @property
    def api(self) -> str:
        return str(self.data.get("apiVersion", ""))

    @property
    def kind(self) -> str:
        return str(self.data.get("kind", ""))

    @property
    def name(self) -> str:
        return str(self.metadata.get("name", ""))

    @property
    def metadata(self) -> dict[str, Any]:
        """The object's metadata, made if there is none."""
        meta = self.data.get("metadata")
        if not isinstance(meta, dict):
            meta = self.data["metadata"] = {}
        return meta

    @property
    def group(self) -> str:
        return self.api.rpartition("/")[0]

    @property
    def built_in(self) -> bool:
        """Whether the cluster's own schema says how its lists are merged."""
        return self.group in _BUILT_IN or self.group.endswith(".k8s.io")

    def place(self, at: yaml.Path) -> Place:
        """Where a part was said, or the nearest part around it."""
        return yaml.Document(self.data, self.path, self.places).place(*at)

    def note(self, at: yaml.Path, place: Place) -> None:
        """Record that the part at a path was replaced by one that stands elsewhere."""
        for known in [known for known in self.places if known[: len(at)] == at]:
            del self.places[known]
        self.places[at] = place

    def shift(self, at: yaml.Path, start: int, by: int) -> None:
        """Move the places of a list's elements from an index on; elements moved below it are forgotten."""
        size = len(at)
        moved: dict[yaml.Path, Place] = {}
        for known, place in self.places.items():
            index = known[size] if len(known) > size and known[:size] == at else None
            if not isinstance(index, int) or index < start:
                moved[known] = place
            elif index + by >= start:
                moved[(*at, index + by, *known[size + 1 :])] = place
        self.places = moved

    def document(self) -> yaml.Document:
        return yaml.Document(self.data, self.path, self.places)


def parts_of(document: yaml.Document) -> Iterator[Part]:
    """The objects of a document as parts of their own; Lists are taken apart."""
    yield from _parts(document.data, (), document)


def _parts(data: object, within: yaml.Path, document: yaml.Document) -> Iterator[Part]:
    if not isinstance(data, Mapping) or not isinstance(data.get("kind"), str):
        return
    if data["kind"].endswith("List") and isinstance(data.get("items"), list):
        for index, item in enumerate(data["items"]):
            yield from _parts(item, (*within, "items", index), document)
        return
    size = len(within)
    places = {path[size:]: place for path, place in document.places.items() if path[:size] == within}
    part = Part(copy.deepcopy(dict(data)), document.path, places)
    part.names.add(part.name)
    yield part
